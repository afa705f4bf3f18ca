"""Backfill: uploads that have no asset get one, and their event: those from before the pipeline, say.

Only what a key holds now is of interest: MediaConvert reads keys, not versions. The record first, then the
event: where the command dies in between, the asset is overdue some day, and the reconciler announces it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from media_pipeline.domain.asset_record import expiry
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.domain.uploads.listing import StoredUpload, UploadsPage
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.operations.pace import Pace
from media_pipeline.services.operations.replay import ProcessingQueue
from tools.ops.errors import UsageError
from tools.ops.records import ListedBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Say when uploads were put that are of interest: from `since` on, before `until`."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(slots=True, kw_only=True)
class Found:
    """Hold the uploads without an asset, out of so many versions that were listed.

    `more` tells that the search stopped at its limit.
    """

    listed: int = 0
    uploads: list[StoredUpload] = field(default_factory=list)
    more: bool = False


@dataclass(slots=True, kw_only=True)
class Backfilled:
    """Count what became of the uploads; `error` ended the work before its time.

    Of types that are not accepted are the refused ones.
    """

    announced: int = 0
    refused: int = 0
    known: int = 0
    error: MediaPipelineError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Find uploads without an asset and process them."""

    bucket: ListedBucket
    table: AssetStore
    queue: ProcessingQueue
    wanted: UploadFilter
    types: SourceTypes
    retention_days: int
    pace: Pace
    clock: Clock

    def find(self, *, prefix: str, period: Period, limit: int, on_page: Callable[[Found], None]) -> Found:
        """Return up to `limit` uploads that have no asset, ordered by key; changes nothing.

        Raises UsageError for a prefix under which the pipeline takes no uploads.
        """
        found = Found()
        for page in self._pages(self._narrowed(prefix)):
            found.listed += len(page.uploads)
            uploads = {
                stored.upload.asset_id: stored for stored in page.uploads if self._is_wanted(stored, period)
            }
            known = self.table.known(uploads)
            found.uploads += [stored for asset_id, stored in uploads.items() if asset_id not in known]
            if len(found.uploads) > limit:
                del found.uploads[limit:]
                found.more = True
            on_page(found)
            if found.more:
                break
        return found

    def run(self, uploads: Sequence[StoredUpload], *, on_done: Callable[[int], None]) -> Backfilled:
        """Register and announce uploads; those that got an asset meanwhile are passed over."""
        done = Backfilled()
        try:
            for number, upload in enumerate((stored.upload for stored in uploads), start=1):
                self.pace.wait()
                if not self.types.accept(upload.key):
                    refused = self._refuse(upload)
                    done.refused += refused
                    done.known += not refused
                elif self.table.register(
                    upload, now=self.clock(), detail="Registered by an operator's backfill"
                ):
                    self.queue.send(upload_event(upload))
                    done.announced += 1
                else:
                    done.known += 1
                on_done(number)
        except MediaPipelineError as error:
            done.error = error
        return done

    def _refuse(self, upload: UploadedObject) -> bool:
        """Record an upload that is not accepted: only the operator who asked sees it."""
        now = self.clock()
        asset = self.table.refuse(
            upload, self.types.error, now=now, expires_at=expiry(now, self.retention_days), is_told=True
        )
        return asset is not None

    def _narrowed(self, prefix: str) -> str:
        ours = self.wanted.prefix
        if not (prefix.startswith(ours) or ours.startswith(prefix)):
            raise UsageError(f"The pipeline takes uploads below {ours!r}, of which {prefix!r} is no part.")
        return max(prefix, ours, key=len)

    def _pages(self, prefix: str) -> Iterator[UploadsPage]:
        key_marker = version_marker = None
        while True:
            page = self.bucket.page(prefix=prefix, key_marker=key_marker, version_marker=version_marker)
            yield page
            key_marker, version_marker = page.key_marker, page.version_marker
            if key_marker is None:
                return

    def _is_wanted(self, stored: StoredUpload, period: Period) -> bool:
        return stored.is_latest and self.wanted.admits(stored.upload.key) and stored.modified_at in period
