"""Sweep the uploads bucket, a part a run, for uploads whose event was lost: they get an asset and an event.

Captions have no record that would tell whether their event came, and publishing them again changes nothing:
so each gets another event once, when the first sweep after its upload comes by.

S3 lists by key, not by time, so a sweep goes once through all versions of all keys, as far in each run as
time allows, and then begins anew. Uploads that the last whole sweep has already seen are passed over unread.
What was uploaded before the pipeline was there is left to the operator's `backfill`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.clock import instant, timestamp
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.ports import Checkpoint, Clock, Metrics, Queue, UploadsBucket
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.listing import Cursor, StoredUpload, UploadsPage
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass
from media_pipeline.services.backlog import has_backlog
from media_pipeline.services.refusals import Refusals
from media_pipeline.telemetry import logger

MAX_PAGES = 50
MAX_REGISTERED = 500
# An event that is lost is missed within hours. Older uploads without an asset have another reason: their
# record expired, or the settings of then did not let them in.
LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSweep:
    """Register uploads that have no asset; `overdue_seconds` is how long an event may take to arrive."""

    bucket: UploadsBucket
    table: AssetStore
    checkpoint: Checkpoint[Cursor]
    queue: Queue
    captions_queue: Queue
    metrics: Metrics
    wanted: UploadFilter
    refusals: Refusals
    overdue_seconds: int
    asset_retention_days: int
    clock: Clock

    def run(self, *, has_time: Callable[[], bool]) -> Mapping[str, int]:
        """Go on from where the last run stopped; count what was listed and what was registered.

        The cursor moves behind the page that was worked off: a run that dies repeats a page, and a repeated
        page registers nothing twice. While the processing queue is long, no run has anything to do. How
        long the captions queue is keeps no upload waiting: each file is announced there once more at most.
        """
        found = {"listed": 0, "registered": 0}
        if has_backlog(self.queue):
            return found
        captions = 0
        cursor = self.checkpoint.load() or Cursor()
        beginning = self.table.beginning()
        for _ in range(MAX_PAGES):
            if not has_time() or found["registered"] + captions >= MAX_REGISTERED:
                break
            if cursor.began_at is None:
                cursor = replace(cursor, began_at=timestamp(self.clock()))
            page = self.bucket.page(
                prefix=self.wanted.prefix,
                key_marker=cursor.key_marker,
                version_marker=cursor.version_marker,
            )
            found["listed"] += len(page.uploads)
            unseen = list(self._unseen(page, cursor, beginning))
            found["registered"] += self._register(
                stored.upload for stored in unseen if self.wanted.admits(stored.upload.key)
            )
            captions += self._announce_captions(unseen)
            cursor = replace(cursor, key_marker=page.key_marker, version_marker=page.version_marker)
            whole = page.key_marker is None
            if whole:
                cursor = Cursor(previous_began_at=cursor.began_at)
            self.checkpoint.save(cursor)
            if whole:
                break
        return found

    def _unseen(self, page: UploadsPage, cursor: Cursor, beginning: datetime) -> Iterator[StoredUpload]:
        now, grace = self.clock(), timedelta(seconds=self.overdue_seconds)
        since = max(beginning, now - LOOK_BACK)
        if self.asset_retention_days:
            since = max(since, now - timedelta(days=self.asset_retention_days) + grace)
        # What had been overdue when the last whole sweep began was seen by it.
        seen = instant(cursor.previous_began_at) - grace if cursor.previous_began_at else since
        for stored in page.uploads:
            overdue = since <= stored.modified_at < now - grace
            if overdue and stored.there_by >= seen:
                yield stored

    def _announce_captions(self, unseen: Iterable[StoredUpload]) -> int:
        announced = 0
        for stored in unseen:
            if stored.is_latest and self.wanted.is_caption(stored.upload.key):
                self.captions_queue.send(upload_event(stored.upload))
                logger.info("A caption file is announced again", source=stored.upload.uri)
                announced += 1
        return announced

    def _register(self, uploads: Iterable[UploadedObject]) -> int:
        by_id = {upload.asset_id: upload for upload in uploads}
        registered = 0
        for asset_id in sorted(by_id.keys() - self.table.known(by_id)):
            upload = by_id[asset_id]
            if self.refusals.refuse(upload):
                registered += 1
                continue
            # The record first: whatever happens now, the asset is overdue some day and is announced again.
            if not self.table.register(upload, now=self.clock(), detail="The upload's event was lost"):
                continue
            with logger.append_context_keys(asset_id=asset_id):
                self.queue.send(upload_event(upload))
                logger.info("Repaired", kind="upload_without_asset", source=upload.uri)
            self.metrics.asset_received()
            self.metrics.asset_repaired(kind="upload_without_asset")
            registered += 1
        return registered
