"""Instant outputs of the pipeline's own jobs, through the pipeline's own verification."""

import json
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import botocore.parsers
import botocore.serialize
import pytest

from media_pipeline.adapters.probe_response import source_from_probe
from media_pipeline.domain.source import SourceInfo, has_audio, has_video
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.encoding.presets import HdrLadder
from media_pipeline.services.verification import verify
from sandbox.mediaconvert.api.job_settings_rules import job_errors
from sandbox.mediaconvert.api.validation import shape_errors
from sandbox.mediaconvert.api.wire import service_model
from sandbox.mediaconvert.encoding.ffmpeg import executable
from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.probing.probe_result import probe_result
from sandbox.mediaconvert.probing.source import inspect_source
from tests.support.fakes import FakeOutputs
from tests.support.strategies import shipped_presets, shipped_profiles

FOLDER = "0123456789abcdef/1"
SOURCE_URI = "s3://uploads/clip.mp4"


def picture(seconds: float, size: str = "64x36", rate: str = "30") -> list[str]:
    """Return ffmpeg's arguments for a picture."""
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


def sound(seconds: float) -> list[str]:
    """Return ffmpeg's arguments for a tone."""
    return ["-f", "lavfi", "-i", f"sine=sample_rate=48000:duration={seconds}"]


HLG = "setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc"
SOURCES = {
    "tiny and silent": ("a.mp4", picture(1)),
    "several rungs": ("a.mp4", [*picture(9, "854x480", "24000/1001"), *sound(9)]),
    "portrait": ("a.mp4", [*picture(2, "240x426"), *sound(2)]),
    "one frame": ("a.mp4", picture(0.03)),
    "a frame every five seconds": ("a.mkv", picture(20, rate="1/5")),
    "sound goes on": ("a.mp4", [*picture(3), *sound(8)]),
    "sound ends early": ("a.mp4", [*picture(8), *sound(3)]),
    "no index": ("a.ts", [*picture(4), *sound(4)]),
    "no duration declared": ("a.webm", [*picture(4), *sound(4), "-c:a", "libopus", "-live", "1"]),
    "two languages": (
        "a.mp4",
        [
            *(*picture(3), *sound(3), *sound(3), "-map", "0", "-map", "1", "-map", "2"),
            *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra"),
        ],
    ),
    "surround": ("a.mkv", [*picture(2), *sound(2), "-ac", "6"]),
    "mono": ("a.mp4", [*picture(2), *sound(2), "-ac", "1"]),
    "high range": ("a.mp4", [*picture(2, "320x180"), *sound(2), "-vf", HLG]),
    "sound alone": ("a.mp3", sound(7)),
}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        *((name, "default") for name in SOURCES),
        *((name, "classic") for name in ("two languages", "surround", "several rungs")),
    ],
)
def test_instant_outputs_pass_verification(name: str, asked: str, tmp_path: Path) -> None:
    """Every planned file is there, as long as the source, with the sizes and tracks that were planned."""
    suffix, arguments = SOURCES[name]
    path = tmp_path / suffix
    command = [executable(), "-nostdin", "-loglevel", "error", *arguments, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    described = inspect_source(path)
    probe = service_model().operation_model("Probe").output_shape
    assert probe is not None
    body = json.dumps({"probeResults": [probe_result(described)]}).encode()
    parser = botocore.parsers.create_parser("rest-json")
    source = source_from_probe(parser.parse({"status_code": 200, "headers": {}, "body": body}, probe))
    assert isinstance(source, SourceInfo)
    presets, profiles = shipped_presets(), shipped_profiles()
    presets = replace(presets, cmaf=replace(presets.cmaf, hdr_ladder=HdrLadder.HEVC))
    profile = profiles.fitting(
        profiles.by_name[asked], has_video=has_video(source, SOURCE_URI), has_audio=has_audio(source)
    )
    settings = job_settings(
        source_uri=SOURCE_URI,
        destination=f"s3://outputs/{FOLDER}",
        source=source,
        profile=profile,
        presets=presets,
    )
    serializer = botocore.serialize.create_serializer("rest-json")
    create_job = service_model().operation_model("CreateJob")
    request = serializer.serialize_to_request({"Role": "role", "Settings": settings}, create_job)
    wire = json.loads(request["body"])["settings"]

    assert [*shape_errors(service_model().shape_for("JobSettings"), wire), *job_errors(wire)] == []

    result = InstantTranscode()(wire, described, tmp_path, lambda _: None, threading.Event())

    outputs = FakeOutputs()
    outputs.objects = {made.key: made.path.read_bytes() for made in result.files}
    planned = planned_outputs(folder=FOLDER, source=source, profile=profile, presets=presets)
    found = verify(folder=FOLDER, planned=planned, source=source, groups=(), outputs=outputs)
    assert (found.missing, found.invalid) == ((), ())
    assert found.objects == len(result.files)
