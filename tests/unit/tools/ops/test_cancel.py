"""Cancel: the job ends and the record says so, or the truth is left to those who know it."""

from datetime import timedelta

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus, ClaimOutcome
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.transitions import Transition
from media_pipeline.services.operations.cancel import Cancel
from media_pipeline.services.operations.changes import Intention, Outcome, Refusal, Result
from tests.unit.tools.ops.fakes import OpsWorld


@pytest.fixture
def world() -> OpsWorld:
    """Return an empty table."""
    return OpsWorld()


def cancel_in(world: OpsWorld, *, retention_days: int = 0) -> Cancel:
    """Return the command on the world's table and jobs."""
    return Cancel(table=world.table, jobs=world.transcoder, retention_days=retention_days, clock=world.clock)


@pytest.mark.parametrize("status", [AssetStatus.SUBMITTED, AssetStatus.PROCESSING])
def test_a_job_is_cancelled_and_recorded(world: OpsWorld, status: AssetStatus) -> None:
    """MediaConvert may send no event for it, so the record says CANCELED at once, with the job it was."""
    asset = world.asset(status)
    outcome = cancel_in(world).apply(asset)
    now = world.read(asset.asset_id)
    assert (outcome.result, now.status, now.job_id) == (Result.DONE, AssetStatus.CANCELED, "job-1")
    assert world.transcoder.jobs["job-1"]["Status"] == "CANCELED"
    assert now.history[-1]["detail"] == "Cancelled by an operator"


def test_an_ended_record_expires_as_others_do(world: OpsWorld) -> None:
    """The operator's CANCELED is kept no longer than what the functions end."""
    asset = world.asset(AssetStatus.SUBMITTED)
    cancel_in(world, retention_days=30).apply(asset)
    expires = world.clock() + timedelta(days=30)
    assert world.table.records[asset.asset_id]["expires_at"] == int(expires.timestamp())


@pytest.mark.parametrize("status", [AssetStatus.COMPLETE, AssetStatus.FAILED, AssetStatus.CANCELED])
def test_what_has_ended_is_left_alone(world: OpsWorld, status: AssetStatus) -> None:
    """Neither a job that is done nor an asset that has ended is cancelled, however often one tries."""
    asset = world.asset(status)
    before = dict(world.table.records[asset.asset_id])
    text = f"left alone: it has ended already ({status.value})"
    assert cancel_in(world).intention(asset) == Intention(
        asset=asset, acts=False, text=text, refusal=Refusal.ASSET_ENDED
    )
    assert cancel_in(world).apply(asset) == Outcome(
        asset_id=asset.asset_id, result=Result.SKIPPED, text=text, refusal=Refusal.ASSET_ENDED
    )
    assert world.table.records[asset.asset_id] == before


def test_an_intention_changes_nothing(world: OpsWorld) -> None:
    """A dry run, which goes no further than the intention, touches neither the job nor the record."""
    asset = world.asset(AssetStatus.PROCESSING)
    intention = cancel_in(world).intention(asset)
    assert (intention.acts, intention.text) == (True, "is cancelled with its job job-1")
    assert world.transcoder.jobs["job-1"]["Status"] == "SUBMITTED"
    assert world.read(asset.asset_id) == asset


def test_a_job_that_ended_before_leaves_the_record_to_its_events(world: OpsWorld) -> None:
    """Where MediaConvert refuses since the job is done, CANCELED would be a lie."""
    asset = world.asset(AssetStatus.PROCESSING)
    world.transcoder.jobs["job-1"]["Status"] = "COMPLETE"
    outcome = cancel_in(world).apply(asset)
    assert outcome == Outcome(
        asset_id=asset.asset_id,
        result=Result.SKIPPED,
        text="left alone: its job job-1 has ended, and soon its record tells how. If not, try again in 839 s",
        refusal=Refusal.JOB_ENDED,
        retry_after_seconds=839,
    )
    assert world.read(asset.asset_id).status is AssetStatus.PROCESSING


