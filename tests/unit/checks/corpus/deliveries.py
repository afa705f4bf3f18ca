"""Made-up deliveries: a case, its source, and records of what was delivered."""

import subprocess
from pathlib import Path
from typing import Any

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import Outcome, Track
from checks.corpus.sources.recipes import Picture, Recipe, Sound
from sandbox.mediaconvert.encoding.ffmpeg import executable

LADDER = ((320, 180), (160, 90))
RECIPE = Recipe(
    picture=Picture(width=320, height=180),
    sounds=(Sound(language="eng"), Sound(tones_hz=(550, 770), language="fra")),
)
TRACKS = (Track("eng", 2), Track("fra", 2))
CASE = Case(name="made-up", recipe=RECIPE, outcome=Outcome(profile="download", ladder=LADDER, sounds=TRACKS))


def made(source: Path, target: Path, *arguments: str) -> Path:
    """Let ffmpeg make a file from a source."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [executable(), "-loglevel", "error", "-y", "-i", str(source), *arguments, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def record(**outputs: str) -> dict[str, Any]:
    """Return a record of a finished asset with outputs by format."""
    listed = [{"format": name, "key": key, "width": 320, "height": 180} for name, key in outputs.items()]
    return {"status": "COMPLETE", "profile": "download", "outputs": listed}
