"""The result of a load on the API: what is counted, what is printed, and when it has passed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.api_load.reads import PAGE_SIZE, SHARES, reads
from sandbox.api_load.report import COLUMNS, Report, by_name, lines, measured
from sandbox.api_load.schedule import NO_ANSWER, Run, Sample
from sandbox.runtime.folder import read_json


def samples(*statuses: int, name: str = "assets") -> list[Sample]:
    """Return samples of these answers, the n-th after n seconds."""
    return [
        Sample(name=name, status=status, seconds=float(number)) for number, status in enumerate(statuses, 1)
    ]


FINE = measured(samples(*[200] * 100))
REPORT = Report(
    per_second=200,
    answered_per_second=199.9,
    seconds=120,
    assets=40,
    usual_limit="100 a second, bursts of 200",
    api=FINE,
    unsent=0,
    by_read={"assets": FINE, "one asset": FINE},
    bare=measured(samples(*[200] * 50)),
)


def test_answers_are_counted_by_what_they_are() -> None:
    """Throttling is no error of the server, and what was not answered has no time."""
    found = measured(samples(200, 429, 503, 404, NO_ANSWER))
    counts = (found.throttled, found.server_errors, found.refused, found.unanswered)
    assert (found.requests, counts) == (5, (1, 1, 1, 1))
    assert (found.p50, found.p99, found.longest) == (2.0, 4.0, 4.0)
    assert measured([]).p99 is None


def test_reads_are_counted_by_name_the_most_frequent_first() -> None:
    """So that the slow kind of read is seen."""
    found = by_name(Run(samples=[*samples(200), *samples(200, 200, name="health")], unsent=0, seconds=1.0))
    assert {name: each.requests for name, each in found.items()} == {"health": 2, "assets": 1}
    assert next(iter(found)) == "health"


def test_the_report_fits_a_terminal_and_has_the_ratio() -> None:
    """The 99th percentile of the API stands beside that of a bare function."""
    said = lines(REPORT)
    assert max(map(len, said)) <= COLUMNS
    assert " 99000 " in "\n".join(said)
    assert any("2.0 times that of a bare function" in line for line in said)


@pytest.mark.parametrize(
    ("report", "passed"),
    [
        (REPORT, True),
        (replace(REPORT, unsent=1), False),
        *(
            (replace(REPORT, api=measured(samples(200, status))), False)
            for status in (503, 429, 404, NO_ANSWER)
        ),
    ],
)
def test_it_has_passed_only_where_every_read_succeeded(report: Report, passed: bool, tmp_path: Path) -> None:
    """The file says so too."""
    assert report.passed is passed
    report.write(tmp_path / "report.json")
    written: Any = read_json(tmp_path / "report.json")
    assert (written["passed"], written["ratio"]) == (passed, report.ratio)


def test_the_mix_has_each_read_in_its_share() -> None:
    """The same seed, the same order; single assets are spread over all."""
    ids = [f"asset-{number}" for number in range(40)]
    found = reads(10_000, host="h", token="t", asset_ids=ids, cursor="c", seed=1)
    assert found == reads(10_000, host="h", token="t", asset_ids=ids, cursor="c", seed=1)
    counts = {name: sum(each.name == name for each in found) for name in SHARES}
    assert all(0.7 < counts[name] / (10_000 * share) < 1.3 for name, share in SHARES.items())
    assert sum(SHARES.values()) == pytest.approx(1.0)
    assert {each.path for each in found if each.name == "one asset"} == {
        f"/api/assets/{each}" for each in ids
    }
    assert any(each.path == f"/api/assets?limit={PAGE_SIZE}&cursor=c" for each in found)
    assert {each.headers["Authorization"] for each in found} == {"Bearer t"}
