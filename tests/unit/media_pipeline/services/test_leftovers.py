"""What attempts left behind goes after some days; the newest complete attempt never does."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.delivery.folders import attempt_folder
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.status_index import IndexEntry, ReachedTime
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.services import leftovers
from media_pipeline.services.leftovers import LOOK_EVERY, Leftovers, leftover_attempts
from tests.support.asset_steps import read, upload
from tests.support.fakes import (
    FakeAssetTable,
    FakeCheckpoint,
    FakeClock,
    FakeOutputs,
)

DAYS = 14
ENDS = [AssetStatus.COMPLETE, AssetStatus.FAILED, AssetStatus.CANCELED]


class LeftoversWorld:
    """Assets with attempts that ended, the outputs of each, and the reconciler's part that removes them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.table, self.outputs = FakeAssetTable(), FakeOutputs()
        self.checkpoint = FakeCheckpoint[ReachedTime]()
        self.leftovers = Leftovers(
            table=self.table,
            outputs=self.outputs,
            checkpoint=self.checkpoint,
            days=DAYS,
            clock=self.clock,
        )

    def asset(self, *ends: AssetStatus, version: str = "v", ongoing: bool = False, files: int = 2) -> str:
        """Return an asset whose attempts ended so, each with some files; perhaps one more is under way."""
        which = upload(version_id=version)
        asset = self.table.claim(which, now=self.clock(), until=self.clock()).asset
        for attempt, end in enumerate(ends, start=1):
            if attempt > 1:
                assert self.table.replay(asset, now=self.clock(), detail="again")
            way = [AssetStatus.VERIFYING, end] if end is AssetStatus.COMPLETE else [end]
            for to in way:
                step = Transition(to=to, attempt=attempt, at=self.clock(), detail="", job_id=f"job-{attempt}")
                ended = self.table.advance(which.asset_id, step)
                assert ended is not None
                asset = ended
            self._produce(which.asset_id, attempt, files)
        if ongoing:
            assert self.table.replay(asset, now=self.clock(), detail="again")
            self._produce(which.asset_id, len(ends) + 1, files)
        self.clock.advance(1)
        return which.asset_id

    def _produce(self, asset_id: str, attempt: int, files: int) -> None:
        for number in range(files):
            self.outputs.objects[f"{asset_id}/{attempt}/hls/{number}.ts"] = b"x"

    def left(self, asset_id: str) -> set[int]:
        """Return the attempts that have files."""
        return {int(key.split("/")[1]) for key in self.outputs.objects if key.startswith(f"{asset_id}/")}

    def run(self, *, steps: int = 1_000_000) -> int:
        """Let the reconciler run once, with time for so many assets; count the objects that went."""
        time_left = iter([True] * min(steps, 10_000))
        return self.leftovers.run(has_time=lambda: next(time_left, False))["leftovers_removed"]

    def pass_days(self, days: float = DAYS) -> None:
        """Let days pass."""
        self.clock.advance(timedelta(days=days).total_seconds())


@pytest.fixture
def world() -> LeftoversWorld:
    """Return a world without assets."""
    return LeftoversWorld()


@pytest.mark.parametrize(
    ("ends", "kept"),
    [
        (["COMPLETE"], {1}),
        (["FAILED"], set()),
        (["CANCELED"], set()),
        (["FAILED", "COMPLETE"], {2}),
        (["COMPLETE", "FAILED"], {1}),
        (["COMPLETE", "COMPLETE", "CANCELED"], {2}),
        (["FAILED", "COMPLETE", "FAILED", "COMPLETE"], {4}),
    ],
)
def test_all_but_the_newest_complete_attempt_goes(
    world: LeftoversWorld, ends: list[str], kept: set[int]
) -> None:
    """Not before its days are over; then at once, and once."""
    asset_id = world.asset(*(AssetStatus(end) for end in ends))
    world.pass_days(DAYS - 0.05)
    assert world.run() == 0
    world.pass_days(0.05)
    assert world.run() == 2 * (len(ends) - len(kept))
    assert world.left(asset_id) == kept
    assert world.run() == 0


