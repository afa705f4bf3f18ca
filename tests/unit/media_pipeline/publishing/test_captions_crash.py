"""Captions survive kills and rivals at every point: after each call of those who publish them."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from media_pipeline.domain.errors import TransientError
from media_pipeline.publishing.caption_publisher import CaptionPublisher, without_captions
from media_pipeline.services.late_captions import PUBLISHING
from tests.support.caption_world import (
    FOLDER,
    HLS,
    STEM,
    Calls,
    CaptionWorld,
    Killed,
    everywhere,
    srt,
)
from tests.support.captioning import NAMES

MOST_CALLS = 60


def killed() -> None:
    """Kill the process."""
    raise Killed


def before_the_end() -> CaptionWorld:
    """Return a world with captions beside a video whose job is done."""
    world = CaptionWorld()
    world.put(".en.srt")
    world.put(".de.srt")
    world.messages.clear()
    return world


def after_the_end() -> CaptionWorld:
    """Return a complete world with captions, to which others come."""
    world = before_the_end()
    world.finish()
    world.put(".fr.srt")
    return world


def every_call(make: Callable[[], CaptionWorld], work: str) -> range:
    """Return the numbers of the calls that some work makes."""
    calls = Calls()
    getattr(make(), work)(calls)
    assert 10 < calls.count < MOST_CALLS
    return range(1, calls.count + 1)


@pytest.mark.parametrize("number", every_call(before_the_end, "finish"))
def test_the_status_processor_may_be_killed(number: int) -> None:
    """After whichever call: the event comes again, and the asset ends with all captions."""
    world, calls = before_the_end(), Calls()
    calls.after[number] = killed
    with pytest.raises(Killed):
        world.finish(calls)
    world.finish()
    assert world.offered() == everywhere("de", "en")


@pytest.mark.parametrize("number", every_call(after_the_end, "deliver"))
def test_the_orchestrator_may_be_killed(number: int) -> None:
    """After whichever call: what plays before still plays, and the message adds the captions later."""
    world, calls = after_the_end(), Calls()
    calls.after[number] = killed
    with pytest.raises(Killed):
        world.deliver(calls)
    assert set(world.offered()["HLS"]) >= {"de", "en"}
    world.settle()
    assert world.offered() == everywhere("de", "en", "fr")
    assert 2 <= len(world.notifications) <= 3


@pytest.mark.parametrize("number", every_call(before_the_end, "finish"))
def test_captions_come_while_the_asset_ends(number: int) -> None:
    """After whichever call of the status processor a caption comes: it is not lost, if need be it waits."""
    world, calls = before_the_end(), Calls()

    def meanwhile() -> None:
        world.put(".fr.srt")
        # Where the asset is being verified, the message stays.
        with suppress(TransientError):
            world.deliver()

    calls.after[number] = meanwhile
    world.finish(calls)
    world.settle()
    assert world.offered() == everywhere("de", "en", "fr")


@pytest.mark.parametrize("number", every_call(after_the_end, "deliver"))
@pytest.mark.parametrize("rival", ["adds", "replaces", "removes"])
def test_two_publish_at_once(number: int, rival: str) -> None:
    """After whichever call of one publication another one comes and goes: none takes back the other's."""
    world, calls = after_the_end(), Calls()

    def meanwhile() -> None:
        # The first one is slow: the second doesn't wait for it any longer.
        world.clock.advance(PUBLISHING.total_seconds() + 1)
        first = world.messages.pop(0)
        if rival == "adds":
            world.put(".it.srt")
        elif rival == "replaces":
            world.put(".en.srt", srt("better"))
        else:
            world.uploads.delete(f"{STEM}.de.srt")
            world.put(".en.srt", srt("better"))
        world.deliver()
        world.messages.insert(0, first)

    calls.after[number] = meanwhile
    world.deliver(calls)
    assert (
        world.offered()
        == {
            "adds": everywhere("de", "en", "fr", "it"),
            "replaces": everywhere("de", "en", "fr"),
            "removes": everywhere("en", "fr"),
        }[rival]
    )
    if rival != "adds":
        english = next(entry for entry in world.asset.outputs if entry.get("language") == "en")
        assert "better" in world.text(english["key"])


@pytest.mark.parametrize("number", every_call(after_the_end, "deliver"))
def test_an_operators_replay_comes_between(number: int) -> None:
    """After whichever call the asset begins anew: its new attempt's record has nothing of the old one's."""
    world, calls = after_the_end(), Calls()

    def replay() -> None:
        assert world.table.replay(world.asset, now=world.clock(), detail="again")

    calls.after[number] = replay
    world.deliver(calls)
    assert world.asset.attempt == 2
    assert not world.asset.outputs
    assert not world.asset.rejected_captions


@pytest.mark.parametrize("number", every_call(after_the_end, "deliver"))
@pytest.mark.parametrize("removed", [True, False])
def test_no_older_set_takes_the_place_of_a_newer_one(number: int, removed: bool) -> None:
    """After whichever call of a publication a rival publishes a newer set: the bucket has the rival's."""
    world, calls = after_the_end(), Calls()
    others = without_captions(world.asset.outputs)

    def publisher(calls: Calls) -> CaptionPublisher:
        uploads, outputs = calls.of(world.uploads), calls.of(world.outputs)
        return CaptionPublisher(names=NAMES, uploads=uploads, outputs=outputs)

    def meanwhile() -> None:
        if removed:
            world.uploads.delete(f"{STEM}.de.srt")
        world.put(".en.srt", srt("better"))
        world.put(".it.srt")
        publisher(Calls()).publish(world.asset, others)

    calls.after[number] = meanwhile
    publisher(calls).publish(world.asset, others)
    if number in calls.after:
        # The publication was over before.
        meanwhile()
    expected = [*([] if removed else ["de"]), "en", "fr", "it"]
    assert world.offered()["HLS"] == world.offered()["DASH"] == expected
    assert "better" in world.text(f"{FOLDER}/captions/en.vtt")


@pytest.mark.parametrize("number", every_call(after_the_end, "deliver"))
def test_a_slow_rival_records_what_it_saw(number: int) -> None:
    """After whichever call a rival records an older set: who published the newer one looks again."""
    world, calls = after_the_end(), Calls()

    def meanwhile() -> None:
        older = without_captions(world.asset.outputs)
        world.table.note_captions(world.asset, outputs=older, rejected=[])

    calls.after[number] = meanwhile
    world.deliver(calls)
    if calls.count > number + 1:
        assert world.offered() == everywhere("de", "en", "fr")


@pytest.mark.parametrize("number", every_call(after_the_end, "deliver"))
def test_a_slow_rival_writes_what_it_saw(number: int) -> None:
    """After whichever call a rival writes an older manifest first: the newer set comes after it."""
    world, calls = after_the_end(), Calls()
    before = world.outputs.read(HLS.key)
    assert before is not None

    def meanwhile() -> None:
        world.outputs.write(
            HLS.key, world.made[HLS.key], content_type=before.content_type, replaces=before.etag
        )

    calls.after[number] = meanwhile
    world.deliver(calls)
    assert world.offered() == everywhere("de", "en", "fr")
