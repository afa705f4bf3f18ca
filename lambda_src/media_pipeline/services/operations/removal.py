"""Remove: an asset is taken down for good, with its outputs and captions, and on demand with its upload.

What would go is shown first. A mark in the record comes before anything is deleted, so that no replay and no
caption adds to what is going; copies at CloudFront are dropped, the notification is sent and the removal
counted before the record makes way for a tombstone. So what dies anywhere is simply repeated: what is gone is
gone, what is left goes, and the notification is sent at least once, seldom twice. The tombstone holds the
asset's id alone: it keeps the sweep, a late event and a backfill from processing the upload anew, where that
stays.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Protocol

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.delivery.folders import asset_folders
from media_pipeline.domain.ports import Clock, Notifications
from media_pipeline.domain.uploads.upload import UploadedObject, normalize_version_id
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.domain.values import dataclass
from media_pipeline.services.operations.changes import Outcome, Refusal, Result

# No event of an upload that is gone can come later: queues keep messages for 14 days at most.
TOMBSTONE_OF_A_REMOVED_UPLOAD = timedelta(days=30)


@dataclass(slots=True, kw_only=True)
class Amount:
    """Count what would go: objects with their versions and bytes, captions among them."""

    keys: set[str] = field(default_factory=set)
    versions: int = 0
    size_bytes: int = 0
    captions: int = 0

    def add(self, version: ObjectVersion) -> None:
        """Count one version."""
        self.versions += 1
        self.size_bytes += version.size_bytes
        if version.key not in self.keys and "/captions/" in version.key and version.key.endswith(".vtt"):
            self.captions += 1
        self.keys.add(version.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Say what would be removed of an asset, or why it is left alone."""

    asset_id: str
    acts: bool
    reason: str = ""
    refusal: Refusal | None = None
    asset: Asset | None = None
    key: str | None = None
    outputs: Amount = field(default_factory=Amount)
    source: Amount | None = None
    other_assets: int = 0


class RemovalRecords(Protocol):
    """What a removal writes into the assets table."""

    def begin(self, asset: Asset, *, now: datetime) -> bool:
        """Mark an asset that has ended as being removed."""
        ...

    def end(self, asset_id: str, *, now: datetime, expires_at: int | None) -> bool:
        """Put a tombstone in the place of a marked record."""
        ...