@pytest.mark.parametrize("was_public", [(True, False), (False, True), (True, True)])
def test_each_attempt_goes_from_the_folder_that_it_has(
    world: LeftoversWorld, was_public: tuple[bool, bool]
) -> None:
    """Where the profile became public between two attempts, or private, the first one's files go too."""
    asset_id = world.asset(AssetStatus.COMPLETE, AssetStatus.COMPLETE, files=0)
    record = world.table.records[asset_id]
    record["past_attempts"][0] |= {"is_public": True} if was_public[0] else {}
    record |= {"is_public": True} if was_public[1] else {}
    folders = [attempt_folder(asset_id, number, is_public=flag) for number, flag in enumerate(was_public, 1)]
    world.outputs.objects |= {f"{folder}/hls/0.ts": b"x" for folder in folders}
    world.pass_days()
    assert world.run() == 1
    assert list(world.outputs.objects) == [f"{folders[1]}/hls/0.ts"]


def test_what_is_under_way_is_left_alone(world: LeftoversWorld) -> None:
    """While an attempt is under way, what became of the ones before is of use; it goes days after the end."""
    asset_id = world.asset(AssetStatus.FAILED, ongoing=True)
    world.pass_days()
    assert world.run() == 0
    assert world.left(asset_id) == {1, 2}
    step = Transition(to=AssetStatus.VERIFYING, attempt=2, at=world.clock(), detail="", job_id="job-2")
    assert world.table.advance(asset_id, step)
    step = Transition(to=AssetStatus.COMPLETE, attempt=2, at=world.clock(), detail="", job_id="job-2")
    assert world.table.advance(asset_id, step)
    world.pass_days(DAYS + 0.01)
    assert world.run() == 2
    assert world.left(asset_id) == {2}


