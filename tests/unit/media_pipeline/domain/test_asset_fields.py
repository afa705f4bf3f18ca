"""An asset's record is read in full, also one that an earlier version wrote."""

from typing import Any

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus

REQUIRED: dict[str, Any] = {
    "asset_id": "id-1",
    "bucket": "uploads",
    "key": "dir/a.mp4",
    "etag": "e1",
    "size_bytes": 5,
    "sequencer": "00",
    "status": "FAILED",
    "attempt": 2,
    "created_at": "2026-01-02T03:04:05.000Z",
    "updated_at": "2026-01-02T03:04:06.000Z",
    "claimed_until": "2026-01-02T03:04:07.000Z",
}
# Each of them with the value that an asset has whose record lacks it.
OPTIONAL: dict[str, tuple[Any, Any]] = {
    "job_id": ("job-1", None),
    "profile": ("default", None),
    "preset_versions": ({"mp4": 3}, {}),
    "quote": ({"usd": "0.085500"}, {}),
    "quote_usd": ("0.085500", None),
    "billed_usd": ("0.085000", None),
    "reservation": ({"attempt": 2, "micro_usd": 5, "counters": []}, {}),
    "is_cap_waived": (True, False),
    "source_info": ({"container": "mp4"}, {}),
    "planned_outputs": ([{"format": "MP4"}], ()),
    "outputs": ([{"format": "HLS"}], ()),
    "rejected_captions": ([{"key": "a.srt"}], ()),
    "rejected_captions_left_out": (4, 0),
    "captions_seen": ("mark", None),
    "captions_until": ("2026-01-02T03:04:08.000Z", None),
    "removing_since": ("2026-01-02T03:04:09.000Z", None),
    "storyboard_fault": ("It has no picture.", None),
    "submitted_at": ("2026-01-02T03:04:10.000Z", None),
    "completed_at": ("2026-01-02T03:04:11.000Z", None),
    "notified_at": ("2026-01-02T03:04:12.000Z", None),
    "redeliveries": (7, 0),
    "history": ([{"at": "2026-01-02T03:05:00.000Z", "attempt": 2}], ()),
    "past_attempts": ([{"attempt": 1}], ()),
}
ERROR = {"code": "BROKEN", "category": "source", "message": "It is broken.", "replay_helps": False}


def test_what_every_record_has_is_read() -> None:
    """The upload, the status and the times of an asset are those of its record."""
    asset = Asset.from_record(REQUIRED)
    upload = asset.upload
    assert (upload.bucket, upload.key, upload.version_id) == ("uploads", "dir/a.mp4", None)
    assert (upload.etag, upload.size_bytes, upload.sequencer) == ("e1", 5, "00")
    assert (asset.asset_id, asset.status, asset.attempt) == ("id-1", AssetStatus.FAILED, 2)
    for name in ("created_at", "updated_at", "claimed_until"):
        assert getattr(asset, name) == REQUIRED[name]
    assert Asset.from_record({**REQUIRED, "version_id": "v1"}).upload.version_id == "v1"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_record_without_what_every_record_has_is_none(name: str) -> None:
    """Nothing is made up for a record that is damaged."""
    with pytest.raises(KeyError):
        Asset.from_record({field: value for field, value in REQUIRED.items() if field != name})


@pytest.mark.parametrize(("name", "value", "default"), [(name, *both) for name, both in OPTIONAL.items()])
def test_what_a_record_may_have_is_read(name: str, value: Any, default: Any) -> None:
    """Each attribute is read by itself, and has its default where the record lacks it."""
    asset = Asset.from_record({**REQUIRED, name: value})
    assert getattr(asset, name) == value
    assert getattr(Asset.from_record(REQUIRED), name) == default
    others = (other for other in OPTIONAL if other != name)
    assert all(getattr(asset, other) == OPTIONAL[other][1] for other in others)


def test_an_error_is_read_as_it_was_written() -> None:
    """An earlier version's error says nothing against a replay; the record of an error is the same again."""
    error = Asset.from_record({**REQUIRED, "error": ERROR}).error
    assert error is not None
    assert error.as_record() == ERROR
    earlier = {name: value for name, value in ERROR.items() if name != "replay_helps"}
    before = Asset.from_record({**REQUIRED, "error": earlier}).error
    assert before is not None
    assert before.as_record() == {**ERROR, "replay_helps": True}
    assert Asset.from_record(REQUIRED).error is None


def test_an_attempt_begins_with_its_own_first_entry() -> None:
    """The first attempt began with the record, a later one with the entry of its replay."""
    history: list[dict[str, Any]] = [
        {"at": "2026-01-02T03:04:05.000Z"},
        {"at": "2026-01-02T05:00:00.000Z", "attempt": 2},
        {"at": "2026-01-02T06:00:00.000Z", "attempt": 2},
    ]
    assert Asset.from_record({**REQUIRED, "history": history}).attempt_began_at == history[1]["at"]
    assert (
        Asset.from_record({**REQUIRED, "attempt": 1, "history": history[:1]}).attempt_began_at
        == (history[0]["at"])
    )
    assert Asset.from_record(REQUIRED).attempt_began_at == REQUIRED["created_at"]


def test_a_past_attempt_keeps_how_it_ended() -> None:
    """The record keeps an attempt's number, status, job, error and end, as far as it has them."""
    record = {**REQUIRED, "job_id": "job-1", "error": ERROR, "completed_at": "2026-01-02T03:04:11.000Z"}
    assert Asset.from_record(record).as_past_attempt == {
        "attempt": 2,
        "status": "FAILED",
        "job_id": "job-1",
        "error": ERROR,
        "completed_at": "2026-01-02T03:04:11.000Z",
    }
    assert Asset.from_record(REQUIRED).as_past_attempt == {"attempt": 2, "status": "FAILED"}


@pytest.mark.parametrize("status", AssetStatus)
def test_an_asset_is_at_its_end_in_three_statuses(status: AssetStatus) -> None:
    """COMPLETE, FAILED and CANCELED are ends, and nothing else is."""
    ends = {AssetStatus.COMPLETE, AssetStatus.FAILED, AssetStatus.CANCELED}
    assert Asset.from_record({**REQUIRED, "status": status.value}).is_terminal is (status in ends)