class VersionedObjects(Protocol):
    """A bucket whose objects have versions."""

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield the versions of all objects whose keys begin so, page by page."""
        ...

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """Delete versions for good."""
        ...


class RemovalMetrics(Protocol):
    """Where removals are counted."""

    def asset_removed(self) -> None:
        """Count an asset that was removed."""
        ...


class ViewerCache(Protocol):
    """What keeps copies of outputs near viewers."""

    def forget_asset(self, asset_id: str) -> None:
        """Have all copies of an asset's outputs dropped."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take assets down for good; `with_source` takes all versions of their uploads as well.

    Where `has_time` says no, the removal stops between two pages of outputs, and the next one goes on.
    """

    pipeline: str
    uploads_bucket: str
    table: AssetStore
    records: RemovalRecords
    outputs: VersionedObjects
    uploads: VersionedObjects
    news: Notifications
    metrics: RemovalMetrics
    with_source: bool
    clock: Clock
    cache: ViewerCache | None = None
    has_time: Callable[[], bool] = lambda: True

    def plan(self, asset_id: str, *, key: str | None = None) -> Removal:
        """Return what would go; changes nothing. `key` names the upload where no record does any more."""
        asset = self.table.get(asset_id)
        if asset is not None and not asset.is_terminal:
            reason = f"left alone: it is {asset.status}. First end it: cancel {asset_id}"
            return Removal(
                asset_id=asset_id, acts=False, reason=reason, refusal=Refusal.ASSET_UNDER_WAY, asset=asset
            )
        outputs = Amount()
        for folder in asset_folders(asset_id):
            for page in self.outputs.pages(folder):
                for version in page:
                    outputs.add(version)
        key = asset.upload.key if asset is not None else key
        source, others = None, 0
        if self.with_source and key is not None:
            source = Amount()
            for version in self._source_versions(key):
                source.add(version)
            open_one, others = self._other_assets(key, asset_id)
            if open_one is not None:
                reason = (
                    f"left alone: another version of its upload is {open_one.status}. First end it: "
                    f"cancel {open_one.asset_id}"
                )
                return Removal(
                    asset_id=asset_id,
                    acts=False,
                    reason=reason,
                    refusal=Refusal.SOURCE_UNDER_WAY,
                    asset=asset,
                    key=key,
                )
        if asset is None and not outputs.versions and not (source and source.versions):
            was = self.table.was_removed(asset_id)
            reason = "left alone: it was removed before" if was else "left alone: there is no such asset"
            return Removal(
                asset_id=asset_id, acts=False, reason=reason, refusal=Refusal.ASSET_UNKNOWN, key=key
            )
        return Removal(
            asset_id=asset_id,
            acts=True,
            asset=asset,
            key=key,
            outputs=outputs,
            source=source,
            other_assets=others,
        )

    def apply(self, removal: Removal) -> Outcome:
        """Remove what was shown, and what came since; safe to repeat after whatever end."""
        asset = self.table.get(removal.asset_id)
        if asset is not None and not (asset.is_terminal and self.records.begin(asset, now=self.clock())):
            text = "left alone: meanwhile its record is another one. Look again"
            return Outcome(
                asset_id=removal.asset_id, result=Result.SKIPPED, text=text, refusal=Refusal.ASSET_CHANGED
            )
        objects, whole = self._remove_outputs(removal.asset_id)
        if not whole:
            return Outcome(
                asset_id=removal.asset_id,
                result=Result.FAILED,
                text=f"not yet removed: {objects} versions of outputs are gone, more are left. Repeat it",
                refusal=Refusal.REMOVAL_UNFINISHED,
                retry_after_seconds=1,
            )
        versions = 0
        if removal.source is not None and removal.key is not None:
            versions = self._remove_source(removal.key)
        # Before the record goes: where this fails, the removal is repeated.
        if self.cache is not None:
            self.cache.forget_asset(removal.asset_id)
        if asset is not None:
            self._tell(asset, objects=objects, source_versions=versions)
            self.metrics.asset_removed()
            expires = self.clock() + TOMBSTONE_OF_A_REMOVED_UPLOAD
            self.records.end(
                asset.asset_id,
                now=self.clock(),
                expires_at=int(expires.timestamp()) if removal.source is not None else None,
            )
            # A publication of captions that had begun before the mark may have ended since.
            self._remove_outputs(asset.asset_id)
        source = f", {versions} versions of its upload" if removal.source is not None else ""
        text = f"removed: {objects} versions of outputs{source}{', its record' if asset else ''}"
        return Outcome(asset_id=removal.asset_id, result=Result.DONE, text=text)

    def _source_versions(self, key: str) -> Iterator[ObjectVersion]:
        for page in self.uploads.pages(key):
            own = [version for version in page if version.key == key]
            yield from own
            # Of all keys with this prefix, the key itself comes first.
            if not own:
                return

    def _other_assets(self, key: str, asset_id: str) -> tuple[Asset | None, int]:
        """Return an asset of the upload's other versions that has not ended, and how many have."""
        ended = 0
        for version in self._source_versions(key):
            other = None if version.is_marker else self.table.get(self._asset_id(version))
            if other is None or other.asset_id == asset_id:
                continue
            if not other.is_terminal:
                return other, ended
            ended += 1
        return None, ended

    def _asset_id(self, version: ObjectVersion) -> str:
        upload = UploadedObject(
            bucket=self.uploads_bucket,
            key=version.key,
            version_id=normalize_version_id(version.version_id),
            etag=version.etag,
            size_bytes=version.size_bytes,
            sequencer="",
        )
        return upload.asset_id

    def _remove_outputs(self, asset_id: str) -> tuple[int, bool]:
        """Delete an asset's outputs; return how many versions went, and whether that is all."""
        removed = 0
        # Each page is listed anew: what lies behind a marker that was deleted can't be.
        for folder in asset_folders(asset_id):
            while page := next(self.outputs.pages(folder), None):
                if not self.has_time():
                    return removed, False
                self.outputs.delete(page)
                removed += len(page)
        return removed, True

    def _remove_source(self, key: str) -> int:
        versions = list(self._source_versions(key))
        self.uploads.delete(versions)
        return len(versions)

    def _tell(self, asset: Asset, *, objects: int, source_versions: int) -> None:
        self.news.publish(
            f"[{self.pipeline}] REMOVED: {asset.upload.key.rpartition('/')[2]}",
            {
                "pipeline": self.pipeline,
                "asset_id": asset.asset_id,
                "attempt": asset.attempt,
                "status": "REMOVED",
                "source": asset.upload.uri,
                "removed_output_versions": objects,
                "removed_source_versions": source_versions,
                "removing_since": asset.removing_since,
            },
            attributes={"status": "REMOVED", **({"profile": asset.profile} if asset.profile else {})},
        )
