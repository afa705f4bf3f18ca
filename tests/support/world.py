"""What the services share, on fakes: records, uploads, jobs, notifications, metrics and the time."""

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.source import Source
from media_pipeline.services.job_state_changes import JobStateChanges
from media_pipeline.services.lifecycle import Lifecycle
from media_pipeline.services.spending.budget import Refunds
from media_pipeline.services.stuck_assets import StuckAssets
from tests.support.captioning import additions
from tests.support.fakes import (
    FakeAssetTable,
    FakeClock,
    FakeLedger,
    FakeMetrics,
    FakeOutputs,
    FakePublisher,
    FakeQueue,
    FakeTranscoder,
    FakeUploads,
)

PIPELINE = "media-pipeline-test"


class World:
    """Hold the fakes, and the lifecycle of assets that all services share."""

    def __init__(self, source: Source, *, retention_days: int) -> None:
        self.clock = FakeClock()
        self.table = FakeAssetTable()
        self.ledger = FakeLedger(self.table)
        self.uploads = FakeUploads()
        # Without MediaConvert's token, which would hide a second request: exactly one may be made at all.
        self.transcoder = FakeTranscoder(source)
        self.publisher = FakePublisher()
        self.metrics = FakeMetrics()
        self.lifecycle = Lifecycle(
            pipeline=PIPELINE,
            table=self.table,
            uploads=self.uploads,
            metrics=self.metrics,
            publisher=self.publisher,
            retention_days=retention_days,
            clock=self.clock,
            refund=Refunds(ledger=self.ledger, clock=self.clock).refund,
        )

    def asset_of(self, asset_id: str) -> Asset:
        """Return an asset that is there."""
        asset = self.table.get(asset_id)
        assert asset is not None
        return asset

    def changes_to(self, outputs: FakeOutputs) -> JobStateChanges:
        """Return what applies news of jobs whose outputs are in a bucket."""
        return JobStateChanges(
            pipeline=PIPELINE,
            table=self.table,
            jobs=self.transcoder,
            uploads=self.uploads,
            outputs=outputs,
            **additions(outputs=outputs, uploads=self.uploads),
            lifecycle=self.lifecycle,
            clock=self.clock,
        )

    def repairs_through(self, queue: FakeQueue, changes: JobStateChanges) -> StuckAssets:
        """Return what looks after assets that are overdue by 10 minutes, and announces them."""
        return StuckAssets(
            table=self.table,
            jobs=self.transcoder,
            queue=queue,
            apply_change=changes.apply,
            lifecycle=self.lifecycle,
            metrics=self.metrics,
            stuck_after_seconds=600,
            clock=self.clock,
        )
