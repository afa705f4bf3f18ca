"""What the pipeline asks of AWS: requests and writes of each thing it does, against the quotas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.capacity.films import FILES_A_MINUTE, MEAN_MINUTES
from checks.capacity.model.mediaconvert import CREATE, GET, PROBE, SEARCH
from checks.capacity.model.simulation import Outcome
from checks.capacity.model.world import STRETCH_SECONDS
from media_pipeline.domain.status_index import SHARDS

# Writes of the status index by what happens and the status: a change of status removes an entry and adds one,
# a change of its time does so too. Held by tests/unit/media_pipeline/adapters/test_index_capacity.py.
INDEX_WRITES: Mapping[str, Mapping[str, int]] = {
    "claimed anew": {"RECEIVED": 1},
    "registered": {"RECEIVED": 1},
    "claimed again": {"RECEIVED": 2},
    "released": {"RECEIVED": 2},
    "announced again": {"RECEIVED": 2},
    "submitted": {"RECEIVED": 1, "SUBMITTED": 1},
    "began": {"SUBMITTED": 1, "PROCESSING": 1},
    "progressed": {"PROCESSING": 2},
    "found alive": {"PROCESSING": 2},
    "ended": {"PROCESSING": 1, "VERIFYING": 2, "COMPLETE": 2},
    "ended without a job": {"RECEIVED": 1, "FAILED": 2},
}
# Write units of the table: a record has less than 1 KB until it is planned, and grows with its outputs. These
# are estimates, on the large side.
_EARLY, _PLANNED, _COMPLETE = 1, 9, 15
TABLE_WRITES: Mapping[str, int] = {
    "claimed anew": _EARLY,
    "registered": _EARLY,
    "claimed again": _PLANNED,
    "released": _PLANNED,
    "announced again": _EARLY,
    "planned": _PLANNED,
    "submitted": _PLANNED,
    "began": _PLANNED,
    "progressed": _PLANNED,
    "found alive": _PLANNED,
    "ended": _PLANNED + 2 * _COMPLETE,
    "ended without a job": 2 * _EARLY,
}
# Requests of the functions to S3: what the upload's key holds; at the end that again, a listing, manifests
# and the heads of files, and what is written of the storyboard.
S3_READS: Mapping[str, int] = {"claimed anew": 1, "claimed again": 1, "ended": 24}
S3_WRITES: Mapping[str, float] = {"uploaded": 1, "ended": 4 + FILES_A_MINUTE * MEAN_MINUTES}
SNS: Mapping[str, int] = {"ended": 1, "ended without a job": 1}
_READ_OPERATIONS = (PROBE, SEARCH, GET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """Hold the most that was asked for in a second, by quota, and of the index's partitions by status."""

    by_quota: Mapping[str, float]
    by_status: Mapping[str, float]


def peaks(outcome: Outcome, weight: int) -> Peaks:
    """Return what the busiest ten seconds of a simulation asked for, for each second of them."""
    stretches = outcome.by_stretch
    index: dict[str, Counter[int]] = defaultdict(Counter)
    for (kind, stretch), number in stretches.items():
        for status, writes in INDEX_WRITES.get(kind, {}).items():
            index[status][stretch] += number * writes

    def busiest(requests: Mapping[str, float]) -> float:
        sums: dict[int, float] = defaultdict(float)
        for (kind, stretch), number in stretches.items():
            if kind in requests:
                sums[stretch] += number * requests[kind]
        return max(sums.values(), default=0.0) * weight / STRETCH_SECONDS

    by_status = {
        status: max(counts.values()) * weight / STRETCH_SECONDS / SHARDS for status, counts in index.items()
    }
    units = _added(TABLE_WRITES, {kind: sum(each.values()) for kind, each in INDEX_WRITES.items()})
    by_quota = {
        "mediaconvert_jobs": float(outcome.jobs_at_once * weight),
        "mediaconvert_create_job": busiest({CREATE: 1}),
        "mediaconvert_read": max(busiest({operation: 1}) for operation in _READ_OPERATIONS),
        "sqs_in_flight": float(outcome.in_flight * weight),
        "dynamodb_table_writes": busiest(units),
        "dynamodb_partition_writes": max(by_status.values(), default=0.0),
        "s3_prefix_writes": busiest(S3_WRITES),
        "s3_prefix_reads": busiest(S3_READS),
        "kms_symmetric": busiest(_added(S3_READS, S3_WRITES)),
        "eventbridge_invocations": busiest({"event delivered": 1}),
        "sns_publish": busiest(SNS),
    }
    return Peaks(by_quota=by_quota, by_status=by_status)


def summed(counts: Mapping[str, int], each: Mapping[str, float]) -> float:
    """Return the sum over what was done of what each of it takes."""
    return sum(counts.get(kind, 0) * number for kind, number in each.items())


def index_writes(counts: Mapping[str, int]) -> float:
    """Return how many write units of the index all that was done took."""
    return summed(counts, {kind: sum(writes.values()) for kind, writes in INDEX_WRITES.items()})


def _added(*tables: Mapping[str, float] | Mapping[str, int]) -> Mapping[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for table in tables:
        entries: Iterable[tuple[str, float]] = table.items()
        for kind, number in entries:
            sums[kind] += number
    return sums
