"""Many caption files beside one video: the work of an event, the record and the news stay bounded."""

import pytest

from media_pipeline.domain.errors import ClaimHeldError
from media_pipeline.domain.languages.codes import REGIONS
from media_pipeline.publishing.caption_publisher import MAX_CAPTIONS, MAX_READS, MAX_REJECTED
from media_pipeline.services.late_captions import PUBLISHING
from tests.support.caption_world import STEM, CaptionWorld, everywhere
from tests.support.record_size import item_bytes

MANY = 560
# CC is a country, and in names of caption files it means closed captions.
COUNTRIES = sorted(region for region in REGIONS if region.isalpha() and region != "CC")
LANGUAGES = [f"{code}-{country}" for code in ("en", "es", "fr") for country in COUNTRIES]
# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ITEM_BYTES = 400 * 1024


@pytest.fixture
def world() -> CaptionWorld:
    """Return a world whose job is done."""
    return CaptionWorld()


def put_many(world: CaptionWorld, body: bytes | None = None) -> None:
    """Upload so many caption files, each in a language of its own."""
    for language in LANGUAGES[:MANY]:
        world.put(f".{language}.srt", body)


def test_many_files_are_no_matter_for_the_record(world: CaptionWorld) -> None:
    """The video is COMPLETE with 40 languages; of the others some are named, and all are counted."""
    put_many(world)
    world.finish()
    assert world.offered() == everywhere(*LANGUAGES[:MAX_CAPTIONS])
    rejected = MANY - MAX_CAPTIONS
    assert len(world.asset.rejected_captions) == MAX_REJECTED
    assert world.asset.rejected_captions_left_out == rejected - MAX_REJECTED
    assert world.metrics.counted[-1] == ("captions rejected", rejected)
    assert item_bytes(world.table.records[world.asset.asset_id]) < MAX_ITEM_BYTES
    assert world.notifications[0]["rejected_captions_left_out"] == rejected - MAX_REJECTED


def test_files_that_can_not_be_used_are_not_all_read(world: CaptionWorld) -> None:
    """Where none of them is good, so many are read; of the others the record says that they were not."""
    put_many(world, b"no captions at all")
    world.finish()
    assert world.uploads.caption_reads == MAX_READS
    assert world.offered() == everywhere()
    assert len(world.asset.rejected_captions) + world.asset.rejected_captions_left_out == MANY


def test_an_event_whose_file_is_published_reads_nothing(world: CaptionWorld) -> None:
    """The events of all files that the last publication saw are done with a listing each."""
    put_many(world)
    world.finish()
    reads, notified = world.uploads.caption_reads, len(world.notifications)
    assert reads == MAX_CAPTIONS
    world.settle()
    assert (world.uploads.caption_reads, len(world.notifications)) == (reads, notified)


def test_files_that_come_together_are_published_together(world: CaptionWorld) -> None:
    """While one event's publication lasts the others wait; then one publishes what came meanwhile."""
    world.finish()
    put_many(world)
    first = world.asset
    until = world.clock() + PUBLISHING
    assert world.table.take_captions(first, now=world.clock(), until=until)
    for _ in range(MANY):
        with pytest.raises(ClaimHeldError) as held:
            world.deliver()
        assert held.value.seconds_left == PUBLISHING.total_seconds()
        world.messages.append(world.messages.pop(0))
    assert world.uploads.caption_reads == 0
    world.table.release_captions(first, until=until)
    world.settle()
    assert world.uploads.caption_reads == MAX_CAPTIONS
    assert len(world.notifications) == 2


def test_a_change_after_the_publication_is_seen(world: CaptionWorld) -> None:
    """A replaced file, which has the same name, is another thing beside the video."""
    world.put(".en.srt")
    world.finish()
    world.settle()
    reads = world.uploads.caption_reads
    world.put(".en.srt", b"1\n00:00:01,000 --> 00:00:02,000\nBetter\n")
    world.settle()
    assert world.uploads.caption_reads == reads + 1
    world.uploads.delete(f"{STEM}.en.srt")
    world.put(".de.srt")
    world.settle()
    assert world.offered() == everywhere("de")
