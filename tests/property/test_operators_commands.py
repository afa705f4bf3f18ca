"""Whatever state an asset is in, and whatever became of its job and messages, a command gets it out."""

from copy import deepcopy
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.asset import MAX_ATTEMPTS, TERMINAL_STATUSES, Asset, AssetStatus, may_follow
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.versions import ObjectVersion
from media_pipeline.services.operations.cancel import Cancel
from media_pipeline.services.operations.changes import Result
from media_pipeline.services.operations.removal import Remove
from media_pipeline.services.operations.replay import Replay
from tests.support.fakes import FakeQueue
from tests.support.fakes.removals import FakeRemovals
from tests.unit.tools.ops.fakes import OpsWorld, upload

# A claim lasts for a function's timeout, of at most 15 minutes, and a grace.
PATIENCE_SECONDS = 915
ERROR = AssetError(code="EMPTY_FILE", category="source", message="The file is empty.", replay_helps=False)
# What MediaConvert knows of a job that was submitted; it forgets jobs after 90 days.
jobs = st.sampled_from(["SUBMITTED", "PROGRESSING", "COMPLETE", "ERROR", "CANCELED", "forgotten", "none"])
paths = st.lists(st.sampled_from(list(AssetStatus)[1:]), max_size=4)


@settings(max_examples=400)
@given(
    attempts=st.sampled_from([1, 2, MAX_ATTEMPTS - 1, MAX_ATTEMPTS]),
    path=paths,
    job=jobs,
    claim_seconds=st.integers(0, PATIENCE_SECONDS),
    recorded=st.booleans(),
)
def test_an_operator_gets_every_asset_out_of_its_state(
    attempts: int, path: list[AssetStatus], job: str, claim_seconds: int, recorded: bool
) -> None:
    """While no message arrives any more, `cancel` ends what is under way within 15 minutes of trying.

    What has ended, `replay --force` begins anew, as often as an asset may be tried, and `remove` takes down.
    """
    world = OpsWorld()
    asset = _asset(world, attempts, path, job, claim_seconds=claim_seconds, recorded=recorded)
    cancel = Cancel(table=world.table, jobs=world.transcoder, retention_days=0, clock=world.clock)
    if not asset.is_terminal:
        world.clock.advance(PATIENCE_SECONDS)
        assert cancel.intention(asset).acts
        assert cancel.apply(asset).result is Result.DONE
    ended = world.read(asset.asset_id)
    assert ended.status in TERMINAL_STATUSES
    taken_down = deepcopy(world)
    remove, removals = _remove(taken_down, asset)
    removal = remove.plan(asset.asset_id)
    assert removal.acts
    assert remove.apply(removal).result is Result.DONE
    assert taken_down.table.get(asset.asset_id) is None
    assert (removals.versions, removals.reported, removals.counted) == ([], [asset.asset_id], 1)
    replay = Replay(table=world.table, queue=FakeQueue(), clock=world.clock, force=True)
    assert replay.intention(ended).acts == (attempts < MAX_ATTEMPTS)
    if attempts < MAX_ATTEMPTS:
        assert replay.apply(ended).result is Result.DONE
        assert world.read(asset.asset_id).attempt == attempts + 1


def _remove(world: OpsWorld, asset: Asset) -> tuple[Remove, FakeRemovals]:
    """Return the command, on an asset with outputs."""
    output = ObjectVersion(key=f"{asset.asset_id}/1/hls/index.m3u8", version_id="v", size_bytes=1)
    removals = FakeRemovals(table=world.table, versions=[output])
    remove = Remove(
        pipeline="media-pipeline-test",
        uploads_bucket="uploads",
        table=world.table,
        records=removals,
        outputs=removals,
        uploads=removals,
        news=removals,
        metrics=removals,
        with_source=False,
        clock=world.clock,
    )
    return remove, removals


def _asset(
    world: OpsWorld,
    attempts: int,
    path: list[AssetStatus],
    job: str,
    *,
    claim_seconds: int,
    recorded: bool,
) -> Asset:
    """Return an asset after failed attempts and such steps; its record may not know of its job."""
    which = upload()
    world.table.claim(which, now=world.clock(), until=world.clock())
    for attempt in range(1, attempts):
        failed = world.table.advance(
            which.asset_id,
            Transition(to=AssetStatus.FAILED, attempt=attempt, at=world.clock(), detail="", error=ERROR),
        )
        assert failed is not None
        assert world.table.replay(failed, now=world.clock(), detail="again")
    until = world.clock() + timedelta(seconds=claim_seconds)
    asset = world.table.claim(which, now=world.clock(), until=until).asset
    job_id = world.transcoder.create_job(asset, {}) if job != "none" else None
    for to in path:
        if may_follow(world.read(which.asset_id).status, to):
            known_job = job_id if recorded else None
            step = Transition(to=to, attempt=attempts, at=world.clock(), detail="", job_id=known_job)
            world.table.advance(which.asset_id, step)
    if job == "forgotten":
        world.transcoder.jobs.clear()
    elif job_id is not None:
        world.transcoder.jobs[job_id]["Status"] = job
    return world.read(which.asset_id)
