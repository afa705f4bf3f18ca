"""What a record begins with, and on what of it each write was decided."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from media_pipeline.domain import transitions
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.asset_record import RecordWrite, new_record, refused_record
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.indexes.creation import CREATION_SHARD_ATTRIBUTE, creation_shard
from media_pipeline.domain.status_index import status_shard
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.limits import SourceTypes
from tests.support.asset_steps import upload
from tests.support.fakes import FakeClock

NOW = FakeClock()()
LATER = NOW + timedelta(seconds=60)


def record_of(status: AssetStatus, **more: Any) -> dict[str, Any]:
    """Return the record of an asset that has come so far."""
    record = new_record(upload(), now=NOW, claimed_until=NOW, detail="The upload was announced")
    shard = status_shard(status.value, record["asset_id"])
    return {**record, "status": status.value, "status_shard": shard, **more}


def end_under_a_claim(asset: Asset) -> RecordWrite:
    """Return the end of an asset that was decided under its claim."""
    step = Transition(
        to=AssetStatus.FAILED, attempt=1, at=LATER, detail="", claimed_until=asset.claimed_until
    )
    return transitions.advanced(asset.asset_id, step)


Write = Callable[[Asset], RecordWrite]
# Each with the status that it is decided on, and with what of the record may have changed since.
WRITES: dict[str, tuple[Write, AssetStatus, tuple[str, ...]]] = {
    "a claim that is taken over": (
        lambda asset: transitions.taken_over(asset, now=LATER, until=LATER),
        AssetStatus.RECEIVED,
        ("status", "attempt", "claimed_until"),
    ),
    "a claim that is given back": (
        lambda asset: transitions.released(asset, now=LATER),
        AssetStatus.RECEIVED,
        ("status", "attempt", "claimed_until"),
    ),
    "a plan": (
        lambda asset: transitions.planned(
            asset, profile="default", preset_versions={}, source_info={}, planned_outputs=()
        ),
        AssetStatus.RECEIVED,
        ("status", "attempt", "claimed_until"),
    ),
    "an end under a claim": (
        end_under_a_claim,
        AssetStatus.RECEIVED,
        ("attempt", "claimed_until", "job_id"),
    ),
    "a replay": (
        lambda asset: transitions.replayed(asset, now=LATER, detail="again"),
        AssetStatus.FAILED,
        ("status", "attempt", "removing_since"),
    ),
    "a sign of life": (
        lambda asset: transitions.progressed(asset, percent=None, now=LATER),
        AssetStatus.PROCESSING,
        ("status", "attempt"),
    ),
    "progress": (
        lambda asset: transitions.progressed(asset, percent=50, now=LATER),
        AssetStatus.PROCESSING,
        ("status", "attempt", "progress_percent"),
    ),
    "warnings": (
        lambda asset: transitions.warned(asset, [{"code": 1, "count": 2}], left_out=3),
        AssetStatus.PROCESSING,
        ("status", "attempt"),
    ),
    "a notification": (
        lambda asset: transitions.notified(asset, now=LATER),
        AssetStatus.FAILED,
        ("attempt",),
    ),
    "a repair": (
        lambda asset: transitions.reserved_for_repair(asset, now=LATER, redelivery=True),
        AssetStatus.PROCESSING,
        ("status", "updated_at"),
    ),
    "a removal": (
        lambda asset: transitions.removal_begun(asset, now=LATER),
        AssetStatus.COMPLETE,
        ("status", "attempt"),
    ),
    "a publication of captions": (
        lambda asset: transitions.captions_taken(asset, now=LATER, until=LATER),
        AssetStatus.COMPLETE,
        ("status", "attempt", "removing_since", "captions_until"),
    ),
    "captions": (
        lambda asset: transitions.captioned(asset, outputs=(), rejected=(), rejected_left_out=0, seen=""),
        AssetStatus.COMPLETE,
        ("status", "attempt", "removing_since", "outputs", "rejected_captions"),
    ),
}
CHANGED: Mapping[str, Any] = {
    "status": AssetStatus.CANCELED.value,
    "attempt": 2,
    "claimed_until": timestamp(LATER),
    "updated_at": timestamp(LATER),
    "job_id": "job-2",
    "progress_percent": 51,
    "removing_since": timestamp(LATER),
    "captions_until": timestamp(LATER + timedelta(seconds=1)),
    "outputs": [{"format": "CAPTIONS"}],
    "rejected_captions": [{"key": "a.srt"}],
}
# Of a complete asset; no other has them.
OUTPUTS = {"outputs": [{"format": "HLS"}]}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_made_on_what_was_read(name: str) -> None:
    """Where the record is as it was read, the write changes it."""
    write, status, _ = WRITES[name]
    record = record_of(status, **OUTPUTS)
    written = write(Asset.from_record(record)).applied_to(record)
    assert written is not None
    assert written != record
    # The index finds it under its status as it is now.
    assert written["status_shard"] == status_shard(written["status"], record["asset_id"])


@pytest.mark.parametrize(
    ("name", "changed"), [(name, changed) for name, (_, _, all_) in WRITES.items() for changed in all_]
)
def test_a_write_is_refused_on_what_has_changed(name: str, changed: str) -> None:
    """Each of what a write was decided on is a condition of it: any one that changed meanwhile refuses it."""
    write, status, _ = WRITES[name]
    record = record_of(status, **OUTPUTS)
    decided = write(Asset.from_record(record))
    assert decided.applied_to({**record, changed: CHANGED[changed]}) is None


@pytest.mark.parametrize(("redelivery", "counted"), [(True, 3), (False, 2)])
def test_a_repair_counts_announcements_alone(redelivery: bool, counted: int) -> None:
    """What is repaired without another message has not used up one of its announcements."""
    record = record_of(AssetStatus.PROCESSING, redeliveries=2)
    write = transitions.reserved_for_repair(Asset.from_record(record), now=LATER, redelivery=redelivery)
    written = write.applied_to(record)
    assert written is not None
    assert (written["redeliveries"], written["updated_at"]) == (counted, timestamp(LATER))


def test_a_removal_keeps_its_first_mark() -> None:
    """The record tells since when an asset is being removed, however often the command is run again."""
    record = record_of(AssetStatus.COMPLETE)
    for at in (NOW, LATER):
        marked = transitions.removal_begun(Asset.from_record(record), now=at).applied_to(record)
        assert marked is not None
        record = marked
    assert record["removing_since"] == timestamp(NOW)


FIRST_LINE = {
    "status": "RECEIVED",
    "attempt": 1,
    "at": timestamp(NOW),
    "detail": "The upload was announced",
}


def test_a_record_begins_with_the_upload() -> None:
    """It has all that is known of the upload, its first attempt, and what brought it about."""
    expected = {
        "asset_id": upload().asset_id,
        "bucket": "uploads",
        "key": upload().key,
        "etag": "e1",
        "size_bytes": 5,
        "sequencer": "00",
        "version_id": "v1",
        "status": "RECEIVED",
        "status_shard": status_shard("RECEIVED", upload().asset_id),
        CREATION_SHARD_ATTRIBUTE: creation_shard(timestamp(NOW), upload().asset_id),
        "attempt": 1,
        "created_at": timestamp(NOW),
        "updated_at": timestamp(NOW),
        "claimed_until": timestamp(LATER),
        "history": [FIRST_LINE],
    }
    made = new_record(upload(), now=NOW, claimed_until=LATER, detail="The upload was announced")
    assert made == expected
    nameless = new_record(upload(version_id=None), now=NOW, claimed_until=LATER, detail="")
    assert "version_id" not in nameless


@pytest.mark.parametrize(("expires_at", "is_told"), [(None, False), (1_800_000_000, True)])
def test_a_refused_upload_is_failed_from_the_beginning(expires_at: int | None, is_told: bool) -> None:
    """Its record has both steps, its error and its end; it counts as announced where nobody is to be told."""
    error = SourceTypes(suffixes=(".mp4",)).error
    record = refused_record(upload(), error, now=NOW, expires_at=expires_at, is_told=is_told)
    begun = new_record(upload(), now=NOW, claimed_until=NOW, detail="The upload was found")
    assert record == {
        **begun,
        "status": "FAILED",
        "status_shard": status_shard("FAILED", upload().asset_id),
        "error": error.as_record(),
        "error_code": "UNSUPPORTED_FILE_TYPE",
        "completed_at": timestamp(NOW),
        "history": [
            {**FIRST_LINE, "detail": "The upload was found"},
            {**FIRST_LINE, "status": "FAILED", "detail": "Files of this type are not accepted"},
        ],
        **({"expires_at": expires_at} if expires_at else {}),
        **({"notified_at": timestamp(NOW)} if is_told else {}),
    }


@pytest.mark.parametrize(
    ("before", "after", "removed"),
    [({}, None, ()), ({"micro_usd": 5}, {"micro_usd": 7}, ()), ({"micro_usd": 5}, None, ("reservation",))],
    ids=["none", "another", "no longer one"],
)
def test_a_plan_without_a_reservation_leaves_none(
    before: Mapping[str, Any], after: Mapping[str, Any] | None, removed: tuple[str, ...]
) -> None:
    """A record whose caps are gone since keeps no reservation that was made under them."""
    asset = Asset.from_record(record_of(AssetStatus.RECEIVED, reservation=before))
    write = transitions.planned(
        asset,
        profile="default",
        preset_versions={},
        source_info={},
        planned_outputs=(),
        reservation=after,
    )
    assert write.removed == removed
    assert write.assigned.get("reservation") == after
