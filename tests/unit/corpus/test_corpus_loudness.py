"""A preset that asks for a loudness gets it: the pipeline's own job, made by the sandbox, is measured."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.mediaconvert.transcode import transcode
from tests.bench.transcoding import SOURCE_URI, wire_settings
from tests.corpus.listening import loudness_lufs
from tests.corpus.recipes import Picture, Recipe, Sound
from tests.corpus.sources import make_source
from tests.strategies import shipped_presets

QUIET = Recipe(picture=Picture(width=64, height=64), sounds=(Sound(amplitude=0.01),), seconds=4.0)
QUIET_LUFS = -40.0


@pytest.mark.parametrize("wanted", [-23, -16, None])
def test_a_quiet_source_is_brought_to_the_presets_loudness(tmp_path: Path, wanted: int | None) -> None:
    """With a target, a quiet source comes out at the target; without one it stays as quiet as it is."""
    source = make_source(tmp_path, QUIET)
    assert loudness_lufs(source) == pytest.approx(QUIET_LUFS, abs=1.0)
    presets = shipped_presets()
    settings = wire_settings(source, replace(presets, mp4=replace(presets.mp4, loudness_lufs=wanted)))
    work = tmp_path / "work"
    work.mkdir()
    made = transcode(settings, {SOURCE_URI: source}, work, lambda progress: None, threading.Event(), 1)
    film = next(file.path for file in made.files if "/mp4/" in file.key)
    assert loudness_lufs(film) == pytest.approx(QUIET_LUFS if wanted is None else wanted, abs=1.5)
