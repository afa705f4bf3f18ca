"""Captions that come after their video, or while its job runs."""

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import TransientError
from tests.support.caption_world import (
    DASH,
    FOLDER,
    HLS,
    UPLOAD,
    CaptionWorld,
    everywhere,
)


@pytest.fixture
def world() -> CaptionWorld:
    """Return a world whose job is done."""
    return CaptionWorld()


def test_captions_may_come_after_the_video(world: CaptionWorld) -> None:
    """They are added to what is there, announced once, and the rest of the record stays."""
    world.put(".de.srt")
    world.finish()
    world.settle()
    first = world.asset
    world.put(".en.srt")
    world.settle()
    assert world.offered() == everywhere("de", "en")
    assert world.asset.updated_at == first.updated_at
    assert len(world.notifications) == 2
    assert world.notifications[1]["outputs"] == list(world.asset.outputs)
    assert world.notifications[1]["status"] == "COMPLETE"


def test_a_bad_file_after_the_video_is_announced_once(world: CaptionWorld) -> None:
    """Its event may come again; another bad version of it is news, a good one takes it off the record."""
    world.finish()
    for body, rejections in ((b"bad", 1), (b"bad", 1), (b"worse", 2)):
        world.put(".en.srt", body)
        world.settle()
        assert world.metrics.counted.count(("captions rejected", 1)) == rejections
        assert len(world.notifications) == 1 + rejections
    world.put(".en.srt")
    world.settle()
    assert world.offered() == everywhere("en")
    assert not world.asset.rejected_captions


def test_a_caption_file_beside_nothing_is_counted(world: CaptionWorld) -> None:
    """A name that no video's name begins is logged and counted, for it may be a mistake."""
    world.finish()
    world.put("s-final.en.srt")
    world.put("-final.srt")
    world.settle()
    assert world.metrics.counted.count(("caption without video",)) == 2
    assert world.offered() == everywhere()


@pytest.mark.parametrize("status", [AssetStatus.SUBMITTED, AssetStatus.PROCESSING])
def test_a_video_under_way_takes_its_captions_at_the_end(world: CaptionWorld, status: AssetStatus) -> None:
    """The message is done at once: the bucket is listed when the job is."""
    if status is not AssetStatus.SUBMITTED:
        world.step(status)
    world.put(".en.srt")
    world.settle()
    assert world.outputs.objects == world.made
    world.finish()
    assert world.offered() == everywhere("en")


def test_while_outputs_are_verified_the_message_waits(world: CaptionWorld) -> None:
    """Whether the listing saw the file can't be known: the message comes back."""
    world.step(AssetStatus.VERIFYING)
    world.put(".en.srt")
    with pytest.raises(TransientError, match="being verified"):
        world.deliver()
    world.finish()
    world.settle()
    assert world.offered() == everywhere("en")


@pytest.mark.parametrize("status", [AssetStatus.FAILED, AssetStatus.CANCELED])
def test_what_did_not_succeed_has_no_captions(world: CaptionWorld, status: AssetStatus) -> None:
    """There is nothing to add captions to."""
    world.step(status)
    world.put(".en.srt")
    world.settle()
    assert world.outputs.objects == world.made


def test_captions_of_nothing_are_no_fault(world: CaptionWorld) -> None:
    """A caption file whose video isn't there, or isn't known yet, is done with."""
    world.put("-of-another.en.srt")
    world.uploads.put(UPLOAD, world.clock())
    world.table.records.clear()
    world.put(".en.srt")
    world.settle()
    assert world.outputs.objects == world.made


def test_only_the_version_that_the_key_holds_gets_captions(world: CaptionWorld) -> None:
    """After a newer upload of the video, captions are for that one."""
    world.finish()
    newer = UPLOAD.__class__(
        bucket="uploads", key=UPLOAD.key, version_id="v2", etag="f", size_bytes=5, sequencer=""
    )
    world.uploads.put(newer, world.clock())
    world.put(".en.srt")
    world.settle()
    assert world.outputs.objects == world.made


def test_a_manifest_that_takes_no_captions_stays(world: CaptionWorld) -> None:
    """Where one can't be changed or is gone, the others are, and the record tells of the captions."""
    world.finish()
    del world.outputs.objects[DASH.key]
    world.outputs.objects[HLS.key] = b"\xff"
    world.put(".en.srt")
    world.settle()
    assert world.outputs.objects[HLS.key] == b"\xff"
    assert [entry["key"] for entry in world.asset.outputs if entry["format"] == "CAPTIONS"] == [
        f"{FOLDER}/captions/en.vtt"
    ]


def test_news_that_can_not_be_sent_is_sent_later(world: CaptionWorld) -> None:
    """The message comes back until the notification is sent."""
    world.finish()
    world.put(".en.srt")
    world.publisher.failures.append(TransientError("SNS is away"))
    with pytest.raises(TransientError):
        world.deliver()
    assert world.offered()["record"] == []
    world.settle()
    assert world.offered() == everywhere("en")
    assert len(world.notifications) == 2


def test_endless_rivals_are_left_to_the_queue(world: CaptionWorld) -> None:
    """Who is always too late gives up for now; the message comes back."""
    world.finish()
    world.put(".en.srt")
    write = world.outputs.write
    world.outputs.write = lambda *a, **k: False  # type: ignore[method-assign]
    with pytest.raises(TransientError, match="all the time"):
        world.deliver()
    world.outputs.write = write  # type: ignore[method-assign]
    world.settle()
    assert world.offered() == everywhere("en")
