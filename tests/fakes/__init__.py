"""Hand-written stand-ins for the functions' adapters; each passes the contract tests of the real one."""

from tests.fakes.asset_table import FakeAssetTable
from tests.fakes.buckets import FakeCursors, FakeOutputs, FakeUploads
from tests.fakes.captions import FakeDocuments, FakeSidecars
from tests.fakes.clock import FakeClock
from tests.fakes.ends_cursor import FakeEndsCursor
from tests.fakes.queue import FakeQueue, SentMessage
from tests.fakes.telling import FakeMetrics, FakePublisher
from tests.fakes.transcoder import FakePresets, FakeTranscoder
from tests.fakes.turns import FakeTurns

__all__ = [
    "FakeAssetTable",
    "FakeClock",
    "FakeCursors",
    "FakeDocuments",
    "FakeEndsCursor",
    "FakeMetrics",
    "FakeOutputs",
    "FakePresets",
    "FakePublisher",
    "FakeQueue",
    "FakeSidecars",
    "FakeTranscoder",
    "FakeTurns",
    "FakeUploads",
    "SentMessage",
]