def test_outputs_that_are_being_verified_are_waited_for(world: OpsWorld) -> None:
    """An invocation may be about to record COMPLETE: whoever asks is told why, and when to ask again."""
    asset = world.asset(AssetStatus.VERIFYING)
    refused = cancel_in(world).intention(asset)
    assert (refused.acts, refused.refusal, refused.retry_after_seconds) == (
        False,
        Refusal.ASSET_IN_VERIFICATION,
        839,
    )
    assert refused.text == "left alone: its outputs are being verified. Try again in 839 s"
    outcome = cancel_in(world).apply(asset)
    assert (outcome.refusal, outcome.retry_after_seconds) == (Refusal.ASSET_IN_VERIFICATION, 839)
    world.clock.advance(839)
    given_up = cancel_in(world).intention(asset)
    assert (given_up.acts, given_up.text) == (True, "is cancelled; its outputs could not be verified")


def test_an_intention_says_whether_there_is_a_job(world: OpsWorld) -> None:
    """Before a job is known the operator reads that none is."""
    asset = world.asset(AssetStatus.RECEIVED)
    assert cancel_in(world).intention(asset) == Intention(
        asset=asset, acts=True, text="is cancelled; no job is known"
    )


@pytest.mark.parametrize("status", [AssetStatus.SUBMITTED, AssetStatus.PROCESSING, AssetStatus.VERIFYING])
def test_an_asset_whose_news_can_not_be_recorded_is_cancelled(world: OpsWorld, status: AssetStatus) -> None:
    """A done job's asset that nothing moves for 15 minutes is CANCELED, no sooner, and can be replayed."""
    asset = world.asset(status)
    world.transcoder.jobs["job-1"]["Status"] = "COMPLETE"
    early = cancel_in(world).apply(asset)
    assert early.result is Result.SKIPPED
    assert "ry again in 839 s" in early.text
    world.clock.advance(839)
    assert cancel_in(world).intention(asset).acts
    assert cancel_in(world).apply(asset).result is Result.DONE
    canceled = world.read(asset.asset_id)
    assert (canceled.status, canceled.job_id) == (AssetStatus.CANCELED, "job-1")
    assert world.table.replay(canceled, now=world.clock(), detail="replayed")


def test_an_asset_without_a_job_is_cancelled_at_once(world: OpsWorld) -> None:
    """What waits to be submitted never is; its message then finds it settled."""
    asset = world.asset(AssetStatus.RECEIVED)
    assert cancel_in(world).apply(asset).result is Result.DONE
    assert world.read(asset.asset_id).status is AssetStatus.CANCELED
    claim = world.table.claim(asset.upload, now=world.clock(), until=world.clock())
    assert claim.outcome is ClaimOutcome.SETTLED


def test_a_submission_in_flight_is_waited_for(world: OpsWorld) -> None:
    """While the claim is held a job may be about to exist: the operator reads when to try again."""
    asset = world.asset(AssetStatus.RECEIVED)
    world.table.claim(asset.upload, now=world.clock(), until=world.clock() + timedelta(seconds=42))
    outcome = cancel_in(world).apply(asset)
    assert outcome == Outcome(
        asset_id=asset.asset_id,
        result=Result.FAILED,
        text="not cancelled: it is being submitted. Try again in 42 s",
        refusal=Refusal.ASSET_IN_SUBMISSION,
        retry_after_seconds=42,
    )
    assert world.read(asset.asset_id).status is AssetStatus.RECEIVED


def test_a_claim_holds_to_its_end(world: OpsWorld) -> None:
    """An asset is cancelled at the instant at which its claim ends, and not in the second before."""
    asset = world.asset(AssetStatus.RECEIVED)
    world.table.claim(asset.upload, now=world.clock(), until=world.clock() + timedelta(seconds=1))
    assert cancel_in(world).apply(asset).retry_after_seconds == 1
    world.clock.advance(1)
    outcome = cancel_in(world).apply(asset)
    assert (outcome.result, outcome.text) == (Result.DONE, "cancelled; it had no job")


