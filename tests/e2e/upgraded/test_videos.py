"""The main job: what people upload ends as files that play."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.clip import Clip, make_clip
from sandbox.runtime.folder import PROJECT_ROOT
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline
from tests.support.media_checks import check_dash, check_hls, check_mp4
from tests.support.playback import seconds_in_ffmpeg

pytestmark = pytest.mark.phase("media")

VIDEOS = {
    "landscape": Clip(width=1280, height=720, seconds=8),
    "small": Clip(width=176, height=144, seconds=5),
    "portrait": Clip(width=360, height=640, seconds=5, rotation=90),
    "silent": Clip(width=640, height=360, seconds=5, has_audio=False),
}
STREAMS_AND_FILMS = ("HLS", "DASH", "MP4")
STILLS = {"THUMBNAIL", "POSTER"}


@pytest.fixture(scope="module")
def report(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the demo on all videos at once and return its report, an asset a video by name."""
    folder = tmp_path_factory.mktemp("videos")
    paths = []
    for name, clip in VIDEOS.items():
        path = folder / f"{name}.mp4"
        make_clip(folder, clip).rename(path)
        paths.append(str(path))
    done = sandbox.command("demo", *paths)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(sandbox.folder.report.read_text())
    return found


@pytest.fixture
def asset(request: pytest.FixtureRequest, report: dict[str, Any]) -> dict[str, Any]:
    """Return the report of one video."""
    found: dict[str, Any] = next(
        each for each in report["assets"] if Path(each["source"]).stem == request.param
    )
    return found


def test_terraform_plans_nothing_after_the_run(report: dict[str, Any]) -> None:
    """Running the pipeline leaves no drift: the next plan is empty, and the stack is a whole one."""
    assert report["terraform"]["plan_after"] == "clean"
    assert report["terraform"]["resources"] >= 60


@pytest.mark.parametrize("asset", VIDEOS, indirect=True)
def test_each_video_completes_with_every_format(asset: dict[str, Any]) -> None:
    """A video ends COMPLETE, without an error, with HLS, DASH, MP4 and thumbnails that exist."""
    assert asset["status"] == "COMPLETE"
    assert asset["error"] is None
    assert {output["format"] for output in asset["outputs"]} >= {*STREAMS_AND_FILMS, *STILLS}
    assert all((PROJECT_ROOT / output["path"]).stat().st_size > 0 for output in asset["outputs"])
    assert 0 < asset["seconds"]["to_submitted"] < asset["seconds"]["to_terminal"]


@pytest.mark.parametrize("asset", VIDEOS, indirect=True)
def test_each_video_plays_to_its_end(asset: dict[str, Any]) -> None:
    """Every rendition plays for the source's duration, upright, in its declared size, keyframes aligned."""
    clip = VIDEOS[Path(asset["source"]).stem]
    outputs = {output["format"]: output for output in asset["outputs"]}
    path = {name: PROJECT_ROOT / output["path"] for name, output in outputs.items()}
    hls = check_hls(path["HLS"], seconds=clip.seconds, has_audio=clip.has_audio)
    dash = check_dash(path["DASH"], seconds=clip.seconds, has_audio=clip.has_audio)
    mp4 = check_mp4(path["MP4"], seconds=clip.seconds, has_audio=clip.has_audio)
    for played in (*(each.played for each in (*hls, *dash)), mp4):
        assert played.marker == "top right"
        assert played.width is not None
        assert played.width <= clip.width
    assert (mp4.width, mp4.height) == (clip.width, clip.height)
    for name in STREAMS_AND_FILMS:
        assert (outputs[name]["width"], outputs[name]["height"]) == (clip.width, clip.height)
        assert outputs[name]["duration_ms"] == pytest.approx(clip.seconds * 1000, abs=150)


@pytest.mark.parametrize("asset", VIDEOS, indirect=True)
def test_each_manifest_opens_in_a_player_by_the_path_in_the_report(asset: dict[str, Any]) -> None:
    """ffmpeg's readers, which share no code with ours, play each path from the project's root to its end."""
    seconds = VIDEOS[Path(asset["source"]).stem].seconds
    for output in asset["outputs"]:
        if output["format"] in STREAMS_AND_FILMS:
            assert not Path(output["path"]).is_absolute()
            played = seconds_in_ffmpeg(Path(output["path"]), PROJECT_ROOT)
            assert played == pytest.approx(seconds, abs=0.15), output


KEYS = [
    "plain/Clip.MP4",
    'with space + plus/100% "quoted" & it\'s.mp4',
    "日本語/été 📼.mp4",
]


@pytest.mark.parametrize("key", KEYS)
def test_any_key_is_preserved_and_its_outputs_are_ascii(
    pipeline: Pipeline, tiny_clip: Path, key: str
) -> None:
    """Whatever the key, its asset completes under the very key; outputs lie in ASCII under the asset id."""
    record = pipeline.ended(key, pipeline.put(key, tiny_clip.read_bytes()))
    assert record["status"] == "COMPLETE", record
    assert record["key"] == key
    for output in record["outputs"]:
        assert output["key"].isascii()
        assert output["key"].startswith(f"{record['asset_id']}/")
        assert pipeline.s3.head_object(Bucket=pipeline.outputs, Key=output["key"])["ContentLength"] > 0


@pytest.mark.parametrize("encryption", ["AES256", "aws:kms", "aws:kms:dsse", "aws:kms with our key"])
def test_an_upload_may_ask_for_an_encryption_of_its_own(
    pipeline: Pipeline, tiny_clip: Path, encryption: str
) -> None:
    """What `aws s3 cp --sse ...` sends is taken and transcoded, whatever key S3 encrypts it with."""
    algorithm, _, ours = encryption.partition(" with ")
    headers = {"ServerSideEncryption": algorithm, **({"SSEKMSKeyId": pipeline.key_arn} if ours else {})}
    key = f"{encryption}.mp4"
    record = pipeline.ended(key, pipeline.put(key, tiny_clip.read_bytes(), **headers))
    assert record["status"] == "COMPLETE", record


def test_a_multipart_upload_is_transcoded(pipeline: Pipeline, tiny_clip: Path) -> None:
    """A file uploaded in parts raises CompleteMultipartUpload's event, and ends like any other."""
    padded = tiny_clip.read_bytes()
    padded += (5 * 1024 * 1024).to_bytes(4, "big") + b"free" + bytes(5 * 1024 * 1024 - 8)
    parts = [padded[: 5 * 1024 * 1024], padded[5 * 1024 * 1024 :]]
    record = pipeline.ended("parts.mp4", pipeline.put_in_parts("parts.mp4", parts))
    assert record["status"] == "COMPLETE", record
    assert record["size_bytes"] == len(padded)


def test_a_new_version_of_a_key_is_an_asset_of_its_own(pipeline: Pipeline, tiny_clip: Path) -> None:
    """Overwriting a key makes a second asset; both complete, each under an id of its own."""
    versions = [pipeline.put("again.mp4", tiny_clip.read_bytes()) for _ in range(2)]
    records = [pipeline.ended("again.mp4", version) for version in versions]
    assert [record["status"] for record in records] == ["COMPLETE", "COMPLETE"]
    assert len({record["asset_id"] for record in records}) == 2
