"""The parts of a load test: its plan, its uploader, its killer, its operator, its report."""

import os
import re
import subprocess
import sys
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from sandbox.chaos import report as reports
from sandbox.chaos.audit import Findings
from sandbox.chaos.kinds import CAPTION_FILES, Body, Kind
from sandbox.chaos.night import NightReport
from sandbox.chaos.operator import Operator
from sandbox.chaos.report import Report, Times
from sandbox.chaos.settings import LoadTestSettings, Repair
from sandbox.chaos.uploads import Planned, Uploader, planned
from sandbox.chaos.workers import WorkerKiller, function_of, workers_of
from sandbox.runtime.fault_injection import parsed
from sandbox.runtime.folder import read_json, write_json

# --- the plan


def test_a_seed_plans_the_same_uploads_again() -> None:
    """Another seed plans others."""
    settings = LoadTestSettings(uploads=500, seed=7)
    assert list(planned(settings, "p/")) == list(planned(settings, "p/"))
    assert list(planned(settings, "p/")) != list(planned(replace(settings, seed=8), "p/"))


def test_a_plan_has_texts_overwrites_and_odd_keys_in_their_shares() -> None:
    """Every key is the load test's own, and names a video, but for logs and caption files."""
    uploads = list(planned(LoadTestSettings(uploads=5000), "p/"))
    captions = [each for each in uploads if each.body is not None]
    counts = Counter(each.kind for each in uploads)
    assert len(uploads) - len(captions) == 5000
    assert all(each.key.startswith("p/") for each in uploads)
    videos = [each for each in uploads if each.body is None and each.kind is not Kind.LOG]
    assert all(each.key.lower().endswith((".mp4", ".mov")) for each in videos)
    assert 20 < counts[Kind.TEXT] < 100
    assert 20 < len(uploads) - len({each.key for each in uploads}) < 100
    assert 50 < sum(not each.key.isascii() or " " in each.key for each in videos) < 250
    assert len(captions) == len(CAPTION_FILES) * counts[Kind.CAPTIONED]
    for kind, least in (
        (Kind.COLD, 10),
        (Kind.LOCKED, 10),
        (Kind.LOG, 10),
        (Kind.CLUTTER, 10),
        (Kind.HOLLOW, 25),
        (Kind.CAPTIONED, 25),
    ):
        assert least < counts[kind] < 4 * least, kind


def test_caption_files_lie_beside_their_video_in_either_spelling() -> None:
    """Each captioned video has all of them, of which one is spelled in decomposed characters."""
    uploads = list(planned(LoadTestSettings(uploads=2000), "p/"))
    keys = {each.key for each in uploads}
    for video in (each for each in uploads if each.kind is Kind.CAPTIONED):
        assert unicodedata.is_normalized("NFC", video.key)
        assert {file.key(video.key.removesuffix(".mp4")) for file in CAPTION_FILES} <= keys
    assert any(not unicodedata.is_normalized("NFC", key) for key in keys)


def test_the_settings_are_a_valid_file_of_faults(tmp_path: Path) -> None:
    """What the load test asks for is what both servers read."""
    path = tmp_path / "faults.json"
    settings = LoadTestSettings(uploads=1, seed=5)
    write_json(path, asdict(settings.faults("run 1")))
    assert parsed(path.read_text()) == settings.faults("run 1")


def test_a_load_test_may_last_as_long_as_several_rounds_of_repairs() -> None:
    """The deadline follows from what is deployed."""
    slow = Repair(overdue_seconds=300, interval_seconds=60, visibility_seconds=180)
    assert slow.round_seconds == 360
    settings = LoadTestSettings(uploads=700, slowest_per_second=3.5)
    assert slow.deadline_seconds(settings) == 200 + 5 * 360


# --- the uploader


class FakeS3:
    """Acknowledge uploads, all but those of the refused keys."""

    def __init__(self, refused: str = "") -> None:
        self.put: list[str] = []
        self.requests: list[dict[str, str]] = []
        self._refused = refused
        self._lock = threading.Lock()

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **more: str) -> dict[str, str]:
        """Take an object."""
        if self._refused == Key:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "slowly"}}, "PutObject")
        with self._lock:
            self.put.append(Key)
            self.requests.append(more)
            return {"VersionId": f"v{len(self.put)}"}


def uploader(s3: Any, count: int) -> Uploader:
    """Prepare uploads of texts."""
    uploads = [Planned(key=f"{number}.mp4", kind=Kind.TEXT) for number in range(count)]
    return Uploader(s3, "b", {Kind.TEXT: Body(content=b"text")}, uploads, at_once=4, per_second=1000)


