"""The AWS around the functions: buckets, table, queues, MediaConvert, and an event bus that may fail."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.failures import Reason, Unreadable
from media_pipeline.domain.status_index import IndexEntry, ReachedTime
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.domain.uploads.listing import Cursor
from media_pipeline.domain.uploads.quarantine import STATUS_TAG
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.property.simulated_mediaconvert import ALIVE, SimulatedJob, SimulatedMediaConvert
from tests.property.watched_queue import WatchedQueue
from tests.support.fakes import (
    FakeAssetTable,
    FakeCheckpoint,
    FakeClock,
    FakeLedger,
    FakeOutputs,
    FakePublisher,
    FakeTurns,
    FakeUploads,
)
from tests.support.made_outputs import made_mp4

PIPELINE = "media-pipeline-test"
WANTED = UploadFilter(
    prefix="in/", caption_suffixes=(".srt", ".vtt"), ignored=IgnoredNames(patterns=("._*", "*.part"))
)
TYPES = SourceTypes(suffixes=(".mp4", ".mov"))
FILM = made_mp4(10.0, "vide", "soun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Say what kind of AWS and deployment it is; times in seconds.

    A job is found `search_lag` after it was made; tokens of requests are known for `token_life`; a request
    whose caller gave up arrives `late_seconds` later.
    """

    search_lag: int = 5
    token_life: int = 60
    late_seconds: int = 2
    probe_is_flaky: bool = False
    max_jobs_in_flight: int = 100
    max_receive_count: int = 5
    function_timeout: int = 60
    stuck_after: int = 1800


class Delivery(Enum):
    """Say what the event bus makes of an event; a late one waits until it is let go."""

    ONCE = auto()
    TWICE = auto()
    LATE = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Describe an upload, why it can't be read if so, and what becomes of its event."""

    key: str
    content: str
    size_bytes: int
    delivery: Delivery
    unreadable: Reason | None = None


class LaggingTable(FakeAssetTable):
    """Keep assets in a table whose index shows them as they were when it was last brought up to date."""

    def __init__(self) -> None:
        super().__init__()
        self._index = FakeAssetTable()

    def update_index(self) -> None:
        """Let the index catch up."""
        self._index.records = {asset_id: dict(record) for asset_id, record in self.records.items()}

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[IndexEntry]:
        """Yield entries of the index."""
        return self._index.by_status(
            status, before=before, after=after, newest_first=newest_first, page_size=page_size
        )


