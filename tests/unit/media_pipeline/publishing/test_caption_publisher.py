"""Captions that come with their video: what is published, recorded and announced."""

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.failures import Reason, Unreadable
from media_pipeline.domain.languages.codes import SHORTEST
from media_pipeline.publishing.caption_publisher import MAX_CAPTIONS, MAX_TOTAL_BYTES
from tests.support.caption_world import (
    FOLDER,
    HLS,
    STEM,
    CaptionWorld,
    everywhere,
    srt,
)


@pytest.fixture
def world() -> CaptionWorld:
    """Return a world whose job is done."""
    return CaptionWorld()


def test_captions_that_are_there_come_with_the_video(world: CaptionWorld) -> None:
    """All manifests and the record offer every language; its event after that changes nothing."""
    world.put(".en.srt", srt("Hello"))
    world.put(".pt-BR.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nOi\n")
    world.put(".srt")
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert world.offered() == everywhere("en", "pt-BR", "und")
    assert world.text(f"{FOLDER}/captions/en.vtt") == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n"
    assert world.outputs.content_types[f"{FOLDER}/captions/en.vtt"].startswith("text/vtt")
    english = next(entry for entry in world.asset.outputs if entry.get("language") == "en")
    assert english == {
        "format": "CAPTIONS",
        "key": f"{FOLDER}/captions/en.vtt",
        "language": "en",
        "label": "English",
        "source": f"{STEM}.en.srt",
        "width": 0,
        "height": 0,
        "duration_ms": 59_000,
    }
    before, notified = dict(world.outputs.objects), len(world.notifications)
    world.settle()
    assert (world.outputs.objects, len(world.notifications)) == (before, notified)


def test_a_video_without_captions_is_left_alone(world: CaptionWorld) -> None:
    """Nothing is written where nothing lies beside the source."""
    world.finish()
    assert world.offered() == everywhere()
    assert world.outputs.objects == world.made
    assert not world.asset.rejected_captions


def test_no_variant_claims_closed_captions(world: CaptionWorld) -> None:
    """Masters of CMAF groups say nothing of closed captions: that there are none is added."""
    none = b",CLOSED-CAPTIONS=NONE"
    bare = world.outputs.objects[HLS.key].replace(none, b"")
    assert bare != world.outputs.objects[HLS.key]
    world.outputs.objects[HLS.key] = bare
    world.finish()
    assert world.outputs.objects[HLS.key].count(none) == len(HLS.files)
    world.put(".en.srt")
    world.settle()
    assert world.offered() == everywhere("en")
    assert world.outputs.objects[HLS.key].count(none) == len(HLS.files)


def test_the_newest_version_counts(world: CaptionWorld) -> None:
    """A replaced file is published anew; a removed one goes at the next publication."""
    world.put(".en.srt", srt("Helo"))
    world.put(".de.srt")
    world.finish()
    world.put(".en.srt", srt("Hello"))
    world.settle()
    assert "Hello" in world.text(f"{FOLDER}/captions/en.vtt")
    world.uploads.delete(f"{STEM}.de.srt")
    world.put(".en.srt", srt("Hello!"))
    world.settle()
    assert world.offered() == everywhere("en")
    world.uploads.delete(f"{STEM}.en.srt")
    world.put(".fr.srt", b"")
    world.settle()
    assert world.offered() == everywhere()
    assert {key: world.outputs.objects[key] for key in world.made} == world.made


def test_a_bad_file_never_fails_the_video(world: CaptionWorld) -> None:
    """It is recorded with its sentence, counted and announced; the others are published."""
    world.put(".en.srt", b"no captions at all")
    world.put(".de.srt")
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert world.offered() == everywhere("de")
    (rejected,) = world.asset.rejected_captions
    assert rejected["key"] == f"{STEM}.en.srt"
    assert rejected["message"].startswith("The caption file has no cue that can be read")
    assert world.notifications[0]["rejected_captions"] == [rejected]
    assert world.metrics.counted[-1] == ("captions rejected", 1)
    world.settle()
    assert world.metrics.counted.count(("captions rejected", 1)) == 1


@pytest.mark.parametrize("reason", Reason)
def test_a_caption_that_s3_does_not_give_away_never_holds_up_the_video(
    world: CaptionWorld, reason: Reason
) -> None:
    """It is rejected with a sentence that says what to do, once; the others are published."""
    world.put(".en.srt")
    world.put(".de.srt")
    world.uploads.unreadable[f"{STEM}.en.srt"] = Unreadable(reason=reason, said="DEEP_ARCHIVE")
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert world.offered() == everywhere("de")
    (rejected,) = world.asset.rejected_captions
    assert (rejected["key"], "Upload it again" in rejected["message"]) == (f"{STEM}.en.srt", True)
    world.settle()
    assert world.metrics.counted.count(("captions rejected", 1)) == 1
    del world.uploads.unreadable[f"{STEM}.en.srt"]
    world.put(".en.srt", srt("Readable"))
    world.settle()
    assert (world.offered(), list(world.asset.rejected_captions)) == (everywhere("de", "en"), [])


