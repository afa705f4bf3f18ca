"""HEVC pictures that are put together from two: they decode, and say what they are."""

import io
import re
import threading
from fractions import Fraction
from pathlib import Path

import av
import m3u8  # type: ignore[import-untyped]
import pytest

from sandbox.mediaconvert.instant.hevc import Look, pictures, sample
from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.playback import play
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    cmaf,
    corrected,
    hevc,
    job,
    output,
    video,
)
from tests.unit.sandbox.mediaconvert.media.sounds import joined, run

COUNT, GOP = 400, 300


@pytest.mark.parametrize(("width", "height"), [(32, 32), (64, 36), (176, 144), (1280, 720), (722, 1280)])
@pytest.mark.parametrize(
    ("pixel_format", "color"),
    [("yuv420p", (1, 1, 1)), ("yuv420p10le", (9, 16, 9)), ("yuv420p10le", (9, 18, 9))],
)
def test_pictures_decode_beyond_the_wrap_of_their_numbers(
    width: int, height: int, pixel_format: str, color: tuple[int, int, int]
) -> None:
    """Every picture of a long GOP, and of the one after it, is the same gray in the declared colors."""
    look = Look(width, height, Fraction(30000, 1001), pixel_format, color)
    keyframes = (number % GOP == 0 for number in range(COUNT))
    stream_bytes = b"".join(pictures(look, keyframes))
    with av.open(io.BytesIO(stream_bytes), "r", format="hevc") as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.width, context.height, context.pix_fmt) == (width, height, pixel_format)
        assert (int(context.color_primaries), int(context.color_trc), int(context.colorspace)) == color
        first, kept = None, []
        for frame in container.decode(stream):
            assert isinstance(frame, av.VideoFrame)
            luma = bytes(frame.planes[0])
            first = first or luma
            assert luma == first
            kept.append(frame.key_frame)
    assert len(kept) == COUNT
    assert [number for number, is_keyframe in enumerate(kept) if is_keyframe] == [0, GOP]


def test_a_sample_is_one_picture() -> None:
    """One picture tells the frame rate."""
    look = Look(64, 64, Fraction(25), "yuv420p", (2, 2, 2))
    with av.open(io.BytesIO(sample(look)), "r", format="hevc") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.framerate == 25
        assert len(list(container.decode(stream))) == 1


def test_instant_rungs_of_both_codecs_are_listed_as_real_ones_are(tmp_path: Path, run_job: RunJob) -> None:
    """Of an HLG source AVC and HEVC rungs have the ranges, tags, files and thumbnails of a real job."""
    path = tmp_path / "hlg.mp4"
    look = "setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=128x72:rate=25:duration=3", "-pix_fmt", "yuv420p10le"]
    run([*picture, "-vf", look, "-c:v", "libx264", str(path)])
    high = hevc(128, 72, codecProfile="MAIN10_HIGH", writeMp4PackagingType="HVC1")
    tiles = {"thumbnailInterval": 1.0, "thumbnailWidth": 64, "thumbnailHeight": 36}
    group = cmaf(
        output("_sdr", "CMFC", picture=video(128, 72) | corrected(colorSpaceConversion="FORCE_709")),
        output("_hdr", "CMFC", picture=high),
        segmentLength=2,
        imageBasedTrickPlay="ADVANCED",
        imageBasedTrickPlaySettings=tiles
        | {"intervalCadence": "FOLLOW_CUSTOM", "tileWidth": 2, "tileHeight": 2},
    )
    _, real, _ = run_job(job(group), path)
    described, work_dir, cancelled = inspect_source(path), tmp_path / "work", threading.Event()
    work_dir.mkdir()
    result = InstantTranscode()(job(group), described, work_dir, lambda _: None, cancelled)
    made = tmp_path / "made"
    for one in result.files:
        target = made / one.key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(one.path.read_bytes())
    names = [sorted(str(path.relative_to(top)) for path in top.rglob("*")) for top in (made, real)]
    assert names[0] == names[1]
    reported = []
    for top in (made, real):
        text = (top / "one/cmaf/c.m3u8").read_text()
        variants = m3u8.loads(text).playlists
        codecs = [one.stream_info.codecs.split(".")[0] for one in variants]
        sizes = [one.stream_info.resolution for one in variants]
        reported.append((re.findall(r"VIDEO-RANGE=(\w+)", text), codecs, sizes))
        assert "#EXT-X-IMAGE-STREAM-INF:" in text
    assert reported[0] == reported[1] == (["SDR", "HLG"], ["avc1", "hvc1"], [(128, 72)] * 2)
    played = play(joined(made / "one/cmaf/c_hdr.m3u8", tmp_path / "whole.mp4"))
    assert (played.width, played.height, played.keyframes) == (128, 72, (0.0, 2.0))
    assert played.video_seconds == pytest.approx(3, abs=0.05)
