"""A video whose job made pictures for seeking ends with a storyboard."""

import webvtt

from media_pipeline.assets import AssetStatus
from tests.caption_world import FOLDER, HLS, Calls, CaptionWorld, Killed

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


def test_without_readable_pictures_the_video_is_complete_without() -> None:
    """Pictures whose places are not told are logged; the video plays as well without a storyboard."""
    plain = "\n".join(line for line in IMAGES.splitlines() if not line.startswith("#EXT-X-TILES"))
    world = with_images(plain)
    world.finish()
    assert world.asset.status is AssetStatus.COMPLETE
    assert not [entry for entry in world.asset.outputs if entry["format"] == "STORYBOARD"]


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
