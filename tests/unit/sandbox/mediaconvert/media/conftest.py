"""Clips for the tests of the media half, each made once a session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.demo.clip import Clip, make_clip
from sandbox.mediaconvert.model import Progress, TranscodeResult
from sandbox.mediaconvert.transcode import transcode_file
from tests.unit.sandbox.mediaconvert.media.jobs import Settings

MakeClip = Callable[[Clip], Path]
Transcoded = tuple[TranscodeResult, Path, list[Progress]]
RunJob = Callable[[Settings, Path], Transcoded]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Make a clip, or give the one that was made before."""
    folder = tmp_path_factory.mktemp("clips")
    return lambda wanted: make_clip(folder, wanted)


@pytest.fixture(scope="session")
def run_job(tmp_path_factory: pytest.TempPathFactory) -> RunJob:
    """Run a job on a local file and lay out its files under their keys; return result, folder, progress."""

    def run(settings: Settings, source: Path) -> Transcoded:
        work_dir, outputs = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("outputs")
        progress: list[Progress] = []
        result = transcode_file(settings, source, work_dir, threads=2, progress=progress.append)
        for file in result.files:
            target = outputs / file.bucket / file.key
            target.parent.mkdir(parents=True, exist_ok=True)
            assert not target.exists(), f"two files have the key {file.key}"
            target.write_bytes(file.path.read_bytes())
        return result, outputs / "outputs", progress

    return run
