"""The tables of docs/scale.md, from the results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from checks.capacity import films
from checks.capacity.arrivals import Shape
from checks.capacity.results import ASKED, BUSIEST, SHIPPED, Basis, Results, Row
from checks.capacity.scenarios import UPLOADS_A_DAY, loads, mean, times_of
from checks.capacity.storm import Comparison, Storm
from checks.docs.regions import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"
# A mark of its own: `make docs` must not need a simulation.
_REGION = re.compile(r"^<!-- simulated: (?P<name>[a-z-]+) -->\n.*?^<!-- end of it -->$", re.M | re.S)


def filled(page: str, basis: Basis, results: Results) -> str:
    """Return the page with each table in its place.

    Raises KeyError where a region has a name that no table has.
    """
    made = tables(basis, results)
    return _REGION.sub(
        lambda found: f"<!-- simulated: {found['name']} -->\n\n{made[found['name']]}\n\n<!-- end of it -->",
        page,
    )


def tables(basis: Basis, results: Results) -> Mapping[str, str]:
    """Return every table, in Markdown, by its name."""
    return {
        "bends": _bends(basis),
        "days": _days(results, SHIPPED),
        "days-asked": _days(results, ASKED),
        "peaks": _peaks(basis, results),
        "times": _times(basis),
        "comparison": _comparison(basis.storm, results.comparison),
        "quotas": _quotas(basis),
    }


def region_names(page: str) -> list[str]:
    """Return the names of a page's tables, in their order."""
    return [found["name"] for found in _REGION.finditer(page)]


def _days(results: Results, quotas: str) -> str:
    rows = [row for row in results.rows if row.quotas == quotas]
    return table(
        "uploads a day | arrivals | p50 | p95 | p99 | deepest queue | oldest message | in the DLQ "
        "| open after 2 days | encoding | all else",
        (
            (
                f"{row.uploads:,}",
                row.shape,
                *(span(seconds) for seconds in (row.p50, row.p95, row.p99)),
                f"{row.deepest:,}",
                span(row.oldest_seconds),
                f"{row.dead:,}",
                f"{row.open:,}",
                f"${row.encoding_usd:,.0f}",
                f"${row.pipeline_usd:,.2f}",
            )
            for row in rows
        ),
    )


def _bends(basis: Basis) -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for uploads in UPLOADS_A_DAY:
            setup, limits = basis.environment(uploads, ASKED)
            asked = {
                "mediaconvert_jobs": limits.mediaconvert_jobs,
                "max_jobs_in_flight": setup.max_jobs_in_flight,
                "create_job_rate": limits.create_job_rate,
                "read_rate": limits.read_rate,
                "processing_concurrency": setup.processing_concurrency,
            }
            for load in loads(uploads, BUSIEST, basis.setup, basis.limits, times_of(basis.storm)):
                wants = asked[load.id]
                yield (
                    f"{uploads:,}",
                    load.name,
                    _number(load.needed),
                    _number(load.has),
                    f"**{load.ratio:.0%}**" if load.ratio > 1 else f"{load.ratio:.0%}",
                    f"{_number(wants)}" if wants > load.has else "as it is",
                )

    return table("uploads a day | what | needed | there is | that is | to ask for, or to set", rows())


def _peaks(basis: Basis, results: Results) -> str:
    busy = (Shape.BUSINESS.value, Shape.BULK.value)
    largest = max(UPLOADS_A_DAY)
    shown: list[Row] = [
        row
        for row in results.rows
        if row.uploads > min(UPLOADS_A_DAY)
        and row.shape in busy
        and (row.quotas == ASKED or (row.uploads == largest and row.shape == BUSIEST.value))
    ]
    columns = " | ".join(
        f"{row.uploads:,}, {row.shape}{', as an account begins' if row.quotas == SHIPPED else ''}"
        for row in shown
    )

    def rows() -> Iterator[tuple[str, ...]]:
        for quota in basis.quotas.values():
            if quota.id in shown[0].peaks:
                peaks = (row.peaks[quota.id] for row in shown)
                yield quota.name, f"{_number(quota.value)} {quota.unit}", *(_number(each) for each in peaks)
        for status in sorted({name for row in shown for name in row.heat}):
            heat = (row.heat.get(status, 0.0) for row in shown)
            yield f"of it: `{status}`", "1,000 units a second", *(_number(each) for each in heat)

    return table(f"what | quota | {columns}", rows())


def _times(basis: Basis) -> str:
    times = times_of(basis.storm)
    measured = f"measured: `{basis.storm.command}`"
    samples: Sequence[tuple[str, Sequence[float], str]] = (
        ("an execution that submits a job", times.submit, measured),
        ("one that finds nothing to do, or has to wait", times.look, measured),
        ("a job event", times.event, measured),
        ("the end of a job, verified", times.end, measured),
        ("a job of MediaConvert's", times.job, "assumed: `checks/capacity/films.py`"),
    )
    rows = [
        (what, _seconds(mean(sample)), _seconds(sample[len(sample) // 2]), _seconds(sample[-1]), source)
        for what, sample, source in samples
    ]
    return table("what | mean | median | longest | where from", rows) + (
        f"\n\nFilms are {films.MINUTES[0]:g} to {films.MINUTES[-1]:g} minutes long, "
        f"{films.MEAN_MINUTES:.1f} on average; a job takes {films.REAL_TIME_FACTOR:g} times its film's "
        f"length and {films.JOB_SECONDS_BESIDE:g} s. A minute costs ${basis.prices.minute:.3f} with the "
        "default profile in Full HD."
    )


def _comparison(storm: Storm, comparison: Sequence[Comparison]) -> str:
    rows = [
        (
            f"p{each.percent} of the seconds from upload to end",
            f"{each.measured:.0f} s",
            f"{each.simulated:.0f} s",
            f"{each.difference:+.0%}",
        )
        for each in comparison
    ]
    return table(f"`{storm.command}`, {storm.date} | measured | simulated | off by", rows)


def _quotas(basis: Basis) -> str:
    return table(
        "quota | by default | adjustable | settled | source, and its date",
        (
            (
                quota.name,
                f"{_number(quota.value)} {quota.unit}"
                + (f", {_number(quota.burst)} at once" if quota.burst else ""),
                "yes" if quota.adjustable else "no",
                "yes" if quota.is_settled else "**no**",
                f"[{quota.date}]({quota.source}). {quota.note}".rstrip(),
            )
            for quota in basis.quotas.values()
        ),
    )


def span(seconds: float | None) -> str:
    """Return a time for a table's cell: in seconds, minutes or hours."""
    if seconds is None:
        return "later"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.2g}"
