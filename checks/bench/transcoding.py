"""The sandbox's transcode against the cheapest single ffmpeg command that makes the same renditions."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from checks.bench.measuring import Comparison, Cost, cost
from sandbox.demo.clip import DEMO_CLIP, make_clip
from sandbox.mediaconvert.encoding.ffmpeg import executable
from sandbox.mediaconvert.planning.encodes import VideoEncode
from sandbox.mediaconvert.planning.plan import Plan, make_plan
from sandbox.mediaconvert.probing.source import inspect_source
from sandbox.mediaconvert.transcode import transcode_file
from tests.support.pipeline_job import wire_settings

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
ALLOWED_RATIO = 1.25


def measure() -> Comparison:
    """Transcode the demo's clip with the default profile, and with one plain ffmpeg command, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_clip(folder, DEMO_CLIP)
        settings = wire_settings(source)
        plan = make_plan(settings, inspect_source(source, threading.Event()))
        ours, plain = [], []
        for turn in range(ROUNDS):
            ours.append(_transcode(settings, source, folder / f"ours{turn}"))
            target = folder / f"plain{turn}"
            target.mkdir()
            plain.append(cost(single_command(plan, source, target), cwd=target))
    return Comparison(ours, plain)


def single_command(plan: Plan, source: Path, folder: Path) -> list[str]:
    """Write the cheapest command by hand: decode once, scale, encode every rendition once, nothing else."""
    branches = len(plan.video_encodes) + len(plan.captures)
    graph = [f"[0:v:0]split={branches}" + "".join(f"[s{number}]" for number in range(branches))]
    outputs = []
    for number, encode in enumerate(plan.video_encodes):
        graph.append(f"[s{number}]scale={_size(encode)}[v{number}]")
        outputs += ["-map", f"[v{number}]", *_x264(encode), str(folder / f"v{number}.mp4")]
    for number, capture in enumerate(plan.captures, start=len(plan.video_encodes)):
        frame = capture.placement.frame
        graph.append(
            f"[s{number}]fps=1/{capture.interval_seconds},scale={frame.width}:{frame.height}[v{number}]"
        )
        outputs += ["-map", f"[v{number}]", "-q:v", "7", str(folder / "%07d.jpg")]
    for number, audio in enumerate(plan.audio_encodes):
        rate, bitrate = str(audio.sample_rate), str(audio.bitrate_bps)
        outputs += [
            "-map",
            "0:a:0",
            "-c:a",
            "aac",
            "-b:a",
            bitrate,
            "-ar",
            rate,
            str(folder / f"a{number}.mp4"),
        ]
    head = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-i", str(source)]
    return [*head, "-filter_complex", ";".join(graph), *outputs]


def _x264(encode: VideoEncode) -> list[str]:
    gop = str(encode.gop_frames)
    return [
        *("-c:v", "libx264", "-preset", encode.preset, "-profile:v", encode.profile, "-crf", str(encode.crf)),
        *("-maxrate", str(encode.max_bitrate_bps), "-bufsize", str(encode.buffer_bits)),
        *("-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-flags", "+cgop"),
    ]


def _size(encode: VideoEncode) -> str:
    return f"{encode.placement.frame.width}:{encode.placement.frame.height}"


def _transcode(settings: dict[str, Any], source: Path, work_dir: Path) -> Cost:
    """Measure a fresh process that transcodes, less what such a process costs that only starts."""
    program = "import sys; from checks.bench.transcoding import run_once; run_once(*sys.argv[1:])"
    work_dir.mkdir()
    command = [sys.executable, "-c", program, json.dumps(settings), str(source), str(work_dir)]
    environment = {**os.environ, "PYTHONPATH": f"{PROJECT_ROOT}{os.pathsep}{PROJECT_ROOT / 'lambda_src'}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    wall, cpu = json.loads(done.stdout)
    return Cost(wall_seconds=wall, cpu_seconds=cpu)


def run_once(settings: str, source: str, work_dir: str) -> None:
    """Transcode once and print wall and CPU seconds, of this process and of every ffmpeg that it ran."""
    begun, before = time.perf_counter(), os.times()
    result = transcode_file(json.loads(settings), Path(source), Path(work_dir), threads=os.cpu_count() or 1)
    after = os.times()
    assert result.files
    print(json.dumps([time.perf_counter() - begun, sum(after[:4]) - sum(before[:4])]))
