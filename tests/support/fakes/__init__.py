"""Hand-written stand-ins for the functions' adapters; each passes the contract tests of the real one."""

from tests.support.fakes.asset_table import FakeAssetTable
from tests.support.fakes.buckets import FakeOutputs, FakeUploads
from tests.support.fakes.checkpoints import FakeCheckpoint
from tests.support.fakes.clock import FakeClock
from tests.support.fakes.ledger import FakeLedger
from tests.support.fakes.queue import FakeQueue, SentMessage
from tests.support.fakes.telling import FakeMetrics, FakePublisher
from tests.support.fakes.transcoder import FakePresets, FakeTranscoder
from tests.support.fakes.turns import FakeTurns

__all__ = [
    "FakeAssetTable",
    "FakeCheckpoint",
    "FakeClock",
    "FakeLedger",
    "FakeMetrics",
    "FakeOutputs",
    "FakePresets",
    "FakePublisher",
    "FakeQueue",
    "FakeTranscoder",
    "FakeTurns",
    "FakeUploads",
    "SentMessage",
]
