"""A video whose job made pictures for seeking ends with a storyboard."""

import html
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.ports import Document
from tests.support.caption_world import (
    DASH,
    FOLDER,
    HLS,
    Calls,
    CaptionWorld,
    Killed,
)
from tests.support.fakes import FakeOutputs

IMAGES_KEY = f"{FOLDER}/hls/master_images.m3u8"
IMAGES = (
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:40\n#EXT-X-IMAGES-ONLY\n"
    "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=10\n#EXTINF:40,\ni_1.jpg\n"
    "#EXT-X-TILES:RESOLUTION=320x180,LAYOUT=2x2,DURATION=10\n#EXTINF:19,\ni_2.jpg\n#EXT-X-ENDLIST\n"
)


def with_images(images: str = IMAGES) -> CaptionWorld:
    """Return a world whose master names an image playlist."""
    world = CaptionWorld()
    named = '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,RESOLUTION=320x180,URI="master_images.m3u8"\n'
    world.outputs.objects[HLS.key] += named.encode()
    world.outputs.objects[IMAGES_KEY] = images.encode()
    for number in (1, 2):
        world.outputs.objects[f"{FOLDER}/hls/i_{number}.jpg"] = b"jpg"
    return world


def test_a_storyboard_covers_the_video() -> None:
    """It is one of the outputs, and its cues lead to the pictures, from the beginning to the end."""
    world = with_images()
    world.put(".en.srt")
    world.finish()
    (entry,) = (entry for entry in world.asset.outputs if entry["format"] == "STORYBOARD")
    assert (entry["key"], entry["duration_ms"]) == (f"{FOLDER}/thumbnails/storyboard.vtt", 59_000)
    cues = webvtt.from_string(world.text(entry["key"])).captions
    assert [cue.start_in_seconds for cue in cues] == [0, 10, 20, 30, 40, 50]
    assert cues[-1].end_in_seconds == 59
    assert cues[-1].text == "../hls/i_2.jpg#xywh=320,0,320,180"
    world.settle()
    world.put(".de.srt")
    world.settle()
    assert [entry for entry in world.asset.outputs if entry["format"] == "STORYBOARD"] == [entry]
    assert world.offered()["record"] == ["de", "en"]


class CountedOutputs(FakeOutputs):
    """Count how often each object is read."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: Counter[str] = Counter()

    def read_range(self, key: str, *, offset: int, length: int) -> bytes:
        """Count a read of a part."""
        self.fetched[key] += 1
        return super().read_range(key, offset=offset, length=length)

    def read(self, key: str) -> Document | None:
        """Count a read."""
        self.fetched[key] += 1
        return super().read(key)


def test_a_manifest_is_read_once() -> None:
    """Storyboard and captions take what verification read; what is not there yet is not asked for."""
    world, counted = with_images(), CountedOutputs()
    counted.objects = world.outputs.objects
    world.outputs = counted
    world.finish()
    assert [entry["format"] for entry in world.asset.outputs if entry["format"] == "STORYBOARD"]
    assert (counted.fetched[HLS.key], counted.fetched[DASH.key]) == (1, 1)
    assert set(counted.fetched.values()) == {1}
    assert f"{FOLDER}/thumbnails/storyboard.vtt" not in counted.fetched


def boards(world: CaptionWorld) -> list[Any]:
    """Return the storyboards among an asset's outputs."""
    return [entry for entry in world.asset.outputs if entry["format"] == "STORYBOARD"]


def test_without_readable_pictures_the_video_is_complete_without() -> None:
    """Pictures without declared places leave it without a storyboard, and record and news say so."""
    plain = "\n".join(line for line in IMAGES.splitlines() if not line.startswith("#EXT-X-TILES"))
    world = with_images(plain)
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert boards(world) == []
    fault = "There is no storyboard: hls/master.m3u8 is no image playlist with tiles."
    assert world.asset.storyboard_fault == fault
    assert world.notifications[-1]["storyboard_fault"] == fault


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda objects: objects.pop(f"{FOLDER}/hls/i_2.jpg"), "missing or empty: hls/i_2.jpg."),
        (lambda objects: objects.update({f"{FOLDER}/hls/i_1.jpg": b""}), "missing or empty: hls/i_1.jpg."),
        (lambda objects: [objects.pop(f"{FOLDER}/hls/i_{n}.jpg") for n in (1, 2)], "i_1.jpg and 1 more."),
        (lambda objects: objects.pop(IMAGES_KEY), "names hls/master_images.m3u8, which is not there."),
        (lambda objects: objects.update({IMAGES_KEY: b"\xff\xfe\0"}), "is no image playlist with tiles."),
        (
            lambda objects: objects.update(
                {HLS.key: objects[HLS.key].replace(b'"master_images.m3u8"', b'"http://[/"')}
            ),
            "which is no URI.",
        ),
        (
            lambda objects: objects.update(
                {HLS.key: objects[HLS.key].replace(b"RESOLUTION=320x180", b"RESOLUTION=odd")}
            ),
            "",
        ),
    ],
    ids=["missing", "empty", "several missing", "no playlist", "no text", "no URI", "odd line"],
)
def test_odd_pictures_never_fail_a_video(spoil: Callable[[Any], Any], fault: str) -> None:
    """Whatever is wrong with the pictures, the video is COMPLETE, and the record says what."""
    world = with_images()
    spoil(world.outputs.objects)
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert bool(boards(world)) == (world.asset.storyboard_fault is None)
    if fault:
        assert (world.asset.storyboard_fault or "").endswith(fault)


