"""One contract for the captions in an asset's record, in DynamoDB and in the fake."""

from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeAssetTable, FakeClock

Table = AssetTable | FakeAssetTable
UPLOAD = UploadedObject(bucket="uploads", key="a.mp4", version_id="v1", etag="e", size_bytes=5, sequencer="")
HLS: dict[str, Any] = {"format": "HLS", "key": "id/1/hls/master.m3u8", "duration_ms": 10}
ENGLISH: dict[str, Any] = {"format": "CAPTIONS", "key": "id/1/captions/en.vtt", "language": "en"}
REJECTED = {"key": "a.de.srt", "etag": "x", "message": "The caption file is empty."}


def advanced(table: Table, clock: FakeClock, to: AssetStatus, **more: Any) -> Asset:
    """Take a step, which is allowed."""
    step = Transition(to=to, attempt=1, at=clock(), detail="", job_id="job-1", **more)
    asset = table.advance(UPLOAD.asset_id, step)
    assert asset is not None
    return asset


@pytest.fixture
def verifying(table: Table, clock: FakeClock) -> Asset:
    """Return an asset that is about to be complete."""
    table.claim(UPLOAD, now=clock(), until=clock())
    return advanced(table, clock, AssetStatus.VERIFYING)


def test_captions_take_the_place_of_those_before(table: Table, clock: FakeClock, verifying: Asset) -> None:
    """Outputs and rejected files are what was noted last; when the asset ended stays as it was."""
    first = advanced(table, clock, AssetStatus.COMPLETE, outputs=[HLS], rejected_captions=[REJECTED])
    assert list(first.rejected_captions) == [REJECTED]
    clock.advance(10)
    assert table.note_captions(first, outputs=[HLS, ENGLISH], rejected=[])
    second = table.get(UPLOAD.asset_id)
    assert second is not None
    assert (list(second.outputs), list(second.rejected_captions)) == ([HLS, ENGLISH], [])
    assert (second.updated_at, second.completed_at) == (first.updated_at, first.completed_at)
    assert table.note_captions(second, outputs=[HLS], rejected=[REJECTED])


def test_of_two_writers_of_captions_one_reads_again(table: Table, clock: FakeClock, verifying: Asset) -> None:
    """Who read the record before another changed it is refused, so that no caption is forgotten."""
    read = advanced(table, clock, AssetStatus.COMPLETE, outputs=[HLS])
    assert table.note_captions(read, outputs=[HLS, ENGLISH], rejected=[])
    assert not table.note_captions(read, outputs=[HLS], rejected=[REJECTED])
    current = table.get(UPLOAD.asset_id)
    assert current is not None
    assert table.note_captions(current, outputs=[HLS, ENGLISH], rejected=[REJECTED])
    assert not table.note_captions(current, outputs=[HLS, ENGLISH], rejected=[])


def test_only_a_complete_asset_has_captions_noted(table: Table, clock: FakeClock, verifying: Asset) -> None:
    """Before its end, and when it has failed, an asset's record is left alone."""
    assert not table.note_captions(verifying, outputs=[ENGLISH], rejected=[])
    failed = advanced(table, clock, AssetStatus.FAILED, outputs=[HLS])
    assert not table.note_captions(failed, outputs=[ENGLISH], rejected=[])


def test_one_publishes_at_a_time(table: Table, clock: FakeClock, verifying: Asset) -> None:
    """A publication is owned until its time is over, it is given back, or its captions are noted."""
    complete = advanced(table, clock, AssetStatus.COMPLETE, outputs=[HLS], captions_seen="a")
    assert complete.captions_seen == "a"
    until = clock() + timedelta(seconds=20)
    assert table.take_captions(complete, now=clock(), until=until)
    assert not table.take_captions(complete, now=clock(), until=until)
    table.release_captions(complete, until=clock())
    assert not table.take_captions(complete, now=clock(), until=until)
    table.release_captions(complete, until=until)
    assert table.take_captions(complete, now=clock(), until=until)
    clock.advance(21)
    later = clock() + timedelta(seconds=20)
    assert table.take_captions(complete, now=clock(), until=later)
    assert table.note_captions(complete, outputs=[HLS], rejected=[], rejected_left_out=7, seen="b")
    noted = table.get(UPLOAD.asset_id)
    assert noted is not None
    assert (noted.captions_seen, noted.captions_until, noted.rejected_captions_left_out) == ("b", None, 7)
    assert table.take_captions(noted, now=clock(), until=later)


def test_only_a_complete_asset_has_captions_published(
    table: Table, clock: FakeClock, verifying: Asset
) -> None:
    """Nor is another attempt's publication owned by who read the one before."""
    until = clock() + timedelta(seconds=20)
    assert not table.take_captions(verifying, now=clock(), until=until)
    complete = advanced(table, clock, AssetStatus.COMPLETE, outputs=[HLS])
    assert table.replay(complete, now=clock(), detail="again")
    assert not table.take_captions(complete, now=clock(), until=until)
