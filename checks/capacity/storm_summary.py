"""Make storm.json of a load test: `make chaos > OUTPUT`, then `python -m checks.capacity.storm_summary`.

The sandbox's times follow from how many uploads a second came through while its functions had no rest, by the
service demand law: a station that is always busy, and completes X a second with c executions, needs c / X
seconds of an execution for each.

Source: Denning and Buzen, "The Operational Analysis of Queueing Network Models", ACM Computing Surveys, 1978.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from checks.capacity.storm import PATH
from media_pipeline.handlers.ingest_orchestrator import SUBMIT_TIMEOUT_SECONDS
from sandbox.chaos.settings import LoadTestSettings
from stacks.functions import JOB_EVENTS_PER_BATCH
from stacks.settings import ENVIRONMENTS

# The last lines, when all have ended, tell no more of what was sent.
_PROGRESS = re.compile(r": (?P<ended>\d+) of \d+ uploads, .*?(; (?P<sent>\d+) sent.*)?$", re.M)
# The end of a job takes about so many times what another event takes, since it is verified; one that comes
# too late is read against the record and no more; and an execution that submits takes so many times what one
# does that finds nothing to do. Estimates: how they divide what is measured together matters little.
END_TO_EVENT, STALE_TO_EVENT, SUBMIT_TO_LOOK = 4.0, 0.5, 2.5
# Two events come before a job's end: that it begins, and what its inputs are.
_EVENTS_BEFORE_END = 2
# Jobs are instant: their files are made up, and written. None of it holds the others back.
_JOB_SECONDS, _GAP_SECONDS, _DELIVERY_SECONDS = (0.2, 0.4), 0.02, 0.1
# Times vary: from half to one and a half of their mean.
_SPREAD = (0.5, 1.0, 1.5)
# What is left after that is repaired, minutes later: then the functions rest.
_LAST = 0.95
_SLOTS = 2  # Source: sandbox.mediaconvert.server.ServiceSettings.concurrent_jobs


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold how many uploads had ended, and were sent, at a line of the output."""

    ended: int
    sent: int


def progress(output: str) -> list[Seen]:
    """Return what the lines of a load test's output tell, in their order."""
    seen: list[Seen] = []
    for found in _PROGRESS.finditer(output):
        seen.append(Seen(int(found["ended"]), int(found["sent"] or seen[-1].sent)))
    return seen


def summary(lines: Sequence[Seen], report: Mapping[str, Any], *, command: str, date: str) -> dict[str, Any]:
    """Return what storm.json holds of a load test's lines and its report."""
    versions, seconds = report["versions"], report["seconds"]
    step = seconds / len(lines)
    sent = max(line.sent for line in lines)
    sending = next(number for number, line in enumerate(lines) if line.sent == sent)
    last = next(number for number, line in enumerate(lines) if line.ended >= _LAST * versions)
    executions = ENVIRONMENTS["sandbox"].processing_concurrency
    repaired = sum(number for kind, number in report["repairs"].items() if kind.startswith("missed_"))

    def share(function: str, until: int, number: float) -> float:
        """Return which share of a function's executions died, of the kills while it had no rest."""
        kills = sum(count for name, count in report["killed"].items() if function in name)
        return round(float(kills) * until / len(lines) / number, 4)

    missed, with_job = repaired / report["jobs"], report["attempts"] / versions
    settings = LoadTestSettings(uploads=versions)
    faults = settings.mediaconvert
    delivered = (1 - faults.drop_events) * (1 + faults.duplicate_events)
    events = (_EVENTS_BEFORE_END + 1) * delivered
    killed_events = share("job-status-processor", last, events * report["jobs"] / JOB_EVENTS_PER_BATCH)
    # The time between two executions, and half of those that die, is no work.
    idle, lost = events / JOB_EVENTS_PER_BATCH * _GAP_SECONDS, 1 + killed_events / 2
    slow = (executions / (_rate(lines, 0, sending, step) * with_job) - idle) / lost
    quick = (executions / (_rate(lines, sending, last, step) * with_job) - idle) / lost
    factor = slow / quick
    # A job's events, in units of one that moves its asset along. What the reconciler was faster with is stale
    # when its events come.
    before, twice = _EVENTS_BEFORE_END * delivered, faults.duplicate_events
    refused = faults.throttle + faults.server_error
    lively = before + END_TO_EVENT + refused + twice * STALE_TO_EVENT
    stale = (before + delivered) * STALE_TO_EVENT
    event = quick / ((1 - missed) * lively + missed * stale)
    # What is refused comes back, what is sent twice is looked at twice, what is lost is announced again.
    looks = 2 * refused + settings.upload_events.duplicate_events + settings.upload_events.drop_events
    unanswered = faults.timeout_after_accept * SUBMIT_TIMEOUT_SECONDS
    demand = executions * sending * step / versions - unanswered - _GAP_SECONDS * (1 + looks)
    submit = demand / factor / (1 + looks / SUBMIT_TO_LOOK)
    return {
        "command": command,
        "date": date,
        "slots": _SLOTS,
        "uploads": versions,
        "arrival_seconds": round(step, 2),
        "arrivals": _arrivals(lines[: sending + 1], sent, versions),
        "seconds_to_end": {name: round(value, 1) for name, value in report["seconds_to_end"].items()},
        "times": {
            "submit": _spread(submit),
            "look": _spread(submit / SUBMIT_TO_LOOK),
            "event": _spread(event),
            "stale": _spread(event * STALE_TO_EVENT),
            "end": _spread(event * END_TO_EVENT),
            "job": _JOB_SECONDS,
            "gap": _GAP_SECONDS,
            "delivery": _DELIVERY_SECONDS,
            # It had no rest either, from when assets were overdue on.
            "repair": round((last * step - ENVIRONMENTS["sandbox"].stuck_after_seconds) / repaired, 3),
        },
        "slow_until": round(sending * step, 1),
        "slow_factor": round(factor, 3),
        "without_job": round(1 - report["attempts"] / versions, 4),
        "killed_uploads": share("ingest-orchestrator", sending, versions * (1 + looks)),
        "killed_events": killed_events,
        "away_seconds": sum(report["restart_seconds"]),
    }


def _rate(lines: Sequence[Seen], begin: int, end: int, step: float) -> float:
    return (lines[end].ended - lines[begin].ended) / ((end - begin) * step)


def _arrivals(lines: Sequence[Seen], sent: int, versions: int) -> list[int]:
    """Return how many uploads with a record arrived by each line: captions and the like are sent as well."""
    whole = [0, *(round(line.sent * versions / sent) for line in lines)]
    return [later - sooner for sooner, later in pairwise(whole)]


def _spread(mean: float) -> list[float]:
    return [round(mean * part, 4) for part in _SPREAD]


def main(arguments: Sequence[str]) -> int:
    """Write storm.json."""
    parser = argparse.ArgumentParser(prog="python -m checks.capacity.storm_summary", description=__doc__)
    parser.add_argument("output", type=Path, help="what `make chaos` printed")
    parser.add_argument("report", type=Path, help="its chaos-report.json")
    parser.add_argument("--command", required=True, help="the command, as a person gave it")
    parser.add_argument("--date", required=True, help="when, as 2026-11-30")
    options = parser.parse_args(arguments)
    report = json.loads(options.report.read_text(encoding="utf-8"))
    lines = progress(options.output.read_text(encoding="utf-8"))
    found = summary(lines, report, command=options.command, date=options.date)
    PATH.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {PATH.name}: {found['uploads']} uploads, {found['seconds_to_end']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
