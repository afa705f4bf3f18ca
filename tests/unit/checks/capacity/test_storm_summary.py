"""What the model needs of a load test, read from its output and its report."""

import json
from pathlib import Path
from typing import Any

import pytest

from checks.capacity import storm_summary
from checks.capacity.storm import read_storm, scenario_of
from checks.capacity.storm_summary import main, progress, summary

# 100 uploads a stretch while they are sent, of which 40 end; 80 a stretch afterwards.
OUTPUT = "\n".join(
    [
        "Load test of 500 uploads ...",
        *(
            f"  Load test of 500 uploads: {40 * number} of 500 uploads, 4.0/s, 2 min left; "
            f"{100 * number} sent, {40 * number} complete, 0 failed, 0 canceled"
            for number in range(1, 6)
        ),
        *(
            f"  Load test of 500 uploads: {200 + 80 * number} of 500 uploads, 8.0/s; 500 sent, 1 complete"
            for number in range(1, 4)
        ),
        "  Load test of 500 uploads: 500 of 500 uploads, 5.0/s; 500 sent, 490 complete",
        "  Load test of 500 uploads: 500 of 500 uploads, all have ended; messages may be on their way still",
    ]
)
REPORT: dict[str, Any] = {
    "versions": 500,
    "attempts": 490,
    "jobs": 490,
    "seconds": 100.0,
    "repairs": {"missed_complete": 49, "upload_without_asset": 20},
    "killed": {"media-pipeline-ingest-orchestrator-sandbox": 10, "media-pipeline-api-sandbox": 5},
    "restart_seconds": [6.0],
    "seconds_to_end": {"p50": 30.04, "p95": 60.0, "p99": 70.0},
}


def summed_up() -> dict[str, Any]:
    """Return the summary of that load test."""
    return summary(progress(OUTPUT), REPORT, command="make chaos", date="2026-11-30")


def test_each_line_of_the_output_is_read() -> None:
    """Those at the end tell no more of what was sent."""
    lines = progress(OUTPUT)
    assert [(line.ended, line.sent) for line in (lines[0], lines[5], lines[-1])] == [
        *((40, 100), (280, 500), (500, 500))
    ]
    assert len(lines) == 10


def test_arrivals_are_what_was_sent_between_two_lines() -> None:
    """They add up to the uploads that have a record, and end with the last one."""
    found = summed_up()
    assert found["arrivals"] == [100] * 5
    assert (found["arrival_seconds"], found["slow_until"]) == (10.0, 40.0)


def test_executions_are_faster_once_nothing_is_sent() -> None:
    """Twice as many ended a second afterwards: an execution took twice as long before, but for its pauses."""
    found = summed_up()
    assert found["slow_factor"] == pytest.approx(2.0, rel=0.1)
    times = found["times"]
    # Two executions, 8 ends a second: a quarter of a second for all events of an upload.
    whole = 2 * 1.045 * times["event"][1] + times["end"][1]
    assert whole == pytest.approx(2 / 8, rel=0.15)
    assert times["end"][1] == pytest.approx(4 * times["event"][1], rel=0.01)


def test_faults_that_no_setting_tells_are_read_from_the_report() -> None:
    """Shares without a job, kills of the functions that had no rest, and the restart."""
    found = summed_up()
    assert found["without_job"] == pytest.approx(0.02)
    assert 0 < found["killed_uploads"] < 10 / 500
    assert found["killed_events"] == 0
    assert found["away_seconds"] == 6.0


def test_the_summary_is_written_as_the_model_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command writes storm.json, of which a scenario is made."""
    output, report, written = tmp_path / "output", tmp_path / "report.json", tmp_path / "storm.json"
    output.write_text(OUTPUT)
    report.write_text(json.dumps(REPORT))
    monkeypatch.setattr(storm_summary, "PATH", written)
    arguments = [str(output), str(report), "--command", "make chaos UPLOADS=500", "--date", "2026-11-30"]
    assert main(arguments) == 0
    assert "500 uploads" in capsys.readouterr().out
    scenario = scenario_of(read_storm(written), 1)
    assert len(scenario.arrivals) == 500
    assert scenario.faults.throttle == 0.05
    assert scenario.faults.away[0][1] == 6.0
