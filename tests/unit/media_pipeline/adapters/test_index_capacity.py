"""What the index over statuses costs, measured on the writes of an asset's life, and the sum for a day.

Source of the rules: DynamoDB Developer Guide, "Using Global Secondary Indexes": a write whose index keys stay
costs one write of the entry where anything projected changes, none otherwise; one that changes a key costs
the removal of the old entry and the put of the new one; each is rounded up to 1 KB. A partition takes 1,000
write units and 3,000 read units a second ("Best practices for designing and using partition keys
effectively").
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from media_pipeline.domain.asset import MAX_ATTEMPTS, Asset, AssetStatus
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.status_index import (
    PROJECTED,
    SHARD_ATTRIBUTE,
    SHARDS,
    SORT_ATTRIBUTE,
    status_shard,
    status_shards,
)
from media_pipeline.domain.uploads.upload import UploadedObject
from stacks.functions import MAX_DELAY_SECONDS
from tests.support.asset_steps import step
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.record_size import item_bytes

UPLOADS_A_DAY = 500_000
WRITES_A_SECOND, READS_A_SECOND = 1000, 3000
# The longest that anything of an entry can be.
LONGEST = UploadedObject(
    bucket="b" * 63, key="🎬" * 256, version_id="v" * 1024, etag="e" * 256, size_bytes=2**50, sequencer="s"
)
ERROR = AssetError(code="UNSUPPORTED_FILE_TYPE", category="source", message="🎬" * 1000)


def entry_of(record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the index has of a record."""
    if record is None or SHARD_ATTRIBUTE not in record:
        return None
    kept = ("asset_id", SHARD_ATTRIBUTE, SORT_ATTRIBUTE, *PROJECTED)
    return {name: record[name] for name in kept if name in record}


class Counted:
    """Count the write units of each status's partitions while things are done to one asset."""

    def __init__(self) -> None:
        self.table, self.clock = FakeAssetTable(), FakeClock()
        self.units: Counter[str] = Counter()
        self.largest = 0

    def do(self, deed: Callable[[], Any]) -> Any:
        """Do something to the asset a second later, and count what it costs the index."""
        self.clock.advance(1)
        before = entry_of(dict(self.table.records.get(LONGEST.asset_id, {})))
        answer = deed()
        after = entry_of(self.table.records[LONGEST.asset_id])
        keys = (SHARD_ATTRIBUTE, SORT_ATTRIBUTE)
        moved = before is None or after is None or any(before[key] != after[key] for key in keys)
        writes = [entry for entry in (before, after) if entry] if moved else [after] * (before != after)
        for entry in writes:
            assert entry is not None
            size = item_bytes(entry)
            self.largest = max(self.largest, size)
            self.units[entry[SHARD_ATTRIBUTE].partition("#")[0]] += ceil(size / 1024)
        return answer

    def claim(self) -> Asset:
        """Receive the upload's message."""
        until = self.clock() + timedelta(seconds=1)
        asset: Asset = self.do(lambda: self.table.claim(LONGEST, now=self.clock(), until=until)).asset
        return asset

    def go(self, to: AssetStatus, **more: Any) -> Asset:
        """Take a step."""
        asset: Asset = self.do(lambda: self.table.advance(LONGEST.asset_id, step(self.clock, to, **more)))
        return asset

    def progress(self, asset: Asset, percent: int) -> None:
        """Record how far the asset's job is."""
        self.do(lambda: self.table.note_progress(asset, percent=percent, now=self.clock()))

    def again(self, asset: Asset) -> None:
        """Tell of the asset's end, and begin its next attempt."""
        self.do(lambda: self.table.note_notified(asset, now=self.clock()))
        self.do(lambda: self.table.replay(asset, now=self.clock(), detail=""))


@pytest.fixture
def counted() -> Counted:
    """Return an empty table whose index is watched."""
    return Counted()


def a_life(counted: Counted) -> None:
    """Lead an asset through its life, with as many reports of progress as can be recorded."""
    asset = counted.claim()
    counted.do(
        lambda: counted.table.record_plan(
            asset, profile="default", preset_versions={}, source_info={}, planned_outputs=[]
        )
    )
    counted.go(AssetStatus.SUBMITTED)
    processing = counted.go(AssetStatus.PROCESSING)
    for percent in range(101):
        counted.progress(processing, percent)
    counted.do(lambda: counted.table.note_warnings(processing, [], left_out=0))
    counted.go(AssetStatus.VERIFYING)
    complete = counted.go(AssetStatus.COMPLETE, outputs=[{"format": "MP4", "key": "k" * 1000}] * 40)
    counted.do(lambda: counted.table.note_notified(complete, now=counted.clock()))


def test_an_entry_is_one_write_unit_however_long_the_key(counted: Counted) -> None:
    """No entry has more than 1 KB: the index holds no text of an uploader's."""
    asset = counted.claim()
    for attempt in range(1, MAX_ATTEMPTS):
        failed = counted.go(AssetStatus.FAILED, attempt=attempt, error=ERROR)
        counted.again(failed)
    assert asset.upload.key == LONGEST.key
    assert 100 < counted.largest < 300


def test_a_days_uploads_stay_below_a_partitions_limits(counted: Counted) -> None:
    """500,000 uploads a day keep each partition below a sixth of 1,000 write units, at the worst."""
    a_life(counted)
    assert counted.units == {
        "RECEIVED": 2,
        "SUBMITTED": 2,
        "PROCESSING": 2 + 2 * 101,
        "VERIFYING": 2,
        "COMPLETE": 2,
    }
    a_second = UPLOADS_A_DAY / 86_400
    hottest = max(counted.units.values()) * a_second / SHARDS
    assert hottest < WRITES_A_SECOND / 6
    # The same with a status as one partition, as before: no room for an hour that is busier than others.
    assert hottest * SHARDS > WRITES_A_SECOND
    # As docs/deployment.md says it.
    assert (max(counted.units.values()), round(hottest)) == (204, 148)


def test_a_day_of_waiting_uploads_stays_below_too(counted: Counted) -> None:
    """A whole day's uploads that wait for presets are claimed and released every 15 minutes."""
    asset = counted.claim()
    counted.units.clear()
    counted.do(lambda: counted.table.release(asset, now=counted.clock()))
    counted.claim()
    a_receive = counted.units["RECEIVED"]
    assert a_receive == 4
    a_second = UPLOADS_A_DAY / MAX_DELAY_SECONDS * a_receive
    assert a_second > 2 * WRITES_A_SECOND
    assert a_second / SHARDS < WRITES_A_SECOND / 3
    # As docs/deployment.md says it.
    assert round(a_second / SHARDS) == 278


def test_a_run_of_the_reconciler_reads_little(counted: Counted) -> None:
    """A query reads pages of entries of 200 bytes: half a read unit for each 4 KB."""
    counted.claim()
    page = 100 * counted.largest
    assert ceil(page / 4096) * 0.5 * 10 < READS_A_SECOND


def test_ids_are_spread_evenly() -> None:
    """Of many assets each partition has its share, within a tenth."""
    ids = [
        UploadedObject(
            bucket="uploads", key=f"{number}.mp4", version_id=None, etag="e", size_bytes=1, sequencer=""
        ).asset_id
        for number in range(16_000)
    ]
    shares = Counter(status_shard("RECEIVED", asset_id) for asset_id in ids)
    assert set(shares) == set(status_shards("RECEIVED"))
    assert all(abs(share - 2000) < 200 for share in shares.values())
