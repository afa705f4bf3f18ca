"""Compare what was counted with what was submitted. Pure."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Sequence

from sandbox.chaos.evidence import Evidence
from sandbox.chaos.spending.day_cap import CapReport

# Waiting for a cap is neither.
_ERRORS_OF_WAITING = ("NEVER_SUBMITTED", "TOO_EXPENSIVE")
_MICRO = 1_000_000


def quoted(evidence: Evidence) -> int:
    """Return what all jobs that records name were quoted at, in millionths of a dollar.

    A job that no record names was submitted while its asset ended: what it costs was given back.
    """
    quotes = {record.asset_id: record.quotes for record in evidence.records}
    named = {(record.asset_id, record.job_id) for record in evidence.records}
    jobs = collections.Counter(
        (job.asset_id, job.attempt) for job in evidence.jobs if (job.asset_id, job.job_id) in named
    )
    return sum(quotes[asset_id].get(attempt, 0) * number for (asset_id, attempt), number in jobs.items())


def misspent(evidence: Evidence, cap: CapReport | None) -> Iterator[str]:
    """Say what is wrong with what was counted, with the cap, and with what waited for it."""
    if cap is None:
        return
    total = quoted(evidence)
    if cap.counted_micro_usd != total:
        yield f"{usd(cap.counted_micro_usd)} was counted, and the jobs' quotes add up to {usd(total)}"
    for record in evidence.records:
        if record.error_code in _ERRORS_OF_WAITING:
            yield f"{record.asset_id} ({record.key}): {record.error_code}"
    if cap.cap_micro_usd is None or cap.reached_micro_usd is None:
        yield "the cap was never reached, or never raised"
        return
    if cap.reached_micro_usd > cap.cap_micro_usd:
        yield f"{usd(cap.reached_micro_usd)} was spent under a cap of {usd(cap.cap_micro_usd)}"
    if not cap.waiting:
        yield "no upload waited for the cap to be raised"
    if cap.dead_letters:
        yield f"{cap.dead_letters} messages became dead letters while uploads waited"


def rows(cap: CapReport, *, quoted_micro_usd: int, findings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the rows of a report about a cap."""
    set_to = "never set" if cap.cap_micro_usd is None else usd(cap.cap_micro_usd)
    reached = (
        "never reached" if cap.reached_micro_usd is None else f"{usd(cap.reached_micro_usd)} of it spent"
    )
    yield (
        "a day's cap",
        f"{set_to}, {reached}; then {cap.waiting} uploads waited {cap.waited_seconds:.0f} s, "
        f"{cap.dead_letters} dead letters came of it, and it was raised",
    )
    yield "counted", f"{usd(cap.counted_micro_usd)}, the jobs' quotes add up to {usd(quoted_micro_usd)}"
    yield "misspent", str(len(findings))


def usd(micro: int) -> str:
    """Return an amount for people."""
    return f"${micro / _MICRO:.4f}"