def test_a_video_without_pictures_for_seeking_says_nothing_of_them() -> None:
    """A plan without pictures needs none."""
    world = CaptionWorld()
    world.finish()
    assert (boards(world), world.asset.storyboard_fault) == ([], None)


DASH_IMAGES = (
    '<AdaptationSet contentType="image" mimeType="image/jpeg"><SegmentTemplate media="../hls/i_$Number$.jpg" '
    'startNumber="1" timescale="1" duration="{duration}"/><Representation id="9" width="640" height="360">'
    '<EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="{tiles}"/>'
    "</Representation></AdaptationSet>"
)


def with_dash_images(duration: str = "40.0", tiles: str = "2x2") -> CaptionWorld:
    """Return a world whose DASH manifest alone offers pictures."""
    world = with_images()
    del world.outputs.objects[IMAGES_KEY]
    master = world.outputs.objects[HLS.key].decode().splitlines(keepends=True)
    world.outputs.objects[HLS.key] = "".join(line for line in master if "IMAGE" not in line).encode()
    images = DASH_IMAGES.format(duration=duration, tiles=tiles)
    manifest = world.outputs.objects[DASH.key].decode()
    world.outputs.objects[DASH.key] = manifest.replace("</Period>", f"{images}</Period>").encode()
    return world


def test_images_of_dash_are_read_with_decimal_durations() -> None:
    """Where only the DASH manifest offers pictures, the storyboard is made of them."""
    for duration in ("40.0", "40", "40.000000"):
        world = with_dash_images(duration)
        world.finish()
        (entry,) = boards(world)
        cues = webvtt.from_string(world.text(entry["key"])).captions
        assert [cue.start_in_seconds for cue in cues] == [0, 10, 20, 30, 40, 50]
        assert cues[-1].text == "../hls/i_2.jpg#xywh=320,0,320,180"


number_like = st.one_of(
    st.sampled_from(["40.0", "0", "-1", "1e999999999", "nan", "", "40.", ".5", "0.0000001", "9" * 13]),
    st.text(max_size=8),
).map(html.escape)


@settings(max_examples=60, deadline=None)
@given(
    duration=number_like,
    tiles=st.one_of(st.sampled_from(["2x2", "0x1", "x", "1000000x1000000"]), number_like),
)
def test_any_images_of_dash_leave_the_video_complete(duration: str, tiles: str) -> None:
    """Whatever an AdaptationSet of images says, the video is COMPLETE with a storyboard, or a reason."""
    world = with_dash_images(duration, tiles)
    try:
        ElementTree.fromstring(world.outputs.objects[DASH.key])
    except ElementTree.ParseError:
        return
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert bool(boards(world)) == (world.asset.storyboard_fault is None)


@settings(max_examples=100, deadline=None)
@given(
    line=st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60),
    images=st.one_of(
        st.binary(max_size=80),
        st.lists(
            st.sampled_from([*IMAGES.splitlines(), "#EXTINF:", "#EXT-X-TILES:", "#EXT-X-TILES:A=1", ""])
        ).map(lambda lines: "\n".join(lines).encode()),
    ),
)
def test_any_image_playlist_leaves_the_video_complete(line: str, images: bytes) -> None:
    """Whatever the master says of images, and whatever lies there, the video is COMPLETE."""
    world = with_images()
    world.outputs.objects[HLS.key] += f"#EXT-X-IMAGE-STREAM-INF:{line}\n".encode()
    world.outputs.objects[IMAGES_KEY] = images
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert bool(boards(world)) == (world.asset.storyboard_fault is None)


def test_a_storyboard_survives_kills() -> None:
    """After whichever call the process was killed, the next one ends with the storyboard."""
    calls = Calls()
    with_images().finish(calls)
    for number in range(1, calls.count + 1):

        def killed() -> None:
            raise Killed

        world, again = with_images(), Calls()
        again.after[number] = killed
        try:
            world.finish(again)
        except Killed:
            world.finish()
        (entry,) = (entry for entry in world.asset.outputs if entry["format"] == "STORYBOARD")
        assert world.text(entry["key"]).startswith("WEBVTT")