def wait_for(condition: Any) -> None:
    """Wait until it is true."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_uploader_keeps_what_s3_acknowledged_and_what_it_refused() -> None:
    """Each upload is sent once; the version that S3 names is kept."""
    s3 = FakeS3(refused="3.mp4")
    sending = uploader(s3, 20)
    sending.start()
    wait_for(lambda: sending.is_done)
    sending.stop()
    assert sorted(s3.put) == sorted({each.key for each in sending.acknowledged})
    assert len(sending.acknowledged) == 19
    assert len({each.version_id for each in sending.acknowledged}) == 19
    assert len(sending.refused) == 1
    assert sending.refused[0].startswith("3.mp4: ")


def test_an_upload_may_be_empty_at_first_and_have_a_storage_class() -> None:
    """Both versions are kept, and what the request has to say is said; caption files need no record."""
    s3 = FakeS3()
    body = Body(content=b"text", first=b"", request={"StorageClass": "DEEP_ARCHIVE"})
    uploads = [
        Planned(key="a.mp4", kind=Kind.HOLLOW, body=body),
        Planned(key="a.en.srt", kind=Kind.CAPTIONS, body=Body(content=b"text")),
    ]
    client: Any = s3
    sending = Uploader(client, "b", {}, uploads, at_once=1, per_second=1000)
    sending.start()
    wait_for(lambda: sending.is_done)
    sending.stop()
    assert s3.put == ["a.mp4", "a.mp4", "a.en.srt"]
    assert s3.requests[:2] == [{"StorageClass": "DEEP_ARCHIVE"}] * 2
    assert len(sending.acknowledged) == 3
    assert sending.keys_without_record == {"a.en.srt"}


def test_a_paused_uploader_sends_nothing_until_it_may() -> None:
    """Neither does a stopped one, and stopping ends the pause."""
    s3 = FakeS3()
    sending = uploader(s3, 500)
    sending.pause(True)
    sending._thread.start()
    time.sleep(0.1)
    assert s3.put == []
    sending.pause(False)
    wait_for(lambda: s3.put)
    sending.pause(True)
    sending.stop()
    assert not sending._thread.is_alive()


# --- the killer


@pytest.fixture
def local_aws(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a program that has started two functions' processes and one of another kind."""
    script = tmp_path / "ministack-lambda-media-pipeline-ingest-sandbox-abc_1234" / "_worker.py"
    other = tmp_path / "other.py"
    script.parent.mkdir()
    for path in (script, other):
        path.write_text("import time; time.sleep(60)")
    # The paths come by another way than its command line, which a child has for its first moment.
    code = (
        "import os, subprocess, sys, time\n"
        "for path in os.environ['STARTS'].split(':'):\n"
        "    subprocess.Popen([sys.executable, path])\n"
        "print('started', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "STARTS": f"{script}:{script}:{other}"},
    )
    assert process.stdout is not None
    process.stdout.readline()
    wait_for(lambda: len(workers_of(process.pid)) == 2)
    yield process
    os.killpg(process.pid, 9)
    process.wait()
    process.stdout.close()


def test_only_functions_of_this_local_aws_are_killed(local_aws: subprocess.Popen[str]) -> None:
    """Its other children live, it lives itself, and so do the functions of another one."""
    children = psutil.Process(local_aws.pid).children()
    others = [child for child in children if function_of(child.cmdline()) is None]
    killer = WorkerKiller(lambda: local_aws.pid, (0.1, 0.2), seed=1)
    elsewhere = WorkerKiller(lambda: os.getppid(), (0.1, 0.2), seed=1)
    assert elsewhere.kill_one() is None
    assert killer.kill_one() == "media-pipeline-ingest-sandbox"
    assert killer.kill_one() == "media-pipeline-ingest-sandbox"
    assert killer.kill_one() is None
    assert killer.killed == {"media-pipeline-ingest-sandbox": 2}
    assert [child.is_running() for child in others] == [True]
    assert local_aws.poll() is None


def test_few_machines_die_more_rarely(local_aws: subprocess.Popen[str]) -> None:
    """Two of the usual four processes die half as often; without any, none does."""
    killer = WorkerKiller(lambda: local_aws.pid, (0.1, 0.2), seed=1)
    assert 0.4 < sum(killer.strikes() for _ in range(200)) / 200 < 0.6
    assert not WorkerKiller(lambda: None, (0.1, 0.2), seed=1).strikes()


