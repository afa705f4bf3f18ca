"""Colors: of high dynamic range to standard range, carried, converted, and declared."""

from pathlib import Path

import pytest

from sandbox.mediaconvert.probing.source import inspect_source
from tests.unit.sandbox.mediaconvert.media.clips import (
    LIGHT_LEVELS,
    container_color,
    ffmpeg,
    first_picture,
    flat,
    hdr_bars,
    hlg,
    pq,
)
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    captures,
    corrected,
    file,
    hevc,
    job,
    output,
    video,
)

NITS = (0, 1, 10, 50, 100, 203, 400, 1000)
SIGNALS = {"smpte2084": [pq(nits) for nits in NITS], "arib-std-b67": [hlg(nits) for nits in NITS]}
CODES = {"smpte2084": 16, "arib-std-b67": 18}
SDR, HDR_10 = (1, 1, 1), (9, 16, 9)
FORCE_709 = corrected(colorSpaceConversion="FORCE_709")
VIBRANT = corrected(colorSpaceConversion="FORCE_709", hdrToSdrToneMapper="VIBRANT")
SMALL = video(160, 90)
# A pure red of 75 percent, in luma and chroma of BT.601 and of BT.709.
RED_601, RED_709 = (65, 100, 212), (51, 109, 212)


def converted(run_job: RunJob, source: Path, **pictures: Settings) -> dict[str, Path]:
    """Run a job with one MP4 for each picture; return their paths by the pictures' names."""
    outputs = [output(f"_{name}", "MP4", picture=picture) for name, picture in pictures.items()]
    _, folder, _ = run_job(job(file(*outputs)), source)
    return {name: folder / f"one/mp4/video_{name}.mp4" for name in pictures}


