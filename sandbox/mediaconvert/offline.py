"""Run a job's settings on a local file, without servers; and give the command to compare its cost with.

``python -m sandbox.mediaconvert.offline SETTINGS.json SOURCE FOLDER`` writes each file into FOLDER under its
bucket and key.
"""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.encode import LAYOUTS, codec_arguments
from sandbox.mediaconvert.ffmpeg import executable
from sandbox.mediaconvert.plan import input_uri, make_plan
from sandbox.mediaconvert.source import inspect_source
from sandbox.mediaconvert.transcode import transcode


def run_offline(settings: dict[str, Any], source: Path, folder: Path) -> list[Path]:
    """Make a job's outputs under ``folder``; give their paths.

    Raises:
        JobError: The job fails.
        ValueError: An output's key would leave the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        result = transcode(
            settings,
            {input_uri(settings): source},
            Path(scratch),
            lambda _: None,
            threading.Event(),
            threads=os.cpu_count() or 1,
        )
        for file in result.files:
            path = (folder / file.bucket / file.key).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise ValueError(f"The key {file.key!r} leads out of {folder}.")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.hardlink_to(file.path)  # a file may stand under several keys
            paths.append(path)
    return paths


def cheapest_command(settings: Mapping[str, Any], source: Path, folder: Path) -> list[str]:
    """Give the cheapest single ffmpeg command that makes a job's renditions: one decode, each encode once.

    It only scales and encodes, each rendition into one file, with threads as ffmpeg likes: no packaging,
    no manifests, no checks. Assumes a source with square pixels and a constant frame rate, not rotated.
    """
    plan = make_plan(settings, inspect_source(source))
    branches = len(plan.video_encodes) + len(plan.captures)
    graph = [f"[0:v]split={branches}" + "".join(f"[s{number}]" for number in range(branches))]
    outputs: list[str] = []
    for number, video in enumerate(plan.video_encodes):
        size = video.placement.frame
        graph.append(f"[s{number}]scale={size.width}:{size.height},format=yuv420p[v{number}]")
        outputs += ["-map", f"[v{number}]", *codec_arguments(video), str(folder / f"v{number}.mp4")]
    for number, capture in enumerate(plan.captures, len(plan.video_encodes)):
        size = capture.placement.frame
        graph.append(
            f"[s{number}]fps=1/{capture.interval_seconds},scale={size.width}:{size.height}[v{number}]"
        )
        outputs += ["-map", f"[v{number}]", "-frames:v", str(capture.max_captures)]
        outputs += [str(folder / f"c{number}-%07d.jpg")]
    for number, audio in enumerate(plan.audio_encodes):
        outputs += ["-map", f"0:{audio.stream_index}", "-c:a", "aac", "-b:a", str(audio.bitrate_bps)]
        outputs += ["-ar", str(audio.sample_rate), "-channel_layout", LAYOUTS[audio.channels]]
        outputs += [str(folder / f"a{number}.mp4")]
    start = [executable(), "-nostdin", "-loglevel", "error", "-y", "-i", str(source)]
    return [*start, "-filter_complex", ";".join(graph), *outputs]


if __name__ == "__main__":
    run_offline(
        json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]), Path(sys.argv[3])
    )
