"""Verification of what was really transcoded, whole and then damaged in every way that it knows."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.parsers
import botocore.serialize
import botocore.session
import pytest

from media_pipeline.adapters.probe_response import source_from_probe
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import SourceInfo
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.services.verification import Verification, verify
from sandbox.demo.clip import Clip, make_clip
from sandbox.mediaconvert.encoding.ffmpeg import executable
from sandbox.mediaconvert.probing.probe_result import probe_file
from sandbox.mediaconvert.transcode import transcode_file
from tests.support.fakes import FakeOutputs
from tests.support.output_damages import DAMAGES, MASTER, MP4, MPD, PLAYLIST, Damage
from tests.support.strategies import shipped_presets, shipped_profiles

FOLDER = "0123456789abcdef/1"
SOURCE_URI = "s3://uploads/clip.mp4"
SECONDS = 9.0  # segments of 6 and 3 seconds
# Two rungs, and odd proportions for the lower one.
SOUNDING = Clip(width=426, height=320, seconds=SECONDS)
SILENT = replace(SOUNDING, has_audio=False)


@dataclass(frozen=True, slots=True)
class Job:
    """Hold a source, what was planned for it, and what its job made."""

    source: SourceInfo
    planned: Sequence[PlannedOutput]
    objects: dict[str, bytes]

    def verified(self, **changes: Any) -> Verification:
        """Verify the job's outputs."""
        job = replace(self, **changes)
        outputs = FakeOutputs()
        outputs.objects = job.objects
        return verify(folder=FOLDER, planned=job.planned, source=job.source, groups=(), outputs=outputs)


def transcoded(path: Path, folder: Path) -> Job:
    """Run the pipeline's own job on a video, through the sandbox's transcoder."""
    model = botocore.session.get_session().get_service_model("mediaconvert")
    probe, create_job = model.operation_model("Probe"), model.operation_model("CreateJob")
    assert probe.output_shape is not None
    body = json.dumps({"probeResults": [probe_file(path)]}).encode()
    response = {"status_code": 200, "headers": {}, "body": body}
    parser = botocore.parsers.create_parser("rest-json")
    source = source_from_probe(parser.parse(response, probe.output_shape))
    assert isinstance(source, SourceInfo)
    presets, profile = shipped_presets(), shipped_profiles().by_name["classic"]
    settings = job_settings(
        source_uri=SOURCE_URI,
        destination=f"s3://outputs/{FOLDER}",
        source=source,
        profile=profile,
        presets=presets,
    )
    request = {"Role": "role", "Settings": settings}
    serializer = botocore.serialize.create_serializer("rest-json")
    wire = json.loads(serializer.serialize_to_request(request, create_job)["body"])
    work_dir = folder / "work"
    work_dir.mkdir()
    result = transcode_file(wire["settings"], path, work_dir, threads=2)
    return Job(
        source=source,
        planned=planned_outputs(folder=FOLDER, source=source, profile=profile, presets=presets),
        objects={file.key: file.path.read_bytes() for file in result.files},
    )


