"""Removals of one key's assets, whose buckets and notifications are kept in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.removal import Remove
from tests.support.fakes.removals import FakeRemovals
from tests.unit.tools.ops.fakes import OpsWorld, upload

KEY = "incoming/a.mp4"


class StoredUploads:
    """Hold an uploads bucket's versions by key, one version a page, and note which are deleted."""

    def __init__(self, versions: Sequence[ObjectVersion]) -> None:
        self.versions = list(versions)
        self.listed: list[ObjectVersion] = []

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield versions page by page."""
        for version in sorted(self.versions, key=lambda version: version.key):
            if version.key.startswith(prefix):
                self.listed.append(version)
                yield [version]

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """Delete versions."""
        self.versions = [version for version in self.versions if version not in versions]


class ToldRemovals(FakeRemovals):
    """Keep what is published, whole, and when records expire."""

    def __init__(self, world: OpsWorld, versions: Sequence[ObjectVersion]) -> None:
        super().__init__(world.table, list(versions))
        self.told: list[tuple[str, Mapping[str, Any], Mapping[str, str]]] = []

    def publish(self, subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
        """Tell people."""
        self.told.append((subject, message, attributes))


class Removals:
    """An operator's removals of the assets of one key, whose versions are `v1` (complete) and others."""

    def __init__(self, *versions: str, files: Sequence[str] = ("1/hls/a.ts",)) -> None:
        self.world = OpsWorld()
        self.asset = self.world.asset(AssetStatus.COMPLETE)
        outputs = [
            ObjectVersion(key=f"{self.asset.asset_id}/{name}", version_id=f"o{number}", size_bytes=7)
            for number, name in enumerate(files)
        ]
        self.outputs = ToldRemovals(self.world, outputs)
        stored = [self.stored(version) for version in ("v1", *versions)]
        self.uploads = StoredUploads([*stored, self.stored("v1", key=f"{KEY}.txt")])

    @staticmethod
    def stored(version: str, *, key: str = KEY) -> ObjectVersion:
        """Return a version of an upload, as its bucket lists it."""
        return ObjectVersion(key=key, version_id=version, size_bytes=5, etag=f"etag of {version}")

    def add(self, version: str, status: AssetStatus) -> Asset:
        """Let another version of the upload have an asset."""
        which = upload(KEY, version)
        now = self.world.clock()
        asset = self.world.table.claim(which, now=now, until=now).asset
        self.world.table.records[which.asset_id]["status"] = status.value
        return replace(asset, status=status)

    def remove(self, *, with_source: bool = True, **more: Any) -> Remove:
        """Return the work."""
        return Remove(
            pipeline="media-pipeline-test",
            uploads_bucket="uploads",
            table=self.world.table,
            records=self.outputs,
            outputs=self.outputs,
            uploads=self.uploads,
            news=self.outputs,
            metrics=self.outputs,
            with_source=with_source,
            clock=self.world.clock,
            **more,
        )
