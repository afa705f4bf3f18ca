"""Where the picture lies in the frame, and at which rate frames come."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from sandbox.demo.clip import Clip
from tests.support.media_checks import check_hls, check_mp4
from tests.unit.sandbox.mediaconvert.media.clips import (
    ffmpeg,
    first_picture,
    flat,
    gray_steps,
    hdr_bars,
)
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip, RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    area,
    captures,
    cmaf,
    file,
    hevc,
    hls,
    job,
    output,
    video,
)

BLACK, GRAY = 16, 126
LOOSE = {"maxBitrate": 4_000_000}


def made(run_job: RunJob, source: Path, picture: Settings, rotate: str = "AUTO") -> Path:
    """Make one MP4; return its path."""
    _, folder, _ = run_job(job(file(output("_v", "MP4", picture=picture)), rotate=rotate), source)
    path: Path = folder / "one/mp4/video_v.mp4"
    return path


@pytest.mark.parametrize("codec", [video, hevc])
def test_a_tiny_picture_lies_in_its_position_with_black_around(
    codec: Callable[..., Settings], run_job: RunJob, tmp_path: Path
) -> None:
    """A picture of 16x8 keeps its size in a frame of 32x32; each pixel around it is black."""
    source = flat(tmp_path / "tiny.mp4", (GRAY, 128, 128), size=(16, 8))
    seen = first_picture(made(run_job, source, codec(32, 32, **LOOSE) | {"position": area(8, 12, 16, 8)}))
    assert (seen.width, seen.height) == (32, 32)
    bright = {(x, y) for x in range(32) for y in range(32) if seen.luma((x + 0.5) / 32, (y + 0.5) / 32) > 70}
    assert bright == {(x, y) for x in range(8, 24) for y in range(12, 20)}
    # An encoder's ringing stays far below the picture.
    assert seen.luma(0.01, 0.01) == pytest.approx(BLACK, abs=2)
    assert seen.luma(0.5, 0.5) == pytest.approx(GRAY, abs=4)


def test_a_picture_keeps_its_shape_in_its_position(run_job: RunJob, tmp_path: Path) -> None:
    """A picture of another shape than its rectangle has bars within it; STRETCH_TO_OUTPUT fills it."""
    source = flat(tmp_path / "wide.mp4", (GRAY, 128, 128), size=(64, 32))
    picture = video(128, 128, **LOOSE) | {"position": area(32, 32, 64, 64)}
    kept = first_picture(made(run_job, source, picture))
    stretched = first_picture(made(run_job, source, picture | {"scalingBehavior": "STRETCH_TO_OUTPUT"}))
    within = (36 + 4) / 128
    assert kept.luma(0.5, within) == pytest.approx(BLACK, abs=3)
    assert kept.luma(0.5, 0.5) == pytest.approx(GRAY, abs=3)
    assert stretched.luma(0.5, within) == pytest.approx(GRAY, abs=3)
    assert stretched.luma(0.1, 0.5) == pytest.approx(BLACK, abs=3)


def test_a_picture_of_odd_size_fills_its_even_position(run_job: RunJob, tmp_path: Path) -> None:
    """A picture of 17x5 has no even size of its own shape: it fills a rectangle of 16x4 without bars."""
    source, even = tmp_path / "odd.mp4", flat(tmp_path / "even.mp4", (GRAY, 128, 128), size=(32, 16))
    ffmpeg("-i", str(even), "-vf", "format=yuv444p,crop=17:5:exact=1", "-c:v", "libx264", str(source))
    seen = first_picture(made(run_job, source, video(32, 32, **LOOSE) | {"position": area(8, 14, 16, 4)}))
    lit = [(x, y) for x in range(32) for y in range(32) if seen.luma((x + 0.5) / 32, (y + 0.5) / 32) > 70]
    assert (min(lit), max(lit), len(lit)) == ((8, 14), (23, 17), 16 * 4)


def test_a_crop_shows_a_part_of_the_upright_picture(run_job: RunJob, tmp_path: Path) -> None:
    """The rectangle is counted on the picture as it is seen, after its rotation."""
    bars = hdr_bars(tmp_path / "bars.mp4", [0.2, 0.4, 0.6, 0.8], "smpte2084", size=(128, 64))
    plain = first_picture(made(run_job, bars, video(64, 64, **LOOSE) | {"crop": area(64, 0, 64, 64)}))
    assert plain.bars(2) == pytest.approx([16 + 219 * 0.6, 16 + 219 * 0.8], abs=4)
    turned = made(run_job, bars, video(64, 64, **LOOSE) | {"crop": area(0, 64, 64, 64)}, rotate="DEGREES_90")
    seen = first_picture(turned)
    assert [seen.luma(0.5, 0.25), seen.luma(0.5, 0.75)] == pytest.approx(
        [16 + 219 * 0.6, 16 + 219 * 0.8], abs=4
    )


def test_halved_rates_keep_keyframes_aligned(clip: MakeClip, run_job: RunJob) -> None:
    """Of 60 frames a second, a rung of 30 has every second one and the keyframes of the rung of 60."""
    halved = {"framerateControl": "SPECIFIED", "framerateNumerator": 30, "framerateDenominator": 1}
    settings = job(
        hls(
            output("_full", "M3U8", picture=video(160, 90)),
            output("_half", "M3U8", picture=video(160, 90, **halved)),
            segmentLength=2,
        )
    )
    source = clip(Clip(width=160, height=90, seconds=3, frame_rate=Fraction(60), has_audio=False))
    _, folder, _ = run_job(settings, source)
    full, half = check_hls(folder / "one/hls/master.m3u8", seconds=3, has_audio=False)
    assert full.played.keyframes == half.played.keyframes == (0.0, 2.0)
    assert (full.played.frame_rate, half.played.frame_rate) == pytest.approx((60, 30), abs=0.1)


def test_a_variable_rate_becomes_a_constant_one(clip: MakeClip, run_job: RunJob, tmp_path: Path) -> None:
    """A source that drops frames plays at its base rate, for as long, with keyframes where they belong."""
    steady = clip(Clip(width=160, height=90, seconds=3, has_audio=False))
    source = tmp_path / "varies.mp4"
    dropped = "select='not(between(mod(n,10),3,6))'"
    ffmpeg("-i", str(steady), "-vf", dropped, "-fps_mode", "vfr", "-c:v", "libx264", str(source))
    _, folder, _ = run_job(job(cmaf(output("_v", "CMFC", picture=video(160, 90)))), source)
    (rendition,) = check_hls(folder / "one/cmaf/c.m3u8", seconds=3, has_audio=False)
    assert rendition.played.frame_rate == pytest.approx(30, abs=0.1)
    assert rendition.played.keyframes == (0.0, 2.0)


def test_ten_bit_sources_become_eight_bit_avc(clip: MakeClip, run_job: RunJob, tmp_path: Path) -> None:
    """A 10-bit 4:2:2 AVC source of standard range plays as 8-bit 4:2:0 of the same brightness."""
    source = tmp_path / "ten.mp4"
    flat_eight = flat(tmp_path / "eight.mp4", (GRAY, 90, 150), size=(160, 90))
    ffmpeg("-i", str(flat_eight), "-pix_fmt", "yuv422p10le", "-c:v", "libx264", "-crf", "4", str(source))
    path = made(run_job, source, video(160, 90))
    check_mp4(path, seconds=0.5, has_audio=False)
    seen = first_picture(path)
    assert seen.pixel_format == "yuv420p"
    assert seen.yuv(0.5) == pytest.approx((GRAY, 90, 150), abs=2)


@pytest.mark.parametrize(
    ("interval", "maximum", "levels"),
    [
        (3600, 1, [40]),
        (3600, 2, [40]),
        (2, 1, [40]),
        (2, 2, [40, 160]),
        (1, 2, [40, 100]),
        (1, 9, [40, 100, 160]),
    ],
)
def test_frame_capture_takes_the_first_frame_and_one_each_interval(
    interval: int, maximum: int, levels: list[int], run_job: RunJob, tmp_path: Path
) -> None:
    """However long the interval and few the captures, the first frame is taken, and no more than asked."""
    source = gray_steps(tmp_path / "steps.mp4", [40, 100, 160], size=(64, 36), rate=10, frames=10)
    stills = file(
        output("_poster", "RAW", picture=captures(64, 36, interval, maximum)),
        destination="s3://outputs/stills/t",
    )
    result, folder, _ = run_job(job(file(output("_v", "MP4", picture=video(64, 36))), stills), source)
    paths = sorted((folder / "stills").iterdir())
    assert [path.name for path in paths] == [f"t_poster.{number:07d}.jpg" for number in range(len(levels))]
    seen = [first_picture(path).luma(0.5) for path in paths]
    assert seen == pytest.approx([(level - 16) * 255 / 219 for level in levels], abs=3)
    assert result.groups[1].outputs[0].output_file_paths == [
        f"s3://outputs/stills/t_poster.{len(levels) - 1:07d}.jpg"
    ]