def test_without_a_local_aws_nothing_is_killed() -> None:
    """While it restarts there is no process id, and one that is gone has no children."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert WorkerKiller(lambda: None, (0.1, 0.2), seed=1).kill_one() is None
    assert WorkerKiller(lambda: gone.pid, (0.1, 0.2), seed=1).kill_one() is None


def test_a_killer_kills_until_it_is_stopped(local_aws: subprocess.Popen[str]) -> None:
    """On a thread of its own, at random times."""
    killer = WorkerKiller(lambda: local_aws.pid, (0.01, 0.02), seed=1)
    killer.start()
    wait_for(lambda: sum(killer.killed.values()) == 2)
    killer.stop()
    assert not killer._thread.is_alive()


@pytest.mark.parametrize(
    ("command", "function"),
    [
        (["python", "/tmp/ministack-lambda-a-b-abcd_123/_worker.py"], "a-b"),
        (["python", "-m", "sandbox.local_aws.server"], None),
        (["vi", "/tmp/ministack-lambda-a-b-abcd_123/code/handler.py"], None),
        ([], None),
    ],
)
def test_a_function_is_known_by_its_command_line(command: list[str], function: str | None) -> None:
    """Anything else is none."""
    assert function_of(command) == function


# --- the operator


class FakeMediaConvert:
    """List and cancel jobs."""

    def __init__(self, jobs: list[dict[str, Any]]) -> None:
        self.jobs = jobs
        self.cancelled: list[str] = []

    def list_jobs(self, *, Queue: str, Status: str, Order: str, MaxResults: int) -> dict[str, Any]:
        """List the jobs of a status."""
        return {"Jobs": [job for job in self.jobs if job["Status"] == Status]}

    def cancel_job(self, *, Id: str) -> None:
        """Cancel a job, unless it has ended meanwhile."""
        if Id.startswith("ended"):
            raise ClientError({"Error": {"Code": "ConflictException", "Message": "ended"}}, "CancelJob")
        self.cancelled.append(Id)
        self.jobs = [job for job in self.jobs if job["Id"] != Id]


def job(id_: str, status: str, running_seconds: float = 0, source: str = "load-test/a.mp4") -> dict[str, Any]:
    """Lay out a job as boto3 does."""
    return {
        "Id": id_,
        "Status": status,
        "Timing": {"StartTime": datetime.now(UTC) - timedelta(seconds=running_seconds)},
        "Settings": {"Inputs": [{"FileInput": f"s3://up/{source}"}]},
    }


def test_an_operator_ends_endless_jobs_and_some_that_wait() -> None:
    """Jobs of others, young ones and more than asked for are left alone."""
    mediaconvert = FakeMediaConvert(
        [
            job("endless", "PROGRESSING", 61),
            job("young", "PROGRESSING", 30),
            job("another's", "PROGRESSING", 999, "elsewhere/a.mp4"),
            job("ended meanwhile", "PROGRESSING", 99),
            job("waiting-1", "SUBMITTED"),
            job("waiting-2", "SUBMITTED"),
        ]
    )
    client: Any = mediaconvert
    operator = Operator(client, "arn", "s3://up/load-test/", endless_seconds=60, early_cancels=1)
    operator.look()
    operator.look()
    assert mediaconvert.cancelled == ["endless", "waiting-1"]
    assert (operator.endless, operator.early) == (1, 1)


# --- the report

REPORT = Report(
    seed=3,
    uploads=5000,
    versions=5003,
    unsent=0,
    statuses={"COMPLETE": 4850, "FAILED": 101, "CANCELED": 52},
    errors={"1010": 49, "1030": 26, "1999": 26, "SUPERSEDED": 41},
    jobs=4912,
    attempts=4912,
    letters={"sent by the load test": 3},
    repairs={"missed_complete": 231, "upload_without_asset": 244, "upload_announced_again": 17},
    faults={
        "uploads": {"delay_events": 263, "drop_events": 241, "duplicate_events": 498},
        "mediaconvert": {"drop_events": 502, "server_error": 200, "throttle": 991},
    },
    killed={"media-pipeline-ingest-orchestrator-sandbox": 61, "media-pipeline-reconciler-sandbox": 14},
    cancelled=19,
    restart_seconds=[3.4],
    night=NightReport(seconds=131.0, longest_chain=21, waited=40),
    deepest=312,
    seconds=1003.2,
    uploads_per_second=4.99,
    seconds_to_end=Times(p50=4.2, p95=259.1, p99=489.0),
    timed_out=False,
    findings=Findings(),
)


def test_the_report_fits_a_terminal() -> None:
    """No line is wider than 80 columns, and each figure is there."""
    lines = reports.lines(REPORT)
    assert max(map(len, lines)) <= reports.COLUMNS
    said = " ".join(re.sub(r"[^\x20-\x7e]", " ", " ".join(lines)).split())
    for figure in ("4850 COMPLETE", "4912 for 4912", "498 doubled", "p95 259 s", "5.0 uploads"):
        assert figure in said


def test_faults_are_said_case_by_case_and_all_are_in_the_file(tmp_path: Path) -> None:
    """A few are printed, and the load test has failed."""
    lost = [f"{number}.mp4 (v): no record" for number in range(9)]
    failed = replace(REPORT, findings=Findings(lost=lost), timed_out=True)
    said = reports.lines(failed)
    assert "lost: 9" in said
    assert "  4.mp4 (v): no record" in said
    assert "  5.mp4 (v): no record" not in said
    path = tmp_path / "report.json"
    failed.write(path)
    written: Any = read_json(path)
    assert written["passed"] is False
    assert written["findings"]["lost"] == lost


@pytest.mark.parametrize(
    ("report", "passed"),
    [
        (REPORT, True),
        (replace(REPORT, findings=Findings(unrecorded=["job-1"])), True),
        (replace(REPORT, findings=Findings(doubled=["asset-1"])), False),
        (replace(REPORT, timed_out=True), False),
    ],
)
def test_a_load_test_has_passed_only_if_nothing_is_wrong(report: Report, passed: bool) -> None:
    """A load test that was given up has not passed either."""
    assert report.passed is passed
