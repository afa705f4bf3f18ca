"""A preset gets what it asks for beyond the defaults: the sandbox makes the pipeline's own job of it."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from checks.corpus.examination.colors import color_errors
from checks.corpus.examination.delivery import Delivery, delivery
from checks.corpus.examination.listening import loudness_lufs
from checks.corpus.examination.watching import watch
from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import (
    Dynamics,
    Picture,
    Recipe,
    Sound,
    VideoCodec,
)
from media_pipeline.encoding.presets import HdrLadder, HighFrameRates, Presets
from sandbox.mediaconvert.transcode import transcode_file
from tests.support.pipeline_job import wire_settings
from tests.support.strategies import shipped_presets

QUIET = Recipe(picture=Picture(width=64, height=64), sounds=(Sound(amplitude=0.01),), seconds=4.0)
QUIET_LUFS = -40.0
# Codes of primaries, transfer and matrix. Source: ITU-T H.273.
BT709, BT2020 = (1, 1, 1), (9, 9)
TRANSFERS = {Dynamics.PQ: 16, Dynamics.HLG: 18}


def made(folder: Path, recipe: Recipe, presets: Presets) -> Mapping[str, Path]:
    """Return the files that the job of a source makes, by their keys."""
    source = make_source(folder, recipe)
    work = folder / "work"
    work.mkdir()
    settings = wire_settings(source, presets=presets)
    done = transcode_file(settings, source, work, threads=1)
    for file in done.files:
        target = folder / "outputs" / file.key
        target.parent.mkdir(parents=True, exist_ok=True)
        file.path.rename(target)
    return {file.key: folder / "outputs" / file.key for file in done.files}


def streamed(folder: Path, files: Mapping[str, Path]) -> Delivery:
    """Return what the CMAF group's manifests lead to."""
    keys = [key for key in files if key.endswith(("/cmaf/index.m3u8", "/cmaf/index.mpd"))]
    outputs: list[dict[str, Any]] = [
        {"format": "HLS" if key.endswith("m3u8") else "DASH", "key": key} for key in keys
    ]
    assert len(outputs) == 2
    return delivery(outputs, folder / "outputs", folder)


@pytest.mark.parametrize("wanted", [-23, -16, None])
def test_a_quiet_source_is_brought_to_the_presets_loudness(tmp_path: Path, wanted: int | None) -> None:
    """With a target, a quiet source comes out at the target; without one it stays as quiet as it is."""
    assert loudness_lufs(make_source(tmp_path, QUIET)) == pytest.approx(QUIET_LUFS, abs=1.0)
    presets = shipped_presets()
    changed = replace(
        presets,
        mp4=replace(presets.mp4, loudness_lufs=wanted),
        cmaf=replace(presets.cmaf, loudness_lufs=wanted),
    )
    files = made(tmp_path, QUIET, changed)
    expected = pytest.approx(QUIET_LUFS if wanted is None else wanted, abs=1.5)
    assert loudness_lufs(next(path for key, path in files.items() if "/mp4/" in key)) == expected
    assert loudness_lufs(streamed(tmp_path, files).sounds["HLS"][0].path) == expected


@pytest.mark.parametrize(("wanted", "expected"), [("keep", 60), ("halve", 30)])
def test_a_high_frame_rate_is_kept_or_halved(tmp_path: Path, wanted: str, expected: int) -> None:
    """The preset decides whether 60 frames a second stay, or every second one is shown."""
    presets = shipped_presets()
    changed = replace(presets, cmaf=replace(presets.cmaf, high_frame_rates=HighFrameRates(wanted)))
    recipe = Recipe(picture=Picture(width=64, height=64, frame_rate=Fraction(60)), sounds=(), seconds=1.0)
    pictures = streamed(tmp_path, made(tmp_path, recipe, changed)).pictures
    for format_ in ("HLS", "DASH"):
        watched = watch(pictures[format_][0].path)
        assert (watched.frame_rate, watched.seconds) == pytest.approx((expected, 1.0), abs=0.04)
        assert watched.is_steady


@pytest.mark.parametrize("dynamics", [Dynamics.PQ, Dynamics.HLG])
def test_an_hdr_source_can_have_a_ladder_of_its_own(tmp_path: Path, dynamics: Dynamics) -> None:
    """With the option, HEVC in 10 bits keeps the source's dynamic range, beside AVC that is tone-mapped."""
    presets = shipped_presets()
    changed = replace(presets, cmaf=replace(presets.cmaf, hdr_ladder=HdrLadder.HEVC))
    picture = Picture(width=320, height=180, codec=VideoCodec.HEVC, bit_depth=10, dynamics=dynamics)
    files = made(tmp_path, Recipe(picture=picture, sounds=(), seconds=0.5), changed)
    for renditions in streamed(tmp_path, files).pictures.values():
        found = {watch(one.path).codec: (one, watch(one.path)) for one in renditions}
        assert set(found) == {"h264", "hevc"}
        assert found["hevc"][1].color == (BT2020[0], TRANSFERS[dynamics], BT2020[1])
        assert found["hevc"][1].bit_depth == 10
        assert found["h264"][1].color == BT709
        assert found["h264"][1].bit_depth == 8
        assert [*color_errors(found["h264"][0].path)] == []