def test_a_language_has_captions_in_every_role(world: CaptionWorld) -> None:
    """Subtitles, captions for people who can't hear, and forced ones lie side by side."""
    for name in (".en.srt", ".en.sdh.srt", ".en.forced.srt", ".en.cc.vtt"):
        world.put(name)
    world.finish()
    assert world.offered() == everywhere("en", "en", "en")
    captions = [entry for entry in world.asset.outputs if entry["format"] == "CAPTIONS"]
    assert [(entry["key"], entry.get("role"), entry["label"]) for entry in captions] == [
        (f"{FOLDER}/captions/en.vtt", None, "English"),
        (f"{FOLDER}/captions/en.forced.vtt", "forced", "English (forced)"),
        (f"{FOLDER}/captions/en.sdh.vtt", "sdh", "English (SDH)"),
    ]
    (rejected,) = world.asset.rejected_captions
    assert rejected["key"] == f"{STEM}.en.sdh.srt"
    assert "language en and the role sdh" in rejected["message"]


def test_a_name_that_is_not_understood_is_on_the_record(world: CaptionWorld) -> None:
    """Before the video and after it; under a better name it is used, and the sentence goes."""
    world.put(".old.srt")
    world.finish()
    world.put(".final.srt")
    world.settle()
    assert [entry["key"] for entry in world.asset.rejected_captions] == [
        f"{STEM}.final.srt",
        f"{STEM}.old.srt",
    ]
    assert "'final' of the file's name" in world.notifications[-1]["rejected_captions"][0]["message"]
    for name in (".old.srt", ".final.srt"):
        world.uploads.delete(f"{STEM}{name}")
    world.put("-en.srt")
    world.settle()
    assert world.offered() == everywhere("en")
    assert not world.asset.rejected_captions


@pytest.mark.parametrize("page_size", [1000, 1])
def test_other_spellings_of_the_name_are_found(world: CaptionWorld, page_size: int) -> None:
    """Letter case and Unicode's normal form keep no caption from its video, in a large folder neither."""
    world.uploads.folder_page_size = page_size
    world.uploads.put_caption(STEM.replace("dir/a", "dir/A") + ".en.srt", srt())
    world.uploads.put_caption(f"{STEM}_de.srt", srt())
    world.finish()
    assert world.offered() == everywhere("de", "en")


def test_what_was_left_out_is_on_the_record(world: CaptionWorld) -> None:
    """Cues that can't be shown and bytes that can't be read are counted beside what is published."""
    world.put(".en.srt", srt() + b"\n2\n00:00:99,000 --> 00:01:02,000\nlost\n")
    world.put(".ru.srt", srt("\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440 ") + b"\xff\n")
    world.finish()
    notes = {entry["language"]: entry.get("notes") for entry in world.asset.outputs if "language" in entry}
    assert notes == {
        "en": ["1 of 2 cues was left out: 1 with times that can't be read."],
        "ru": ["1 place of the file is not UTF-8; \ufffd is shown there."],
    }
    assert not world.asset.rejected_captions


def test_of_two_files_for_one_language_one_is_used(world: CaptionWorld) -> None:
    """WebVTT is preferred, the other is rejected; where it can't be read, the other takes its place."""
    world.put(".en.srt", srt("from SubRip"))
    world.put(".EN.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nfrom WebVTT\n")
    world.finish()
    assert "from WebVTT" in world.text(f"{FOLDER}/captions/en.vtt")
    assert [entry["key"] for entry in world.asset.rejected_captions] == [f"{STEM}.en.srt"]
    world.messages.clear()
    world.put(".EN.vtt", b"spoilt")
    world.settle()
    assert "from SubRip" in world.text(f"{FOLDER}/captions/en.vtt")
    assert [entry["key"] for entry in world.asset.rejected_captions] == [f"{STEM}.EN.vtt"]


def test_a_video_has_so_many_captions_at_most(world: CaptionWorld) -> None:
    """What is too many, or too much together, is rejected; the first ones are published."""
    languages = sorted(set(SHORTEST.values()))[: MAX_CAPTIONS + 12]
    for language in languages:
        world.put(f".{language}.srt")
    world.finish()
    assert world.offered() == everywhere(*languages[:MAX_CAPTIONS])
    assert len(world.asset.rejected_captions) == len(languages) - MAX_CAPTIONS
    big = srt() + b"x\n" * (MAX_TOTAL_BYTES // 5)
    for language in languages[:4]:
        world.put(f".{language}.srt", big)
    world.deliver()
    rejected = {entry["key"]: entry["message"] for entry in world.asset.rejected_captions}
    assert "4,194,304 bytes together" in rejected[f"{STEM}.{languages[2]}.srt"]
