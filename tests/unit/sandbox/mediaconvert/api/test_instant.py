"""Instant mode through the endpoint: jobs end at once, and bodies that are known aren't fetched again."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.clip import Clip, make_clip
from sandbox.mediaconvert.instant.sources import Descriptions, described
from sandbox.mediaconvert.isolation.child_process import Stalled
from sandbox.mediaconvert.model import JobError
from tests.support.media_checks import check_mp4
from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.endpoint import Endpoint, job_settings
from tests.unit.sandbox.mediaconvert.api.fakes import FakeS3

NEVER = threading.Event()


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a tiny clip without sound."""
    clip = Clip(width=160, height=90, seconds=1, has_audio=False)
    return make_clip(tmp_path_factory.mktemp("clips"), clip).read_bytes()


@pytest.fixture
def instant(endpoint: Endpoint, body: bytes) -> Iterator[Endpoint]:
    """Return an endpoint in instant mode, with a clip in its S3."""
    endpoint.inject(instant=True)
    endpoint.s3.objects["in", "real.mp4"] = body
    endpoint.s3.downloads = 0
    yield endpoint
    endpoint.transcoder.reset()


def submit(endpoint: Endpoint, name: str) -> Any:
    """Submit a job for an object."""
    return endpoint.submit(Settings=job_settings(f"s3://in/{name}"))


def test_a_job_ends_with_files_that_play(instant: Endpoint, tmp_path: Path) -> None:
    """Without the encoder a job becomes COMPLETE, with its events, and its MP4 plays."""
    job = instant.finished(submit(instant, "real.mp4")["Id"])
    assert job["Status"] == "COMPLETE"
    [details] = job["OutputGroupDetails"]
    assert details["OutputDetails"][0]["DurationInMs"] == 1000
    path = tmp_path / "made.mp4"
    path.write_bytes(instant.s3.objects["out", "a/clip_720p.mp4"])
    assert check_mp4(path, seconds=1, has_audio=False).width == 1280
    wait_for(lambda: instant.statuses(job["Id"]) == ["PROGRESSING", "INPUT_INFORMATION", "COMPLETE"])
    complete = instant.events(job["Id"])[-1]
    assert complete["outputGroupDetails"][0]["outputDetails"][0]["outputFilePaths"] == [
        "s3://out/a/clip_720p.mp4"
    ]
    assert instant.transcoder.started == []


def test_equal_bodies_are_fetched_once(instant: Endpoint, body: bytes) -> None:
    """Probes and jobs on many objects of one body fetch it once, also when they come together."""
    # A free box at the end makes it a body of its own.
    for number in range(6):
        instant.s3.objects["in", f"equal-{number}.mp4"] = body + b"\0\0\0\x08free"
    ids = [submit(instant, f"equal-{number}.mp4")["Id"] for number in range(6)]
    [result] = instant.client.probe(InputFiles=[{"FileUrl": "s3://in/equal-0.mp4"}])["ProbeResults"]
    assert {instant.finished(id_)["Status"] for id_ in ids} == {"COMPLETE"}
    assert instant.s3.downloads == 1
    video = result["Container"]["Tracks"][0]["VideoProperties"]
    assert (video["Width"], video["Height"]) == (160, 90)
    assert result["Metadata"]["FileSize"] == len(body) + 8


def test_what_is_no_media_fails_every_time(instant: Endpoint) -> None:
    """A body that is no media fails with 1010 as it does for real, and Probe refuses it, fetched once."""
    instant.s3.objects["in", "words.mp4"] = b"These are only words."
    for _ in range(2):
        job = instant.finished(submit(instant, "words.mp4")["Id"])
        assert (job["Status"], job["ErrorCode"]) == ("ERROR", 1010)
        assert "s3://in/words.mp4" in job["ErrorMessage"]
        with pytest.raises(instant.client.exceptions.BadRequestException):
            instant.client.probe(InputFiles=[{"FileUrl": "s3://in/words.mp4"}])
    assert instant.s3.downloads == 1


def test_an_absent_source_fails_with_its_code(instant: Endpoint) -> None:
    """What isn't in S3 is 1404, as it is for real."""
    assert instant.finished(submit(instant, "absent.mp4")["Id"])["ErrorCode"] == 1404


def test_errors_strike_instant_jobs_too(instant: Endpoint) -> None:
    """Instant jobs can fail and hang as others."""
    instant.inject(instant=True, failing_jobs=1)
    assert instant.finished(submit(instant, "real.mp4")["Id"])["Status"] == "ERROR"
    instant.inject(run="endless", instant=True, endless_jobs=1)
    endless = submit(instant, "real.mp4")["Id"]
    instant.until_struck("endless_jobs", 1)
    instant.inject(instant=True)
    assert instant.finished(submit(instant, "real.mp4")["Id"])["Status"] == "COMPLETE"
    instant.client.cancel_job(Id=endless)


def test_more_jobs_run_at_once(instant: Endpoint) -> None:
    """Eight instant jobs work at once where two others would."""
    instant.s3.hold = threading.Event()
    ids = [submit(instant, "real.mp4")["Id"] for _ in range(10)]
    wait_for(lambda: instant.health()["jobs"] == {"SUBMITTED": 2, "PROGRESSING": 8})
    instant.s3.hold.set()
    assert {instant.finished(id_)["Status"] for id_ in ids} == {"COMPLETE"}


def test_switching_the_mode_off_leaves_the_encoder(instant: Endpoint) -> None:
    """The next job after instant mode is a real one."""
    instant.finished(submit(instant, "real.mp4")["Id"])
    instant.inject()
    instant.finished(submit(instant, "real.mp4")["Id"])
    assert len(instant.transcoder.started) == 1


def test_a_body_that_changes_meanwhile_is_not_kept(body: bytes, tmp_path: Path) -> None:
    """An object that is overwritten between HEAD and GET describes no body: the next one is fetched."""
    s3, descriptions = FakeS3(), Descriptions(lambda path, _: {"size": path.stat().st_size})
    s3.objects["in", "a.mp4"] = b"first"

    class Overwritten(FakeS3):
        def download(self, uri: str, path: Path, cancelled: threading.Event) -> Any:
            self.objects["in", "a.mp4"] = b"the second"
            return super().download(uri, path, cancelled)

    racing = Overwritten()
    racing.objects["in", "a.mp4"] = b"first"
    descriptions.lay(racing, "s3://in/a.mp4", tmp_path / "0.mp4", NEVER)
    descriptions.lay(s3, "s3://in/a.mp4", tmp_path / "1.mp4", NEVER)
    assert described(tmp_path / "1.mp4") == {"size": 5}


def test_an_inspection_that_hung_is_tried_again(tmp_path: Path) -> None:
    """Only what is true of the body is kept, not that a machine was too busy to look."""
    calls = []

    def inspect(path: Path, cancelled: threading.Event) -> dict[str, Any]:
        calls.append(path)
        if len(calls) == 1:
            raise JobError(1010, "no sign of life") from Stalled()
        return {"source": {}}

    s3, descriptions = FakeS3(), Descriptions(inspect)
    with pytest.raises(JobError):
        descriptions.lay(s3, "s3://in/clip.mp4", tmp_path / "0.mp4", NEVER)
    descriptions.lay(s3, "s3://in/clip.mp4", tmp_path / "0.mp4", NEVER)
    assert described(tmp_path / "0.mp4") == {"source": {}}
    assert len(calls) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["0.mp4.described.json"]