@pytest.fixture(scope="module")
def sounding(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Return the job of a clip with sound."""
    folder = tmp_path_factory.mktemp("sounding")
    return transcoded(make_clip(folder, SOUNDING), folder)


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Return the job of a clip without sound."""
    folder = tmp_path_factory.mktemp("silent")
    return transcoded(make_clip(folder, SILENT), folder)


def test_what_was_transcoded_is_what_was_planned(sounding: Job, silent: Job) -> None:
    """HLS, DASH, MP4 and stills of a real job pass, with sound and without; each object is looked at."""
    for job in (sounding, silent):
        assert [output.format for output in job.planned] == ["HLS", "DASH", "MP4", "THUMBNAIL", "POSTER"]
        assert job.verified() == Verification(
            sizes={key: len(body) for key, body in job.objects.items() if key.startswith(f"{FOLDER}/")},
            missing=(),
            invalid=(),
        )
        assert job.verified().error is None


def picture(seconds: float, rate: str = "30") -> list[str]:
    """Return ffmpeg's arguments for a picture."""
    return ["-f", "lavfi", "-i", f"testsrc2=size=64x36:rate={rate}:duration={seconds}"]


def sound(seconds: float) -> list[str]:
    """Return ffmpeg's arguments for a tone."""
    return ["-f", "lavfi", "-i", f"sine=sample_rate=48000:duration={seconds}"]


ODD_SOURCES = {
    "one frame": ("a.mp4", picture(0.03)),
    "half a second": ("a.mp4", [*picture(0.5), *sound(0.5)]),
    "a frame every five seconds": ("a.mkv", picture(20, rate="1/5")),
    "frames at varying times": (
        "a.mp4",
        [*picture(6), "-vf", r"select=not(mod(n\,7))+gt(mod(n\,50)\,40)", "-fps_mode", "vfr"],
    ),
    "sound goes on": ("a.mp4", [*picture(3), *sound(8)]),
    "sound ends early": ("a.mp4", [*picture(8), *sound(3)]),
    "sound begins late": ("a.mp4", [*picture(6), "-itsoffset", "3", *sound(3)]),
    "no duration": ("a.webm", [*picture(4), *sound(4), "-c:a", "libopus", "-live", "1"]),
    "no index": ("a.ts", [*picture(4), *sound(4)]),
}


@pytest.mark.parametrize("oddity", ODD_SOURCES)
def test_odd_sources_pass_too(oddity: str, tmp_path: Path) -> None:
    """Very short, slow, uneven and badly described videos are not taken for failed ones."""
    name, arguments = ODD_SOURCES[oddity]
    path = tmp_path / name
    command = [executable(), "-nostdin", "-loglevel", "error", *arguments, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    assert transcoded(path, tmp_path).verified().invalid == ()


@pytest.mark.parametrize("content", [None, b""], ids=["gone", "empty"])
def test_no_object_but_later_stills_may_be_missing(sounding: Job, content: bytes | None) -> None:
    """Whichever object is gone or empty is what is missing, but for what only seeking needs."""
    planned = {output.key for output in sounding.planned}
    seeking = (".jpg", "Thumbnail.m3u8")
    stills = {key for key in sounding.objects if key.endswith(seeking) and key not in planned}
    for key in sounding.objects.keys() - stills:
        damaged = {name: body for name, body in sounding.objects.items() if name != key}
        if content is not None:
            damaged[key] = content
        verification = sounding.verified(objects=damaged)
        assert verification.missing == (key,)
        assert verification.error is not None
        assert verification.error.code == "OUTPUTS_MISSING"


@pytest.mark.parametrize(("name", "damage", "sentences"), DAMAGES, ids=[each[2][0] for each in DAMAGES])
def test_each_damage_is_said_as_it_is(
    sounding: Job, name: str, damage: Damage, sentences: Sequence[str]
) -> None:
    """Whatever is wrong with a manifest or film while all files are there, a sentence says just that."""
    # A character for each byte, so that films can be damaged as texts are.
    damaged = damage(sounding.objects[f"{FOLDER}/{name}"].decode("latin-1")).encode("latin-1")
    verification = sounding.verified(objects=sounding.objects | {f"{FOLDER}/{name}": damaged})
    assert verification.missing == ()
    for sentence in sentences:
        assert any(sentence in fault for fault in verification.invalid), verification.invalid
    assert verification.error is not None
    assert verification.error.code == "OUTPUTS_INVALID"
    assert verification.invalid[0] in verification.error.message


def test_sound_that_the_source_has_not_is_a_fault(sounding: Job, silent: Job) -> None:
    """Outputs of a silent source must be silent in every format: what sounds there is not of that source."""
    assert silent.verified(objects=sounding.objects).invalid == tuple(
        f"{name} has sound, but its source has none" for name in (MASTER, MPD, MP4)
    )


def test_the_outputs_of_a_shorter_source_do_not_pass(sounding: Job) -> None:
    """A job that stopped half way is found out by every format."""
    assert sounding.source.video is not None
    longer = replace(
        sounding.source,
        duration_ms=18_000,
        video=replace(sounding.source.video, duration_ms=18_000),
        audio=(replace(sounding.source.audio[0], duration_ms=18_000),),
    )
    invalid = sounding.verified(source=longer).invalid
    for name in (PLAYLIST, MPD, f"representation 1 of {MPD}", f"representation 3 of {MPD}", MP4):
        assert f"{name} lasts 9.0 s instead of 18.0 s" in invalid
