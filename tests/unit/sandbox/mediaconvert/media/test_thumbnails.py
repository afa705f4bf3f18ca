"""Thumbnails for seeking: pictures tiled of them, and how HLS and DASH manifests tell of them."""

import math
import re
import threading
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.plan import make_plan
from sandbox.mediaconvert.planning.scaling import Area, Size
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.media_checks import check_dash, check_hls
from tests.unit.sandbox.mediaconvert.media.clips import (
    first_picture,
    gray_steps,
    hdr_bars,
    pq,
)
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    area,
    cmaf,
    dash,
    file,
    hls,
    job,
    output,
    source,
    video,
)

RATE, SECONDS = 10, 11
LEVELS = [30 + 18 * second for second in range(SECONDS)]
MPD = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}
DETAILS: Settings = {
    **{"intervalCadence": "FOLLOW_CUSTOM", "thumbnailInterval": 1.0, "thumbnailWidth": 64},
    **{"thumbnailHeight": 36, "tileWidth": 3, "tileHeight": 2},
}
ADVANCED: Settings = {"imageBasedTrickPlay": "ADVANCED", "imageBasedTrickPlaySettings": DETAILS}


@dataclass(frozen=True)
class Tiled:
    """Hold one entry of an image playlist."""

    path: Path
    seconds: float
    size: tuple[int, int]
    columns: int
    rows: int
    interval: float


def image_playlist(master: Path) -> list[Tiled]:
    """Follow a master playlist's one image stream; return the entries of its playlist."""
    (stream,) = re.findall(r"^#EXT-X-IMAGE-STREAM-INF:(.*)$", master.read_text(), re.MULTILINE)
    reported = re.fullmatch(r'BANDWIDTH=(\d+),RESOLUTION=(\d+x\d+),CODECS="jpeg",URI="([^"]+)"', stream)
    assert reported, stream
    playlist = master.parent / unquote(reported[3])
    text = playlist.read_text()
    assert "#EXT-X-IMAGES-ONLY" in text.splitlines()
    assert text.rstrip().endswith("#EXT-X-ENDLIST")
    entry = (
        r"#EXTINF:([\d.]+),\n#EXT-X-TILES:RESOLUTION=(\d+x\d+),LAYOUT=(\d+)x(\d+),DURATION=([\d.]+)\n(.+)\n"
    )
    entries = [
        Tiled(
            path=playlist.parent / unquote(name),
            seconds=float(seconds),
            size=(int(size.split("x")[0]), int(size.split("x")[1])),
            columns=int(columns),
            rows=int(rows),
            interval=float(interval),
        )
        for seconds, size, columns, rows, interval, name in re.findall(entry, text)
    ]
    assert len(entries) == text.count("#EXTINF") > 0
    assert all("x".join(map(str, one.size)) == reported[2] for one in entries)
    peak = max(one.path.stat().st_size * 8 / one.seconds for one in entries)
    assert int(reported[1]) == pytest.approx(peak, rel=0.01)
    target = re.search(r"#EXT-X-TARGETDURATION:(\d+)", text)
    assert target
    assert int(target[1]) >= max(math.floor(one.seconds + 0.5) for one in entries)
    return entries


def grays(tiled: Tiled) -> list[int]:
    """Return the gray in the middle of each tile, row by row, in JPEG's full range."""
    seen = first_picture(tiled.path)
    assert (seen.width, seen.height) == (tiled.size[0] * tiled.columns, tiled.size[1] * tiled.rows)
    return [
        seen.luma((column + 0.5) / tiled.columns, (row + 0.5) / tiled.rows)
        for row in range(tiled.rows)
        for column in range(tiled.columns)
    ]