def test_a_record_that_keeps_changing_is_looked_at_three_times(
    world: OpsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where each write finds a record that changed since the look, it ends in a request to try again."""
    asset = world.asset(AssetStatus.RECEIVED)
    writes = []

    def refused(*arguments: object) -> None:
        writes.append(arguments)

    monkeypatch.setattr(world.table, "advance", refused)
    assert cancel_in(world).apply(asset) == Outcome(
        asset_id=asset.asset_id,
        result=Result.FAILED,
        text="not cancelled: its record keeps changing. Try again",
        refusal=Refusal.ASSET_CHANGED,
        retry_after_seconds=1,
    )
    assert len(writes) == 3


@pytest.mark.parametrize("change", ["gone", "another attempt"])
def test_a_record_that_is_another_one_is_left_alone(world: OpsWorld, change: str) -> None:
    """Where the record has gone, or tells of another attempt, the command says so and cancels no job."""
    asset = world.asset(AssetStatus.PROCESSING)
    if change == "gone":
        del world.table.records[asset.asset_id]
    else:
        world.table.records[asset.asset_id]["attempt"] = 2
    assert cancel_in(world).apply(asset) == Outcome(
        asset_id=asset.asset_id,
        result=Result.SKIPPED,
        text="left alone: meanwhile its record is another one",
        refusal=Refusal.ASSET_CHANGED,
    )
    assert world.transcoder.jobs["job-1"]["Status"] == "SUBMITTED"


def test_a_job_without_a_record_is_cancelled_too(world: OpsWorld) -> None:
    """A submitter that died between call and record left a job: it must not run on unseen."""
    asset = world.asset(AssetStatus.RECEIVED)
    job_id = world.transcoder.create_job(asset, {})
    assert cancel_in(world).apply(asset).result is Result.DONE
    assert world.transcoder.jobs[job_id]["Status"] == "CANCELED"
    now = world.read(asset.asset_id)
    assert (now.status, now.job_id) == (AssetStatus.CANCELED, job_id)


def test_a_submission_that_begins_meanwhile_is_not_overwritten(world: OpsWorld) -> None:
    """A claim taken between the look for a job and the write refuses the write; the next look tells of it."""
    asset = world.asset(AssetStatus.RECEIVED)
    find_job = world.transcoder.find_job

    def claimed_meanwhile(asset: Asset) -> str | None:
        found = find_job(asset)
        world.table.claim(asset.upload, now=world.clock(), until=world.clock() + timedelta(seconds=60))
        return found

    world.transcoder.find_job = claimed_meanwhile  # type: ignore[method-assign]
    outcome = cancel_in(world).apply(asset)
    assert outcome.result is Result.FAILED
    assert "it is being submitted" in outcome.text
    assert world.read(asset.asset_id).status is AssetStatus.RECEIVED


def test_the_jobs_own_event_may_be_faster(world: OpsWorld) -> None:
    """Where the CANCELED event was recorded before the command could, the asset is cancelled all the same."""
    asset = world.asset(AssetStatus.PROCESSING)
    cancel_job = world.transcoder.cancel_job

    def recorded_meanwhile(job_id: str) -> bool:
        step = Transition(
            to=AssetStatus.CANCELED, attempt=1, at=world.clock(), detail="by its event", job_id=job_id
        )
        world.table.advance(asset.asset_id, step)
        return cancel_job(job_id)

    world.transcoder.cancel_job = recorded_meanwhile  # type: ignore[method-assign]
    assert cancel_in(world).apply(asset).result is Result.DONE
    assert [entry["detail"] for entry in world.read(asset.asset_id).history[3:]] == ["by its event"]


def test_a_later_attempt_is_not_cancelled(world: OpsWorld) -> None:
    """The operator agreed to cancel what was shown; an attempt begun since is another thing."""
    asset = world.asset(AssetStatus.SUBMITTED)
    world.transcoder.cancel_job("job-1")
    step = Transition(to=AssetStatus.FAILED, attempt=1, at=world.clock(), detail="failed", job_id="job-1")
    failed = world.table.advance(asset.asset_id, step)
    assert failed is not None
    world.table.replay(failed, now=world.clock(), detail="replayed")
    assert cancel_in(world).apply(asset).result is Result.SKIPPED
    assert world.read(asset.asset_id).status is AssetStatus.RECEIVED


def test_without_an_answer_nothing_is_recorded(world: OpsWorld) -> None:
    """Where MediaConvert can't be reached the record stays as it is, and the command can be run again."""
    asset = world.asset(AssetStatus.SUBMITTED)
    world.transcoder.failures["cancel_job"] = [TransientError("timeout")]
    with pytest.raises(TransientError):
        cancel_in(world).apply(asset)
    assert world.read(asset.asset_id).status is AssetStatus.SUBMITTED
    assert cancel_in(world).apply(asset).result is Result.DONE