@pytest.fixture(scope="module", params=["smpte2084", "arib-std-b67"])
def bars(request: pytest.FixtureRequest, run_job: RunJob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Transcode bars of known light in PQ and in HLG in every way; return the folder of the results."""
    source = tmp_path_factory.mktemp("bars") / f"{request.param}.mp4"
    hdr_bars(source, SIGNALS[request.param], request.param)
    mp4s = file(
        output("_details", "MP4", picture=SMALL | FORCE_709),
        output("_vibrant", "MP4", picture=SMALL | VIBRANT),
        output("_as_it_is", "MP4", picture=SMALL),
        output("_hevc", "MP4", picture=hevc(160, 90, codecProfile="MAIN10_HIGH")),
    )
    stills = file(
        output("_t", "RAW", picture=captures(160, 90, 1, 1) | FORCE_709), destination="s3://outputs/stills"
    )
    _, folder, _ = run_job(job(mp4s, stills), source)
    (folder / "transfer").write_text(request.param)
    return folder


def test_high_range_becomes_a_standard_range_that_looks_right(bars: Path) -> None:
    """Black stays black, shadows dark, white is bright without clipping, and no two lights become one."""
    seen = first_picture(bars / "one/mp4/video_details.mp4")
    lumas = dict(zip(NITS, seen.bars(len(NITS)), strict=True))
    assert lumas[0] <= 18
    assert lumas[10] < 85
    assert 140 < lumas[100] < 210
    assert 170 < lumas[203] < 230
    assert 225 <= lumas[1000] <= 240
    assert list(lumas.values()) == sorted(set(lumas.values()))


def test_high_range_is_not_washed_out(bars: Path) -> None:
    """White is farther from shadows than in PQ taken for standard range; in HLG, made for that, as far."""
    mapped = first_picture(bars / "one/mp4/video_details.mp4").bars(len(NITS))
    signal = first_picture(bars / "one/mp4/video_as_it_is.mp4").bars(len(NITS))
    shadow, white = NITS.index(1), NITS.index(1000)
    more = 50 if (bars / "transfer").read_text() == "smpte2084" else -5
    assert mapped[white] - mapped[shadow] > signal[white] - signal[shadow] + more


def test_tone_mapped_outputs_are_declared_as_standard(bars: Path) -> None:
    """Codec and container both say BT.709, in 8 bits, and nothing of HDR10 is left."""
    path = bars / "one/mp4/video_details.mp4"
    seen = first_picture(path)
    assert (seen.color, container_color(path), seen.pixel_format) == (SDR, SDR, "yuv420p")
    assert not seen.side_data & {"MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"}


def test_hlg_has_one_tone_mapping_and_pq_has_two(bars: Path) -> None:
    """VIBRANT is brighter in the middle of PQ; HLG gets PRESERVE_DETAILS whatever the job says."""
    details, vibrant = (
        first_picture(bars / f"one/mp4/video_{name}.mp4").bars(len(NITS)) for name in ("details", "vibrant")
    )
    if (bars / "transfer").read_text() == "arib-std-b67":
        assert vibrant == details
    else:
        assert all(vibrant[NITS.index(nits)] > details[NITS.index(nits)] + 10 for nits in (10, 50, 100, 203))


def test_without_correction_hevc_keeps_the_colors_and_says_so(bars: Path) -> None:
    """A 10-bit HEVC output has the source's signal within a percent, and its declaration."""
    path, transfer = bars / "one/mp4/video_hevc.mp4", (bars / "transfer").read_text()
    seen = first_picture(path)
    color = (9, CODES[transfer], 9)
    assert (seen.color, container_color(path), seen.pixel_format) == (color, color, "yuv420p10le")
    wanted = [64 + 876 * signal for signal in SIGNALS[transfer]]
    assert seen.bars(len(NITS)) == pytest.approx(wanted, abs=9)


def test_without_correction_eight_bits_keep_the_declaration(bars: Path) -> None:
    """A 10-bit source becomes 8-bit AVC with the same signal and the source's declaration."""
    transfer = (bars / "transfer").read_text()
    seen = first_picture(bars / "one/mp4/video_as_it_is.mp4")
    assert (seen.color, seen.pixel_format) == ((9, CODES[transfer], 9), "yuv420p")
    assert seen.bars(len(NITS)) == pytest.approx([16 + 219 * one for one in SIGNALS[transfer]], abs=4)


def test_captures_are_tone_mapped_too(bars: Path) -> None:
    """A JPEG picture of a high range has the tone-mapped gray in JPEG's full range."""
    mapped = first_picture(bars / "one/mp4/video_details.mp4").bars(len(NITS))
    still = first_picture(bars / "stills_t.0000000.jpg").bars(len(NITS))
    assert still == pytest.approx([(luma - 16) * 255 / 219 for luma in mapped], abs=4)


def test_hdr10_light_levels_follow_the_source_or_the_job(run_job: RunJob, tmp_path: Path) -> None:
    """HEVC declares the source's HDR10 metadata, or the job's; PQ's peak follows what the source says."""
    source = hdr_bars(tmp_path / "pq.ts", SIGNALS["smpte2084"], "smpte2084", light_levels=LIGHT_LEVELS)
    metadata = {"maxContentLightLevel": 4000, "maxFrameAverageLightLevel": 500}
    main10 = hevc(160, 90, codecProfile="MAIN10_HIGH")
    made = converted(
        run_job,
        source,
        kept=main10,
        forced=main10 | corrected(colorSpaceConversion="FORCE_HDR10", hdr10Metadata=metadata),
        ignored=main10 | {"colorMetadata": "IGNORE"},
        mapped=SMALL | FORCE_709,
    )
    reported = {"MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"}
    assert reported <= first_picture(made["kept"]).side_data
    assert reported <= first_picture(made["forced"]).side_data
    assert light_levels(made["kept"]) == (800, 300)
    assert light_levels(made["forced"]) == (4000, 500)
    assert not reported & first_picture(made["ignored"]).side_data
    assert first_picture(made["ignored"]).color == (2, 2, 2)
    alone = converted(run_job, source, mapped=SMALL | FORCE_709)["mapped"]
    assert not reported & first_picture(alone).side_data
    # What is brighter than the declared peak of 800 is beyond white.
    assert first_picture(made["mapped"]).bars(len(NITS))[-1] > 236


@pytest.mark.parametrize(
    ("tags", "size", "declared"),
    [
        ("1:1:1", (64, 64), SDR),
        ("6:6:6", (64, 64), (6, 6, 6)),
        ("5:6:5", (64, 64), (5, 6, 5)),
        ("2:2:5", (64, 64), (5, 6, 5)),
        ("2:2:2", (64, 64), (6, 6, 6)),
        ("2:2:2", (64, 576), (5, 6, 5)),
        ("2:2:2", (1280, 32), SDR),
    ],
)
def test_standard_range_is_carried_as_it_is(
    tags: str, size: tuple[int, int], declared: tuple[int, int, int], run_job: RunJob, tmp_path: Path
) -> None:
    """Colors stay as they are and are declared: as the source says, else by the size of its picture."""
    names = dict(zip(("color_primaries", "color_trc", "colorspace"), tags.split(":"), strict=True))
    marks = ":".join(f"{name}={code}" for name, code in names.items())
    source = flat(tmp_path / "red.mp4", RED_601, "-vf", f"setparams={marks}", size=size)
    path = converted(run_job, source, v=video(None, None, maxBitrate=4_000_000))["v"]
    seen = first_picture(path)
    assert (seen.color, container_color(path)) == (declared, declared)
    assert seen.yuv(0.5) == pytest.approx(RED_601, abs=2)


def test_force_709_converts_standard_definition(run_job: RunJob, tmp_path: Path) -> None:
    """A red of BT.601 becomes the same red of BT.709, in pixels and in declaration."""
    marks = "setparams=color_primaries=5:color_trc=6:colorspace=5"
    source = flat(tmp_path / "red.mp4", RED_601, "-vf", marks)
    seen = first_picture(converted(run_job, source, v=video(64, 64) | FORCE_709)["v"])
    assert seen.color == SDR
    # The primaries of PAL and of BT.709 have the same red.
    assert seen.yuv(0.5) == pytest.approx(RED_709, abs=6)


def test_a_red_of_hd_is_the_same_red_in_a_picture(run_job: RunJob, tmp_path: Path) -> None:
    """JPEG has the matrix of BT.601: a red of BT.709 is converted, not merely taken over."""
    marks = "setparams=color_primaries=1:color_trc=1:colorspace=1"
    source = flat(tmp_path / "red.mp4", RED_709, "-vf", marks)
    still = file(output("_t", "RAW", picture=captures(64, 64, 1, 1)), destination="s3://outputs/stills")
    _, folder, _ = run_job(job(file(output("_v", "MP4", picture=video(64, 64))), still), source)
    full = [(RED_601[0] - 16) * 255 / 219, *(128 + (part - 128) * 255 / 224 for part in RED_601[1:])]
    assert first_picture(folder / "stills_t.0000000.jpg").yuv(0.5) == pytest.approx(full, abs=4)


def test_rgb_sources_become_yuv_as_they_are_declared(run_job: RunJob, tmp_path: Path) -> None:
    """A red of a QuickTime animation, which is RGB, becomes a red of BT.709."""
    source = tmp_path / "red.mov"
    encoder = ("-vf", "setparams=colorspace=6,scale=in_color_matrix=bt601,format=rgb24", "-c:v", "qtrle")
    red = flat(tmp_path / "yuv.mp4", RED_601)
    ffmpeg("-i", str(red), *encoder, str(source))
    seen = first_picture(converted(run_job, source, v=video(64, 64))["v"])
    assert seen.color[2] == 1
    assert seen.yuv(0.5) == pytest.approx(RED_709, abs=3)


def light_levels(path: Path) -> tuple[int, int] | None:
    """Probe a file for its light levels."""
    return inspect_source(path).videos[0].light_levels
