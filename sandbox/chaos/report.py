"""The result of a load test: a table for people, JSON for programs."""

from __future__ import annotations

import collections
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.chaos.audit import Findings, audit, explanation, seconds_to_end, uploaded
from sandbox.chaos.evidence import Evidence
from sandbox.chaos.night import NightReport
from sandbox.chaos.settings import LoadTestSettings
from sandbox.chaos.spending.day_cap import CapReport
from sandbox.chaos.spending.sums import misspent, quoted, rows
from sandbox.chaos.webhooks.announcements import EndpointReport, endpoint_report
from sandbox.chaos.webhooks.receipts import Outcome
from sandbox.runtime.folder import write_json
from sandbox.runtime.percentiles import percentile

COLUMNS = 80
_SAID = {
    "delay_events": "late",
    "drop_events": "dropped",
    "duplicate_events": "doubled",
    "reorder_events": "reordered",
    "server_error": "server errors",
    "throttle": "throttled",
    "timeout_after_accept": "accepted but not answered",
}
ARRIVAL_SECONDS = 5
# So many cases are printed of each kind of fault; the file has them all.
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds from an upload to its end; None where nothing has ended."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a load test measured of itself while it lasted.

    Attributes:
        unsent: Uploads that could not be sent, each with the reason.
        api_mischief: What clients of the API did that unreliable lines make them do, by kind.
        api_repeated: Requests to the API that were sent again, by reason.
        repairs: What the reconciler repaired, by kind.
        faults: Faults that were injected, by server and kind.
        killed: Processes of functions that were killed, by function.
        cancelled: Jobs that the operator cancelled.
        restart_seconds: How long the local AWS was away, for each restart.
        night: How long a preset had an error; None where it had none.
        cap: What became of a cap on a day's jobs; None where there was none.
        deepest: Most messages that waited in the processing queue.
        timed_out: Whether the load test was given up before all had ended.
    """

    unsent: Sequence[str]
    api_mischief: Mapping[str, int]
    api_repeated: Mapping[str, int]
    repairs: Mapping[str, int]
    faults: Mapping[str, Mapping[str, int]]
    killed: Mapping[str, int]
    cancelled: int
    restart_seconds: Sequence[float]
    night: NightReport | None
    cap: CapReport | None
    deepest: int
    seconds: float
    uploads_per_second: float
    timed_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Measured):
    """One load test, from its settings to its findings.

    Attributes:
        versions: Versions of objects that S3 has: an upload whose answer got lost may have made two.
        completed: Uploads that the API said are complete, captions not counted.
        statuses: Records by status.
        errors: Failed and cancelled records by error code.
        attempts: Attempts that have a job.
        letters: Messages in dead-letter queues, by explanation.
        ends: Attempts of assets that ended, of which every endpoint has to be told.
        endpoints: What each endpoint of webhooks was sent.
        arrivals: Uploads that get a record, acknowledged in each 5 seconds since the first one.
        job_seconds: How long each job ran, the shortest first, endless ones that were cancelled among them.
        quoted_micro_usd: What the jobs were quoted at, in millionths of a dollar.
    """

    seed: int
    uploads: int
    versions: int
    completed: int
    statuses: Mapping[str, int]
    errors: Mapping[str, int]
    jobs: int
    attempts: int
    letters: Mapping[str, int]
    ends: int
    endpoints: Mapping[str, EndpointReport]
    seconds_to_end: Times
    arrivals: Sequence[int]
    job_seconds: Sequence[float]
    quoted_micro_usd: int
    findings: Findings

    @property
    def passed(self) -> bool:
        """Whether the pipeline came through: nothing lost, nothing made twice, everything explained."""
        return self.findings.is_clean and not self.timed_out

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        write_json(path, {"passed": self.passed, **asdict(self)})


def reported(settings: LoadTestSettings, evidence: Evidence, measured: Measured) -> Report:
    """Return the report of a load test from what it measured and what it left."""
    times = seconds_to_end(evidence)
    count = collections.Counter
    ends = evidence.ends
    return Report(
        **{field.name: getattr(measured, field.name) for field in fields(measured)},
        seed=settings.seed,
        uploads=settings.uploads,
        versions=len(uploaded(evidence)),
        completed=sum(each.asset_id is not None for each in evidence.completed),
        statuses=dict(count(record.status for record in evidence.records).most_common()),
        errors=dict(count(record.error_code for record in evidence.records if record.error_code)),
        jobs=len(evidence.jobs),
        attempts=len({(job.asset_id, job.attempt) for job in evidence.jobs}),
        letters=dict(count(explanation(each, evidence) or "unexplained" for each in evidence.letters)),
        ends=len(ends),
        endpoints={name: endpoint_report(name, ends, evidence.receipts) for name in evidence.endpoints},
        seconds_to_end=Times(p50=percentile(times, 50), p95=percentile(times, 95), p99=percentile(times, 99)),
        arrivals=_arrivals([each.at for each in evidence.acknowledged if each.kind.needs_record]),
        job_seconds=sorted(job.seconds for job in evidence.jobs if job.seconds is not None),
        quoted_micro_usd=quoted(evidence),
        findings=replace(audit(evidence), misspent=list(misspent(evidence, measured.cap))),
    )


def _arrivals(times: Sequence[float]) -> list[int]:
    first = min(times, default=0.0)
    counts = collections.Counter(int((time - first) // ARRIVAL_SECONDS) for time in times)
    return [counts[number] for number in range(max(counts, default=-1) + 1)]


def lines(report: Report) -> list[str]:
    """Return the report for a terminal of 80 columns."""
    table = Table(show_header=False, width=COLUMNS)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for section in _sections(report):
        for name, value in section:
            table.add_row(name, value)
        table.add_section()
    out = io.StringIO()
    Console(file=out, width=COLUMNS, highlight=False, markup=False, legacy_windows=False).print(table)
    return [*out.getvalue().rstrip().splitlines(), *_faults(report)]


def _sections(report: Report) -> Iterable[list[tuple[str, str]]]:
    found = report.findings
    yield [
        ("uploads", f"{report.uploads} (seed {report.seed}), {report.versions} versions in S3"),
        ("ended", _counted(report.statuses)),
        ("errors", _counted(report.errors, " x ")),
        ("jobs", f"{report.jobs} for {report.attempts} attempts"),
        ("through the API", f"{report.completed} completed"),
    ]
    yield [
        ("lost", str(len(found.lost))),
        ("doubled", str(len(found.doubled))),
        ("complete, no outputs", str(len(found.incomplete))),
        ("outputs misjudged", str(len(found.misjudged))),
        ("captions passed over", str(len(found.uncaptioned))),
        ("dead letters", _counted(report.letters)),
        ("unexplained", str(len(found.unexplained))),
        ("API's broken promises", str(len(found.broken))),
    ]
    yield [
        ("webhooks missing", f"{len(found.unannounced)} of {report.ends} ends for each endpoint"),
        ("webhooks doubled", f"{len(found.announced_twice)} ends under two ids or with two payloads"),
        ("webhooks unverified", str(len(found.unverified))),
        *((name, _announced(each)) for name, each in report.endpoints.items()),
    ]
    yield [
        ("repairs", _counted(report.repairs)),
        ("faults of S3's events", _counted(report.faults.get("uploads", {}))),
        ("faults of MediaConvert", _counted(report.faults.get("mediaconvert", {}))),
        ("faults of receivers", _counted(_failed(report.endpoints))),
        ("faults of API clients", _counted(report.api_mischief)),
        ("API asked again", _counted(report.api_repeated, " x ")),
        ("functions killed", _counted(_shortened(report.killed))),
        ("jobs cancelled", str(report.cancelled)),
        (
            "local AWS restarted",
            ", ".join(f"away for {each:.1f} s" for each in report.restart_seconds) or "no",
        ),
    ]
    if report.night is not None:
        yield [
            (
                "a night of bad presets",
                f"{_minutes(report.night.seconds)}, {report.night.waited} uploads waited; "
                f"a message was sent anew {report.night.longest_chain} times",
            )
        ]
    if report.cap is not None:
        yield list(
            rows(report.cap, quoted_micro_usd=report.quoted_micro_usd, findings=report.findings.misspent)
        )
    times = report.seconds_to_end
    yield [
        ("took", f"{_minutes(report.seconds)}, {report.uploads_per_second:.1f} uploads a second"),
        ("upload to end", _times(p50=times.p50, p95=times.p95, p99=times.p99)),
        ("deepest queue", f"{report.deepest} waiting"),
    ]


def _faults(report: Report) -> Iterable[str]:
    said = asdict(report.findings)
    for kind, cases in said.items():
        if cases:
            yield f"{kind}: {len(cases)}"
            yield from (f"  {case}" for case in cases[:_SHOWN])
    if report.timed_out:
        yield "It was given up before all uploads had ended."
    if report.unsent:
        yield f"{len(report.unsent)} uploads could not be sent."
        yield from (f"  {case}" for case in report.unsent[:_SHOWN])


def _announced(endpoint: EndpointReport) -> str:
    return (
        f"told of {endpoint.announced}, {_times(p50=endpoint.p50, p99=endpoint.p99)} after the end; "
        f"{endpoint.repeats} again under the same id, {endpoint.unknowing} of them unanswered before"
    )


def _times(**seconds: float | None) -> str:
    return ", ".join(
        f"{name} {'-' if value is None else f'{value:.0f} s'}" for name, value in seconds.items()
    )


def _failed(endpoints: Mapping[str, EndpointReport]) -> dict[str, int]:
    """Return what all receivers did wrong, by kind."""
    outcomes = sum((collections.Counter(each.outcomes) for each in endpoints.values()), collections.Counter())
    return {name: number for name, number in sorted(outcomes.items()) if name != Outcome.TAKEN.value}


def _counted(counts: Mapping[str, int], joint: str = " ") -> str:
    said = {_SAID.get(kind, kind.replace("_", " ")): number for kind, number in counts.items()}
    return ", ".join(f"{number}{joint}{kind}" for kind, number in said.items() if number) or "none"


def _shortened(counts: Mapping[str, int]) -> dict[str, int]:
    """Leave out the words that all names begin and end with."""
    names = {name: name.split("-") for name in counts}
    for end in (0, -1):
        while len(names) > 1 and len({words[end] for words in names.values()}) == 1:
            for words in names.values():
                del words[end]
    return {"-".join(names[name]): number for name, number in counts.items()}


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
