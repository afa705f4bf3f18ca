"""The API's function on fakes, with all that its routes change: uploads in parts, jobs, outputs, requests."""

from collections.abc import Callable
from itertools import count

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.monitoring.dead_letters import QUEUES, reader_of
from media_pipeline.domain.source import UnknownSource
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.in_parts import NewUpload, PersonalKeys
from media_pipeline.domain.uploads.limits import SourceLimits
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.monitoring.health import Health
from media_pipeline.services.operations.cancel import Cancel
from media_pipeline.services.operations.pace import Pace
from media_pipeline.services.operations.redrive import Redrive
from media_pipeline.services.operations.removal import Remove
from media_pipeline.services.operations.replay import Replay
from media_pipeline.services.requests.idempotency import Idempotency
from media_pipeline.services.uploading.quota import Quota
from media_pipeline.services.uploading.uploads import Uploads
from tests.support.api_world import ApiWorld
from tests.support.fakes import FakeQueue, FakeTranscoder
from tests.support.fakes.dead_letters import FakeDeadLetterQueue
from tests.support.fakes.monitoring import FakeWatched, watched_pipeline
from tests.support.fakes.parts import FakeParts
from tests.support.fakes.removals import FakeRemovals
from tests.support.fakes.requests import FakeRequestMemory

MIB = 1024**2


class ChangingWorld(ApiWorld):
    """Hold an API whose parts are all in memory; `pages_left` is how much time a removal has."""

    def __init__(self) -> None:
        super().__init__()
        self.s3 = FakeParts()
        self.queue = FakeQueue()
        self.jobs = FakeTranscoder(UnknownSource(reason=""))
        self.removals = FakeRemovals(table=self.table)
        self.pages_left = 1_000
        self.watched = FakeWatched(self.clock)
        self.letters = {queue: FakeDeadLetterQueue() for queue in QUEUES}
        self.replace(
            idempotency=Idempotency(memory=FakeRequestMemory(), held_seconds=20, clock=self.clock),
            api_uploads=self._uploads(),
            cancel=Cancel(table=self.table, jobs=self.jobs, retention_days=0, clock=self.clock),
            replay=self._replay,
            remove=self._remove,
            health=self._health(),
            redrive=self._redrive,
        )

    def begun_upload(self, *, subject: str, sent: bool = False) -> str:
        """Return the id of a person's upload of 20 MiB, of which all parts were sent, or the first one."""
        caller = Caller(subject=subject, allowed=frozenset(Access))
        new = NewUpload(name="week-1.mp4", size_bytes=20 * MIB, content_type="video/mp4")
        upload = self.parts.api_uploads.begin(caller, new)
        for number in range(1, upload.part_count + 1 if sent else 2):
            self.s3.send(upload, number)
        return upload.id

    def processing(self) -> str:
        """Return the id of an asset with a job."""
        asset_id = self.upload("lectures/week-2.mp4")
        asset = self.table.get(asset_id)
        assert asset is not None
        job_id = self.jobs.create_job(asset, {})
        step = Transition(to=AssetStatus.PROCESSING, attempt=1, at=self.clock(), detail="", job_id=job_id)
        assert self.table.advance(asset_id, step)
        return asset_id

    def with_outputs(self, key: str = "lectures/week-1.mp4") -> str:
        """Return the id of a complete asset with one output."""
        asset_id = self.complete(key)
        self.removals.versions = [
            ObjectVersion(key=f"{asset_id}/1/a.ts", version_id="1", size_bytes=5),
            ObjectVersion(key=key, version_id="3HL4kqtJlcpXroDTDm", size_bytes=5),
        ]
        return asset_id

    def _uploads(self) -> Uploads:
        config, numbers = self.parts.config, count(1)
        return Uploads(
            keys=PersonalKeys(prefix=config.api_upload_prefix),
            bucket=self.s3,
            bucket_name=config.uploads_bucket,
            versions=self.s3,
            assets=self.table,
            wanted=UploadFilter(
                prefix=config.upload_key_prefix,
                caption_suffixes=config.caption_suffixes,
                ignored=IgnoredNames(patterns=config.ignored_names),
            ),
            limits=SourceLimits(max_size_bytes=config.max_source_size_bytes, types=self.parts.source_types),
            names=self.parts.sidecar_names,
            quota=Quota(max_bytes=config.person_quota_bytes, max_in_progress=config.uploads_at_once),
            random=lambda: f"{next(numbers):016x}",
        )

    def _replay(self, *, force: bool) -> Replay:
        return Replay(table=self.table, queue=self.queue, clock=self.clock, force=force)

    def _health(self) -> Health:
        config = self.parts.config
        return Health(
            watched_pipeline(config.pipeline_name),
            metrics=self.watched,
            queues=self.watched,
            jobs=self.watched,
            counters=self.watched,
            clock=self.clock,
            monotonic=lambda: self.clock().timestamp(),
        )

    def _redrive(self, queue: str, *, per_second: float) -> Redrive:
        config = self.parts.config
        return Redrive(
            queue=self.letters[queue],
            assets=self.table,
            read=reader_of(queue, bucket=config.uploads_bucket, pipeline=config.pipeline_name),
            pace=Pace(per_second, monotonic=lambda: 0.0, sleep=lambda seconds: None),
        )

    def _remove(self, *, with_source: bool, has_time: Callable[[], bool]) -> Remove:
        assert has_time()
        return Remove(
            pipeline=self.parts.config.pipeline_name,
            uploads_bucket=self.parts.config.uploads_bucket,
            table=self.table,
            records=self.removals,
            outputs=self.removals,
            uploads=self.removals,
            news=self.removals,
            metrics=self.removals,
            with_source=with_source,
            clock=self.clock,
            has_time=self._has_time,
        )

    def _has_time(self) -> bool:
        self.pages_left -= 1
        return self.pages_left >= 0