def test_a_run_is_bounded_and_the_next_goes_on(
    world: LeftoversWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many objects a run, and none is forgotten, not for want of time, nor for an error."""
    monkeypatch.setattr(leftovers, "MAX_OBJECTS", 5)
    ids = [world.asset(AssetStatus.FAILED, version=f"v{number}", files=4) for number in range(4)]
    world.pass_days()
    assert world.run(steps=0) == 0
    world.outputs.failures = [TransientError("S3 is down")]
    assert world.run() == 0
    runs = 0
    while any(world.left(asset_id) for asset_id in ids):
        assert world.run() <= 5
        world.clock.advance(LOOK_EVERY.total_seconds())
        runs += 1
        assert runs < 10
    assert runs >= 3


def test_attempts_of_one_asset_share_the_bound(
    world: LeftoversWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier attempt took of a run's objects, the next one has less."""
    monkeypatch.setattr(leftovers, "MAX_OBJECTS", 5)
    asset_id = world.asset(AssetStatus.FAILED, AssetStatus.FAILED, files=4)
    world.pass_days()
    assert world.run() == 5
    world.clock.advance(LOOK_EVERY.total_seconds())
    assert world.run() == 3
    assert not world.left(asset_id)


def test_the_oldest_end_comes_first_whatever_it_was(
    world: LeftoversWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run takes ends of all kinds in the order of their times, and the next one begins where it stopped."""
    monkeypatch.setattr(leftovers, "MAX_ASSETS", 2)
    ends = [AssetStatus.FAILED, AssetStatus.CANCELED, AssetStatus.FAILED, AssetStatus.CANCELED]
    ids = [world.asset(end, version=f"v{number}") for number, end in enumerate(ends)]
    world.pass_days()
    for done in (2, 4):
        assert world.run() == 4
        assert [world.left(asset_id) for asset_id in ids] == [set()] * done + [{1}] * (len(ids) - done)
        world.clock.advance(LOOK_EVERY.total_seconds())


def test_refused_uploads_are_passed_over_unread(
    world: LeftoversWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many files of other types came, a run gets to the assets behind them in one go."""
    monkeypatch.setattr(leftovers, "MAX_ASSETS", 1)
    error = SourceTypes(suffixes=(".mp4",)).error
    for number in range(20):
        refused = upload(f"{number}.log")
        assert world.table.refuse(refused, error, now=world.clock(), expires_at=None, is_told=True)
    world.clock.advance(1)
    asset_id = world.asset(AssetStatus.FAILED)
    world.pass_days()
    assert (world.run(), world.left(asset_id)) == (2, set())


def test_a_record_that_goes_meanwhile_stops_no_run(
    world: LeftoversWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An asset may be removed between the look at the index and that at its record: the next one's turn."""
    gone, left_behind = (world.asset(AssetStatus.FAILED, version=version) for version in "ab")
    world.pass_days()
    get = world.table.get
    monkeypatch.setattr(world.table, "get", lambda asset_id: None if asset_id == gone else get(asset_id))
    assert world.run() == 2
    assert (world.left(gone), world.left(left_behind)) == ({1}, set())


def test_a_killed_run_is_repeated(world: LeftoversWorld) -> None:
    """What was removed before the kill stays removed, and what was not is removed by the next run."""
    first, second = (world.asset(AssetStatus.FAILED, version=version) for version in "ab")
    world.pass_days()
    remove = world.outputs.remove

    def kill(prefix: str, *, limit: int) -> int:
        remove(prefix, limit=limit)
        raise KeyboardInterrupt

    world.outputs.remove = kill  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.run()
    world.outputs.remove = remove  # type: ignore[method-assign]
    world.run()
    assert world.left(first) == world.left(second) == set()


def test_ends_are_looked_at_once(world: LeftoversWorld) -> None:
    """A run reads what ended since the time up to which the last one looked, however much ended before."""
    world.asset(AssetStatus.FAILED)
    world.pass_days()
    world.run()
    assert world.checkpoint.state == ReachedTime(reached=timestamp(world.clock() - timedelta(days=DAYS)))


def test_the_index_is_asked_once_an_hour(world: LeftoversWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that comes sooner reads the cursor and nothing else; what ended meanwhile goes with the next."""
    asked: list[AssetStatus] = []
    by_status = world.table.by_status

    def counted(status: AssetStatus, **how: Any) -> Iterable[IndexEntry]:
        asked.append(status)
        # Refused uploads may be a million a day, in requests of as many as DynamoDB answers at once.
        assert how["page_size"] == 1_000
        return by_status(status, **how)

    monkeypatch.setattr(world.table, "by_status", counted)
    world.run()
    assert len(asked) == len(ENDS)
    asset_id = world.asset(AssetStatus.FAILED)
    world.pass_days()
    world.run()
    world.asset(AssetStatus.FAILED, version="later")
    asked.clear()
    world.clock.advance(LOOK_EVERY.total_seconds() - 2)
    assert (world.run(), asked) == (0, [])
    world.clock.advance(2)
    assert (world.run(), len(asked)) == (0, len(ENDS))
    assert world.left(asset_id) == set()


@given(ends=st.lists(st.sampled_from(ENDS), min_size=1, max_size=6))
def test_the_newest_complete_attempt_is_never_left_over(ends: list[AssetStatus]) -> None:
    """Whatever an asset's attempts came to, and also before another one is begun."""
    world = LeftoversWorld()
    asset = read(world.table, world.asset(*ends))
    complete = [attempt for attempt, end in enumerate(ends, start=1) if end is AssetStatus.COMPLETE]
    left_over = leftover_attempts(asset)
    assert not set(complete[-1:]) & set(left_over)
    assert set(left_over) | set(complete[-1:]) == set(range(1, len(ends) + 1))