def full_range(levels: list[int]) -> list[float]:
    """Express limited-range luma in JPEG's full range."""
    return [(level - 16) * 255 / 219 for level in levels]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a clip that shows another gray each second."""
    path = tmp_path_factory.mktemp("steps") / "steps.mp4"
    return gray_steps(path, LEVELS, size=(128, 72), rate=RATE, frames=RATE)


@pytest.fixture(scope="module")
def outputs(steps: Path, run_job: RunJob) -> Path:
    """Run a job whose CMAF and HLS groups ask for the same thumbnails; return its folder."""
    picture = video(128, 72)
    settings = job(
        cmaf(output("_v", "CMFC", picture=picture), **ADVANCED),
        hls(output("_v", "M3U8", picture=picture), destination="s3://outputs/one/hls/a b", **ADVANCED),
    )
    _, folder, _ = run_job(settings, steps)
    return folder / "one"


@pytest.mark.parametrize("master", ["cmaf/c.m3u8", "hls/a b.m3u8"])
def test_each_tile_shows_its_second(master: str, outputs: Path) -> None:
    """Tiles lie row by row at the interval's times, and what is left of the last picture is black."""
    first, second = image_playlist(outputs / master)
    assert grays(first) == pytest.approx(full_range(LEVELS[:6]), abs=3)
    assert grays(second) == pytest.approx([*full_range(LEVELS[6:]), 0], abs=3)


@pytest.mark.parametrize("master", ["cmaf/c.m3u8", "hls/a b.m3u8"])
def test_the_image_playlist_tells_times_and_layout(master: str, outputs: Path) -> None:
    """Each picture covers its tiles' seconds, the last one what is left of the video."""
    entries = image_playlist(outputs / master)
    assert [one.seconds for one in entries] == [6, 5]
    assert {(one.size, one.columns, one.rows, one.interval) for one in entries} == {((64, 36), 3, 2, 1.0)}


def test_the_manifests_still_play(outputs: Path) -> None:
    """Players that know nothing of thumbnails play the video of both manifests to its end."""
    assert len(check_hls(outputs / "cmaf/c.m3u8", seconds=SECONDS, has_audio=False)) == 1
    assert len(check_dash(outputs / "cmaf/c.mpd", seconds=SECONDS, has_audio=False)) == 1
    assert len(check_hls(outputs / "hls/a b.m3u8", seconds=SECONDS, has_audio=False)) == 1


def test_dash_tells_of_the_same_pictures(outputs: Path) -> None:
    """The MPD has an image AdaptationSet whose numbered pictures are those of the HLS playlist."""
    manifest = outputs / "cmaf/c.mpd"
    sets = ElementTree.parse(manifest).getroot().findall(".//mpd:AdaptationSet", MPD)
    (images,) = [one for one in sets if one.get("contentType") == "image"]
    assert images.get("mimeType") == "image/jpeg"
    assert len({one.get("id") for one in sets}) == len(sets)
    template = images.find("mpd:SegmentTemplate", MPD)
    representation = images.find("mpd:Representation", MPD)
    assert template is not None
    assert representation is not None
    assert int(template.get("duration", "0")) / int(template.get("timescale", "1")) == 6
    assert (representation.get("width"), representation.get("height")) == ("192", "72")
    tile = representation.find("mpd:EssentialProperty", MPD)
    assert tile is not None
    assert tile.attrib == {"schemeIdUri": "http://dashif.org/guidelines/thumbnail_tile", "value": "3x2"}
    names = [
        template.get("media", "").replace(
            "$Number%09d$", f"{int(template.get('startNumber', '')) + number:09d}"
        )
        for number in range(2)
    ]
    assert names == [one.path.name for one in image_playlist(outputs / "cmaf/c.m3u8")]


def test_thumbnails_of_high_range_are_tone_mapped(run_job: RunJob, tmp_path: Path) -> None:
    """Thumbnails of PQ have dark shadows and bright whites, though no output is of standard range."""
    bars = hdr_bars(tmp_path / "pq.mp4", [pq(1), pq(1000)], "smpte2084")
    settings = {"imageBasedTrickPlay": "THUMBNAIL"}
    _, folder, _ = run_job(job(cmaf(output("_v", "CMFC", picture=video(160, 90)), **settings)), bars)
    (only,) = image_playlist(folder / "one/cmaf/c.m3u8")
    seen = first_picture(only.path)
    dark, bright = (seen.luma(share / only.columns, 0.5 / only.rows) for share in (0.25, 0.75))
    assert dark < 45
    assert bright > 240


def test_instant_thumbnails_look_real_from_outside(outputs: Path, steps: Path, tmp_path: Path) -> None:
    """Instant mode makes up as many pictures of the same size, with the same playlist but for the bitrate."""
    settings = job(cmaf(output("_v", "CMFC", picture=video(128, 72)), **ADVANCED))
    result = InstantTranscode()(settings, inspect_source(steps), tmp_path, lambda _: None, threading.Event())
    for file_ in result.files:
        target = tmp_path / "made" / file_.key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file_.path.read_bytes())
    real, instant = (image_playlist(folder / "cmaf/c.m3u8") for folder in (outputs, tmp_path / "made/one"))
    same_place = [replace(one, path=outputs / "cmaf" / one.path.name) for one in instant]
    assert same_place == real
    sizes = [(seen.width, seen.height) for seen in (first_picture(one.path) for one in instant)]
    assert sizes == [(192, 72)] * 2


