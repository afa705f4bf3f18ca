"""The report of a load test: what is printed, what is written, and whether it passed."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.chaos import report as reports
from sandbox.chaos.audit import Findings
from sandbox.chaos.kinds import Kind
from sandbox.chaos.night import NightReport
from sandbox.chaos.report import Measured, Report, Times
from sandbox.chaos.settings import LoadTestSettings
from sandbox.chaos.spending.day_cap import CapReport
from sandbox.chaos.webhooks.announcements import EndpointReport
from sandbox.runtime.folder import read_json
from tests.unit.sandbox.chaos.evidence_left import FIRST, JOB, SOUND

PROMPT = EndpointReport(
    announced=5003,
    repeats=240,
    unknowing=221,
    p50=1.2,
    p99=31.0,
    outcomes={"taken": 5020, "dropped": 151, "taken, not answered": 203},
)
REPORT = Report(
    seed=3,
    uploads=5000,
    versions=5003,
    completed=2401,
    unsent=[],
    api_mischief={"given up": 71, "resumed": 360},
    api_repeated={"answered 500": 14, "under way": 60},
    ends=5003,
    endpoints={"prompt": PROMPT, "slow": replace(PROMPT, repeats=0)},
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
    cap=CapReport(
        cap_micro_usd=16_250_000,
        reached_micro_usd=16_247_000,
        waiting=2_390,
        dead_letters=0,
        waited_seconds=91.2,
        counted_micro_usd=31_900_000,
    ),
    quoted_micro_usd=31_900_000,
    deepest=312,
    seconds=1003.2,
    uploads_per_second=4.99,
    seconds_to_end=Times(p50=4.2, p95=259.1, p99=489.0),
    arrivals=[61, 0, 5],
    job_seconds=[1.0, 2.0],
    timed_out=False,
    findings=Findings(),
)


def test_the_report_fits_a_terminal() -> None:
    """No line is wider than 80 columns, and each figure is there."""
    lines = reports.lines(REPORT)
    assert max(map(len, lines)) <= reports.COLUMNS
    said = " ".join(re.sub(r"[^\x20-\x7e]", " ", " ".join(lines)).split())
    for figure in (
        "4850 COMPLETE",
        "4912 for 4912",
        "498 doubled",
        "p95 259 s",
        "5.0 uploads",
        "2401 completed",
        "told of 5003",
        "302 dropped",
        "$16.2500, $16.2470 of it spent; then 2390 uploads waited 91 s",
        "$31.9000, the jobs' quotes add up to $31.9000",
    ):
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
        (replace(REPORT, findings=Findings(unannounced=["slow: asset-1/1/COMPLETE"])), False),
        (replace(REPORT, findings=Findings(announced_twice=["asset-1"])), False),
        (replace(REPORT, findings=Findings(unverified=["slow: asset-1/1/COMPLETE"])), False),
        (replace(REPORT, findings=Findings(broken=["a.mp4: one request began two uploads"])), False),
        (replace(REPORT, findings=Findings(misspent=["$2 was counted"])), False),
        (replace(REPORT, timed_out=True), False),
    ],
)
def test_a_load_test_has_passed_only_if_nothing_is_wrong(report: Report, passed: bool) -> None:
    """A load test that was given up has not passed either."""
    assert report.passed is passed


def test_the_report_tells_when_uploads_arrived_and_how_long_jobs_ran() -> None:
    """Arrivals are counted by five seconds, files without a record aside; an endless job has no time."""
    captions = replace(FIRST, key="a.srt", kind=Kind.CAPTIONS, at=101.0)
    late = replace(FIRST, key="b.mp4", at=111.0)
    evidence = replace(
        SOUND,
        acknowledged=[*SOUND.acknowledged, captions, late],
        jobs=[replace(JOB, seconds=3.0), JOB, replace(JOB, seconds=1.0)],
    )
    measured = Measured(**{field.name: getattr(REPORT, field.name) for field in fields(Measured)})
    report = reports.reported(LoadTestSettings(uploads=3), evidence, measured)
    assert report.arrivals == [2, 0, 1]
    assert report.job_seconds == [1.0, 3.0]
