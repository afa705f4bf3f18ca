"""Fields become frames where the job asks for it, and nowhere else."""

from itertools import pairwise
from pathlib import Path

import av
import pytest

from tests.unit.sandbox.mediaconvert.media.clips import ffmpeg
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    Settings,
    captures,
    file,
    job,
    output,
    video,
)

DEINTERLACED = {"videoPreprocessors": {"deinterlacer": {"mode": "DEINTERLACE", "control": "NORMAL"}}}
WIDTH, HEIGHT = 160, 96


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a clip of bars that move so fast that the two fields of a frame show them at different places."""
    path = tmp_path_factory.mktemp("fields") / "fields.mp4"
    bars = f"color=black:s={WIDTH}x{HEIGHT}:r=50:d=2,geq=lum='if(lt(mod(X+13*N,80),40),235,16)':cb=128:cr=128"
    ffmpeg(
        *("-f", "lavfi", "-i", f"{bars},tinterlace=interleave_top,setfield=tff"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "4", "-flags", "+ildct+ilme"),
        *("-x264-params", "tff=1", str(path)),
    )
    return path


def combing(path: Path) -> float:
    """Return how much neighbouring lines of the fifth frame, or of a still, differ, as a share of white."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    plane = frames[min(5, len(frames) - 1)].reformat(format="gray").planes[0]
    lines = [bytes(plane)[at : at + WIDTH] for at in range(0, plane.line_size * HEIGHT, plane.line_size)]
    differences = [abs(a - b) for upper, lower in pairwise(lines) for a, b in zip(upper, lower, strict=True)]
    return sum(differences) / (255 * len(differences))


def test_fields_become_frames_where_the_job_asks_for_it(fields: Path, run_job: RunJob) -> None:
    """One output with a deinterlacer beside one without: each is as its own settings say, stills too."""
    plain: Settings = video(WIDTH, HEIGHT)
    settings = job(
        file(
            output("_plain", "MP4", picture=plain),
            output("_frames", "MP4", picture=plain | DEINTERLACED),
        ),
        file(
            output("_plain", "RAW", picture=captures(WIDTH, HEIGHT, 1, 1)),
            output("_frames", "RAW", picture=captures(WIDTH, HEIGHT, 1, 1) | DEINTERLACED),
            destination="s3://outputs/one/stills/still",
        ),
    )
    _, outputs, _ = run_job(settings, fields)
    for name in ("mp4/video{}.mp4", "stills/still{}.0000000.jpg"):
        assert combing(outputs / "one" / name.format("_plain")) > 0.2
        assert combing(outputs / "one" / name.format("_frames")) < 0.1
