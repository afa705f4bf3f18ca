"""What people are sent about captions that come late, and what becomes of a publication that fails."""

from typing import Any

import pytest

from media_pipeline.domain.errors import TransientError
from media_pipeline.services.late_captions import PUBLISHING
from tests.support.caption_world import UPLOAD, CaptionWorld


@pytest.fixture
def world() -> CaptionWorld:
    """Return a world whose video is complete, without captions."""
    world = CaptionWorld()
    world.finish()
    world.publisher.published.clear()
    world.publisher.attributes.clear()
    return world


def test_the_notification_of_captions(world: CaptionWorld) -> None:
    """It names the video, all that can be played now, and the files that could not be used."""
    world.put(".en.srt")
    world.put(".fr.srt", b"no captions at all")
    world.deliver()
    asset = world.asset
    ((subject, news),) = world.publisher.published
    assert subject == "[media-pipeline-test] CAPTIONS: a+b %.mp4"
    assert dict(news) == {
        "pipeline": "media-pipeline-test",
        "asset_id": UPLOAD.asset_id,
        "attempt": 1,
        "status": "COMPLETE",
        "source": "s3://uploads/dir/a+b %.mp4",
        "outputs": list(asset.outputs),
        "rejected_captions": list(asset.rejected_captions),
        "rejected_captions_left_out": 0,
    }
    assert [entry["key"] for entry in asset.rejected_captions] == ["dir/a+b %.fr.srt"]
    assert world.publisher.attributes == [{"status": "CAPTIONS", "profile": "default"}]
    assert world.metrics.counted[-1] == ("captions rejected", 1)


def test_a_rejected_file_is_counted_once(world: CaptionWorld) -> None:
    """A later publication counts what it rejects for the first time, and not what was known."""
    world.put(".fr.srt", b"no captions at all")
    world.deliver()
    world.put(".de.srt", b"nor are these")
    world.deliver()
    counted = [entry for entry in world.metrics.counted if entry[0] == "captions rejected"]
    assert counted == [("captions rejected", 1), ("captions rejected", 1)]
    world.put(".en.srt")
    world.deliver()
    assert [entry for entry in world.metrics.counted if entry[0] == "captions rejected"] == counted


def test_the_same_captions_once_more_are_no_news(world: CaptionWorld) -> None:
    """A file that was replaced by one that reads the same changes nothing that people were sent."""
    world.put(".en.srt")
    world.deliver()
    assert len(world.publisher.published) == 1
    record: dict[str, Any] = world.table.records[UPLOAD.asset_id]
    record["captions_seen"] = "as it was before"
    world.put(".en.srt")
    world.deliver()
    assert len(world.publisher.published) == 1
    assert world.asset.captions_seen not in ("as it was before", "")


def test_a_publication_that_fails_is_given_back(world: CaptionWorld) -> None:
    """The message's next delivery need not wait for the end of what was taken."""
    world.put(".en.srt")
    world.publisher.failures = [TransientError("SNS does not answer")]
    with pytest.raises(TransientError, match="SNS"):
        world.deliver()
    assert world.asset.captions_until is None
    world.deliver()
    assert [entry["language"] for entry in world.asset.outputs if entry["format"] == "CAPTIONS"] == ["en"]


def test_a_publication_waits_for_another(world: CaptionWorld) -> None:
    """While one is being made, the event of another file waits until that must be over."""
    world.put(".en.srt")
    until = world.clock() + PUBLISHING
    assert world.table.take_captions(world.asset, now=world.clock(), until=until)
    started = world.clock()
    world.settle()
    assert (world.clock() - started).total_seconds() == PUBLISHING.total_seconds() + 1
    assert world.asset.captions_until is None
