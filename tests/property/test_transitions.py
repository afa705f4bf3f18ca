"""The life of an asset's status, and the news that drives it, in any order."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.asset import TERMINAL_STATUSES, AssetStatus, may_follow, statuses_before
from media_pipeline.domain.events import JobStateChange, JobStatus
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import UnknownSource
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeAssetTable, FakeClock, FakeOutputs
from tests.support.made_outputs import made_outputs
from tests.support.world import PIPELINE, World

ORDER = list(AssetStatus)
UPLOAD = UploadedObject(
    bucket="uploads", key="a.mp4", version_id="v1", etag="e", size_bytes=1, sequencer="01"
)

changes = st.builds(
    JobStateChange,
    job_id=st.sampled_from(["job-1", "job-2"]),
    status=st.sampled_from(JobStatus),
    pipeline=st.sampled_from([PIPELINE, "another"]),
    asset_id=st.sampled_from([UPLOAD.asset_id, None]),
    attempt=st.sampled_from([1, 2]),
    error_code=st.sampled_from([0, 1010, 1999]),
    percent=st.one_of(st.none(), st.integers(0, 100)),
)


@given(before=st.sampled_from(AssetStatus), after=st.sampled_from(AssetStatus))
def test_the_table_is_monotonic(before: AssetStatus, after: AssetStatus) -> None:
    """Every step leads onward, none out of a terminal status, and COMPLETE comes from VERIFYING alone."""
    if may_follow(before, after):
        assert ORDER.index(after) > ORDER.index(before)
        assert before not in TERMINAL_STATUSES
        assert after is not AssetStatus.COMPLETE or before is AssetStatus.VERIFYING
    assert (before in statuses_before(after)) == may_follow(before, after)


@settings(max_examples=300)
@given(news=st.lists(changes, max_size=12), there=st.booleans())
def test_news_in_any_order_keeps_the_record_sound(news: list[JobStateChange], there: bool) -> None:
    """Whatever news comes in whatever order, the record stays sound.

    The status only moves onward and stays with the first job, its end is announced exactly once, and it is
    COMPLETE only where the outputs are there.
    """
    world, outputs = World(UnknownSource(reason=""), retention_days=1), FakeOutputs()
    clock, table = world.clock, world.table
    world.uploads.put(UPLOAD, clock())
    job_changes = world.changes_to(outputs)
    asset = table.claim(UPLOAD, now=clock(), until=clock()).asset
    key = f"{asset.asset_id}/{asset.attempt}/mp4/video_2p.mp4"
    planned = PlannedOutput(format="MP4", key=key, group=0, width=2, height=2)
    assert table.record_plan(
        asset,
        profile="default",
        preset_versions={"mp4": 1},
        source_info={},
        planned_outputs=[planned.as_record()],
    )
    if there:
        outputs.objects |= made_outputs([planned], seconds=1.0)
    previous, jobs = AssetStatus.RECEIVED, set()
    for change in news:
        clock.advance(1)
        job_changes.apply(change)
        current = table.get(UPLOAD.asset_id)
        assert current is not None
        assert ORDER.index(current.status) >= ORDER.index(previous)
        assert previous not in TERMINAL_STATUSES or current.status is previous
        previous = current.status
        jobs.add(current.job_id)
        assert len(jobs - {None}) <= 1
    record = table.records[UPLOAD.asset_id]
    statuses = [AssetStatus(entry["status"]) for entry in record["history"]]
    assert statuses[-1] is previous
    assert all(may_follow(before, after) for before, after in pairwise(statuses))
    ended = previous in TERMINAL_STATUSES
    assert len(world.publisher.published) == len(world.metrics.counted) == (1 if ended else 0)
    assert ("completed_at" in record) == ("expires_at" in record) == ended
    if previous is AssetStatus.COMPLETE:
        assert there
        assert record["outputs"]


@given(
    status=st.sampled_from(AssetStatus),
    to=st.sampled_from(AssetStatus),
    attempt=st.sampled_from([1, 2]),
    job_id=st.sampled_from([None, "job-1", "job-2"]),
    recorded_job=st.sampled_from([None, "job-1"]),
    claim=st.sampled_from([None, "held", "lost"]),
)
def test_a_refused_step_changes_nothing(
    status: AssetStatus,
    to: AssetStatus,
    attempt: int,
    job_id: str | None,
    recorded_job: str | None,
    claim: str | None,
) -> None:
    """A step that the table, the attempt, the job or a lost claim forbids leaves the record as it was."""
    clock, table = FakeClock(), FakeAssetTable()
    asset = table.claim(UPLOAD, now=clock(), until=clock()).asset
    record = table.records[UPLOAD.asset_id]
    record |= {"status": status.value, "job_id": recorded_job}
    before = dict(record)
    claimed_until = {None: None, "held": asset.claimed_until, "lost": "2026-01-01T00:00:00.000Z"}[claim]
    step = Transition(
        to=to, attempt=attempt, at=clock(), detail="", job_id=job_id, claimed_until=claimed_until
    )
    taken = table.advance(UPLOAD.asset_id, step) is not None
    right_job = None in (job_id, recorded_job) or job_id == recorded_job
    right_claim = claim is None or (claim == "held" and recorded_job is None)
    assert taken == (may_follow(status, to) and attempt == 1 and right_job and right_claim)
    assert taken or table.records[UPLOAD.asset_id] == before
