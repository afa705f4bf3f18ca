"""The result of a load on the API: a table for people, JSON for programs."""

from __future__ import annotations

import collections
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.api_load.schedule import NO_ANSWER, Run, Sample
from sandbox.runtime.folder import write_json
from sandbox.runtime.percentiles import percentile

COLUMNS = 80
_THROTTLED = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What became of requests of one name, or of all.

    Attributes:
        requests: How many were sent.
        throttled: Answers of 429.
        server_errors: Answers of 5xx.
        refused: Other answers that are no success.
        unanswered: Requests without an answer in time.
        p50: Seconds from when a request was due, of all that were answered; None where none was.
        p99: The same.
        longest: The same.
    """

    requests: int
    throttled: int
    server_errors: int
    refused: int
    unanswered: int
    p50: float | None
    p99: float | None
    longest: float | None

    @property
    def is_faultless(self) -> bool:
        """Whether every request had a success for an answer."""
        return not (self.throttled or self.server_errors or self.refused or self.unanswered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One load.

    Attributes:
        per_second: Requests that were due in a second.
        answered_per_second: Answers in a second, until the last one.
        seconds: How long the API was asked.
        assets: Assets that were there to read.
        usual_limit: What the API's stage lets through otherwise.
        api: All reads of the API.
        unsent: Reads that could not be sent in time.
        by_read: The reads by their names.
        bare: The bare function at the same rate.
    """

    per_second: float
    answered_per_second: float
    seconds: float
    assets: int
    usual_limit: str
    api: Measured
    unsent: int
    by_read: Mapping[str, Measured]
    bare: Measured

    @property
    def ratio(self) -> float | None:
        """How many times the bare function's 99th percentile the API's is."""
        return self.api.p99 / self.bare.p99 if self.api.p99 and self.bare.p99 else None

    @property
    def passed(self) -> bool:
        """Whether every read was sent, and answered with a success."""
        return self.api.is_faultless and not self.unsent

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        write_json(path, {"passed": self.passed, "ratio": self.ratio, **asdict(self)})


def measured(samples: Sequence[Sample]) -> Measured:
    """Return what became of requests."""
    statuses = [sample.status for sample in samples]
    times = sorted(sample.seconds for sample in samples if sample.status != NO_ANSWER)
    succeeded = sum(200 <= status < 300 for status in statuses)
    throttled = statuses.count(_THROTTLED)
    errors = sum(status >= 500 for status in statuses)
    unanswered = statuses.count(NO_ANSWER)
    return Measured(
        requests=len(samples),
        throttled=throttled,
        server_errors=errors,
        refused=len(samples) - succeeded - throttled - errors - unanswered,
        unanswered=unanswered,
        p50=percentile(times, 50),
        p99=percentile(times, 99),
        longest=times[-1] if times else None,
    )


def by_name(run: Run) -> dict[str, Measured]:
    """Return what became of the requests of each name, the most frequent first."""
    named: dict[str, list[Sample]] = collections.defaultdict(list)
    for sample in run.samples:
        named[sample.name].append(sample)
    return {name: measured(named[name]) for name in sorted(named, key=lambda each: -len(named[each]))}


def lines(report: Report) -> list[str]:
    """Return the report for a terminal of 80 columns."""
    table = Table(width=COLUMNS)
    table.add_column("", no_wrap=True)
    for name in ("requests", "p50 ms", "p99 ms", "max ms", "5xx", "429", "other"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, each in report.by_read.items():
        table.add_row(name, *_figures(each))
    table.add_section()
    table.add_row("all reads", *_figures(report.api))
    table.add_row("bare function", *_figures(report.bare))
    out = io.StringIO()
    Console(file=out, width=COLUMNS, highlight=False, markup=False, legacy_windows=False).print(table)
    return [*out.getvalue().rstrip().splitlines(), *_summary(report)]


def _summary(report: Report) -> Iterable[str]:
    ratio = "-" if report.ratio is None else f"{report.ratio:.1f}"
    yield (
        f"{report.per_second:g} requests a second were due for {report.seconds:.0f} s, "
        f"{report.answered_per_second:.1f} a second were answered."
    )
    yield f"The API's p99 is {ratio} times that of a bare function in the same local AWS."
    yield f"{report.assets} assets to read. The limits of the API's stage were raised meanwhile:"
    yield f"usually it lets {report.usual_limit} through."
    if report.unsent:
        yield f"{report.unsent} requests could not be sent in time."


def _figures(each: Measured) -> list[str]:
    times = ["-" if value is None else f"{value * 1000:.0f}" for value in (each.p50, each.p99, each.longest)]
    counts = (each.server_errors, each.throttled, each.refused + each.unanswered)
    return [str(each.requests), *times, *map(str, counts)]