class SimulatedAws:
    """Hold what the functions work on, and let uploads and jobs happen."""

    def __init__(self, conditions: Conditions) -> None:
        self.time = FakeClock()
        self.table = LaggingTable()
        self.ledger = FakeLedger(self.table)
        self.uploads = FakeUploads()
        self.uploads.page_size = 2
        self.outputs = FakeOutputs()
        self.sweep_checkpoint = FakeCheckpoint[Cursor]()
        self.ends_checkpoint = FakeCheckpoint[ReachedTime]()
        self.publisher = FakePublisher()
        self.turns = FakeTurns()
        self.mediaconvert = SimulatedMediaConvert(
            now=self.time,
            search_lag=timedelta(seconds=conditions.search_lag),
            token_life=timedelta(seconds=conditions.token_life),
            probe_is_flaky=conditions.probe_is_flaky,
        )
        self.processing_queue = self._queue(conditions)
        self.captions_queue = self._queue(conditions)
        self.job_events_queue = self._queue(conditions)
        self.late_events: list[tuple[WatchedQueue, str]] = []
        self.emptied: set[str] = set()
        self._versions = 0

    def upload(self, upload: Upload) -> None:
        """Put an object, whose ETag follows from its content; its event passes the rule or not."""
        self._versions += 1
        stored = UploadedObject(
            bucket="uploads",
            key=upload.key,
            version_id=f"v{self._versions}",
            etag=upload.content,
            size_bytes=upload.size_bytes,
            sequencer=f"{self._versions:04}",
        )
        self.uploads.put(stored, self.time())
        self.uploads.unreadable.pop(upload.key, None)
        if upload.unreadable is not None:
            self.uploads.unreadable[upload.key] = Unreadable(reason=upload.unreadable, said="")
        if WANTED.admits(upload.key):
            self._deliver(self.processing_queue, upload_event(stored), upload.delivery)
        elif WANTED.is_caption(upload.key):
            self._deliver(self.captions_queue, upload_event(stored), upload.delivery)

    def admitted(self) -> Iterator[UploadedObject]:
        """Yield every version that the pipeline is to process."""
        for versions in self.uploads.stored.values():
            yield from (stored.upload for stored in versions if WANTED.admits(stored.upload.key))

    def jobs_alive(self) -> Sequence[SimulatedJob]:
        """Return the jobs that wait or run, oldest first."""
        return [job for job in self.mediaconvert.jobs.values() if job.status in ALIVE]

    def begin_job(self, job: SimulatedJob, delivery: Delivery) -> None:
        """Let a job read its source and begin."""
        job.status = "PROGRESSING"
        job.read_etag = self._current_etag(job.source_key)
        self._tell(job, "PROGRESSING", delivery)

    def tell_progress(self, job: SimulatedJob, status: str, percent: int, delivery: Delivery) -> None:
        """Send one of the events that a running job sends now and then."""
        self._tell(
            job,
            status,
            delivery,
            jobProgress={"jobPercentComplete": percent},
            warnings=[{"code": 1, "count": 1}],
        )

    def complete_job(self, job: SimulatedJob, delivery: Delivery, *, without: int | None = None) -> None:
        """Let a job write its files, but for one of them, and succeed; without its source it fails."""
        if job.read_etag is None:
            self.end_job(job, "ERROR", delivery)
            return
        for number, key in enumerate(job.files):
            if without is None or number != without % len(job.files):
                self.outputs.objects[key] = FILM if key.endswith(".mp4") else b"still"
        self.end_job(job, "COMPLETE", delivery)

    def end_job(
        self, job: SimulatedJob, status: str, delivery: Delivery, *, error_code: int | None = None
    ) -> None:
        """Let a job end; on the cancellation of a waiting job MediaConvert sends no event.

        Of the jobs that fail, those that had begun find their source damaged, unless it is said otherwise.
        """
        was_waiting, job.status = job.status == "SUBMITTED", status
        if status == "ERROR":
            job.error_code = error_code or (1404 if was_waiting else 1076)
        if not (was_waiting and status == "CANCELED"):
            self._tell(job, status, delivery, **({"errorCode": job.error_code} if job.error_code else {}))

    def let_go(self, number: int) -> None:
        """Deliver one of the late events."""
        queue, body = self.late_events.pop(number % len(self.late_events))
        queue.queue.send(body)

    def is_whole(self, asset: Asset) -> bool:
        """Tell whether everything is there that the asset's job is to write."""
        job = self.mediaconvert.jobs.get(asset.job_id or "")
        return job is not None and all(self.outputs.objects.get(key) for key in job.files)

    def is_over(self, asset: Asset) -> bool:
        """Tell whether the asset's job is one of MediaConvert's and has ended, where it has any."""
        job = self.mediaconvert.jobs.get(asset.job_id or "")
        return asset.job_id is None or (job is not None and job.status not in ALIVE)

    def is_quarantined(self, asset_id: str) -> bool:
        """Tell whether the upload of an asset has quarantine's tags."""
        asset = self.table.get(asset_id)
        return asset is not None and STATUS_TAG in self.uploads.tags_of(asset.upload)

    def is_its_own(self, asset: Asset) -> bool:
        """Tell whether the asset's job read the asset's own upload, as far as the pipeline can know.

        It can't where the key was emptied meanwhile, or has got its former content back.
        """
        upload, job = asset.upload, self.mediaconvert.jobs[asset.job_id or ""]
        return (
            job.read_etag == upload.etag
            or upload.key in self.emptied
            or self._current_etag(upload.key) == upload.etag
        )

    def _current_etag(self, key: str) -> str | None:
        current = self.uploads.current(key)
        return current.etag if current else None

    def empty(self, key: str) -> None:
        """Delete what lies under a key."""
        self.uploads.delete(key)
        self.emptied.add(key)

    def forge(self, asset: Asset, job_id: str, status: str) -> None:
        """Send an event of a job that MediaConvert never sent."""
        metadata = {"pipeline": PIPELINE, "asset_id": asset.asset_id, "attempt": str(asset.attempt)}
        self._send(job_id, status, metadata, Delivery.ONCE)

    def _tell(self, job: SimulatedJob, status: str, delivery: Delivery, **more: Any) -> None:
        self._send(job.job_id, status, job.metadata, delivery, **more)

    def _send(
        self, job_id: str, status: str, metadata: Mapping[str, str], delivery: Delivery, **more: Any
    ) -> None:
        detail = {"jobId": job_id, "status": status, "userMetadata": dict(metadata), **more}
        event = {
            "source": "aws.mediaconvert",
            "detail-type": "MediaConvert Job State Change",
            "detail": detail,
        }
        self._deliver(self.job_events_queue, json.dumps(event), delivery)

    def _deliver(self, queue: WatchedQueue, body: str, delivery: Delivery) -> None:
        match delivery:
            case Delivery.ONCE:
                queue.queue.send(body)
            case Delivery.TWICE:
                queue.queue.send(body)
                queue.queue.send(body)
            case Delivery.LATE:
                self.late_events.append((queue, body))

    def _queue(self, conditions: Conditions) -> WatchedQueue:
        return WatchedQueue(
            self.time,
            visibility_seconds=6 * conditions.function_timeout,
            max_receive_count=conditions.max_receive_count,
        )