@pytest.mark.parametrize(
    ("settings", "thumbnail", "layout", "interval_frames"),
    [
        ({"imageBasedTrickPlay": "THUMBNAIL"}, Size(312, 176), (3, 3), 60),
        ({"imageBasedTrickPlay": "ADVANCED"}, Size(312, 176), (3, 3), 60),
        ({**ADVANCED, "imageBasedTrickPlaySettings": {"thumbnailWidth": 160}}, Size(160, 90), (3, 3), 60),
        (
            {**ADVANCED, "imageBasedTrickPlaySettings": {**DETAILS, "thumbnailInterval": 5}},
            *(Size(64, 36), (3, 2), 150),
        ),
        (
            {**ADVANCED, "imageBasedTrickPlaySettings": {"intervalCadence": "FOLLOW_SEGMENTATION"}},
            *(Size(312, 176), (1, 1), 180),
        ),
    ],
)
def test_defaults_are_those_of_the_models_documentation(
    settings: Settings, thumbnail: Size, layout: tuple[int, int], interval_frames: int
) -> None:
    """Thumbnails are 312 wide in the video's proportion, at its keyframes, and intervals are whole frames."""
    groups = (
        cmaf(output("_v", "CMFC", picture=video(320, 180)), **settings),
        hls(output("_v", "M3U8", picture=video(160, 90)), **settings),
        dash(output("_v", "MPD", picture=video(160, 90)), **settings),
    )
    plan = make_plan(job(*groups), source(frame_rate=Fraction(30000, 1001)))
    (tiled,) = plan.thumbnails
    assert tiled.placement.frame == thumbnail
    assert (tiled.columns, tiled.rows) == layout
    assert tiled.interval_frames == interval_frames


def test_thumbnails_of_each_segment_follow_grown_segments() -> None:
    """Where segments grow to whole GOPs, the thumbnails that follow them do as well."""
    details = {"intervalCadence": "FOLLOW_SEGMENTATION"}
    group = cmaf(
        output("_v", "CMFC", picture=video(320, 180)),
        segmentLength=3,
        segmentLengthControl="GOP_MULTIPLE",
        imageBasedTrickPlay="ADVANCED",
        imageBasedTrickPlaySettings=details,
    )
    plan = make_plan(job(group), source())
    assert plan.outputs[0].segment_seconds == plan.thumbnails[0].interval_seconds == 4


def test_thumbnails_show_what_the_video_shows() -> None:
    """A crop of the video is a crop of its thumbnails, in their shape."""
    picture = video(None, None) | {"crop": area(80, 0, 160, 180)}
    settings = job(cmaf(output("_v", "CMFC", picture=picture), imageBasedTrickPlay="THUMBNAIL"))
    (tiled,) = make_plan(settings, source()).thumbnails
    assert tiled.placement.frame == tiled.placement.scaled == Size(312, 352)
    assert tiled.placement.crop == Area(80, 0, 160, 180)


def test_groups_without_trick_play_have_no_thumbnails() -> None:
    """NONE, nothing said, and FILE groups mean no thumbnails."""
    settings = job(
        cmaf(output("_v", "CMFC", picture=video(320, 180)), imageBasedTrickPlay="NONE"),
        hls(output("_v", "M3U8", picture=video(320, 180))),
        file(output("_v", "MP4", picture=video(320, 180))),
    )
    assert make_plan(settings, source()).thumbnails == []


def test_tiles_that_are_too_high_fail_the_job() -> None:
    """Where the height follows from the source's shape, it is the job that is refused."""
    details = {"thumbnailWidth": 320, "tileHeight": 20}
    settings = cmaf(
        output("_v", "CMFC", picture=video(180, 320)),
        imageBasedTrickPlay="ADVANCED",
        imageBasedTrickPlaySettings=details,
    )
    with pytest.raises(JobError, match="higher than 4096") as caught:
        make_plan(job(settings), source(width=180, height=320))
    assert caught.value.code == 1040
