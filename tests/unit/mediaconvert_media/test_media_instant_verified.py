"""Instant outputs of the pipeline's own jobs, through the pipeline's own verification."""

import json
import subprocess
import threading
from pathlib import Path

import botocore.parsers
import botocore.serialize
import pytest

from media_pipeline.job_settings import job_settings
from media_pipeline.planned_outputs import planned_outputs
from media_pipeline.probe_response import source_from_probe
from media_pipeline.sources import SourceInfo
from media_pipeline.verification import verify
from sandbox.mediaconvert.ffmpeg import executable
from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.probe import probe_result
from sandbox.mediaconvert.source import inspect_source
from sandbox.mediaconvert.wire import service_model
from tests.fakes import FakeOutputs
from tests.strategies import shipped_presets, shipped_profiles

FOLDER = "0123456789abcdef/1"
SOURCE_URI = "s3://uploads/clip.mp4"


def picture(seconds: float, size: str = "64x36", rate: str = "30") -> list[str]:
    """Give ffmpeg's arguments for a picture."""
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


def sound(seconds: float) -> list[str]:
    """Give ffmpeg's arguments for a tone."""
    return ["-f", "lavfi", "-i", f"sine=sample_rate=48000:duration={seconds}"]


SOURCES = {
    "tiny and silent": ("a.mp4", picture(1)),
    "several rungs": ("a.mp4", [*picture(9, "854x480", "24000/1001"), *sound(9)]),
    "portrait": ("a.mp4", [*picture(2, "240x426"), *sound(2)]),
    "one frame": ("a.mp4", picture(0.03)),
    "a frame every five seconds": ("a.mkv", picture(20, rate="1/5")),
    "sound goes on": ("a.mp4", [*picture(3), *sound(8)]),
    "sound ends early": ("a.mp4", [*picture(8), *sound(3)]),
    "no index": ("a.ts", [*picture(4), *sound(4)]),
    "no duration told": ("a.webm", [*picture(4), *sound(4), "-c:a", "libopus", "-live", "1"]),
}


@pytest.mark.parametrize("name", SOURCES)
def test_instant_outputs_pass_verification(name: str, tmp_path: Path) -> None:
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
    presets, profile = shipped_presets(), shipped_profiles().by_name["default"]
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

    result = InstantTranscode()(wire, described, tmp_path, lambda _: None, threading.Event())

    outputs = FakeOutputs()
    outputs.objects = {made.key: made.path.read_bytes() for made in result.files}
    planned = planned_outputs(folder=FOLDER, source=source, profile=profile, presets=presets)
    found = verify(folder=FOLDER, planned=planned, source=source, groups=(), outputs=outputs)
    assert (found.missing, found.invalid) == ((), ())
    assert found.objects == len(result.files)
