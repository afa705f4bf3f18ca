"""What encoding cost: sums over assets' records, by profile and day, and what the month is going to cost.

What a job costs is what it reported at its end (`billed_usd`), and before that its quote. MediaConvert bills
no job that failed: such an attempt costs nothing, unless its outputs were made and found wanting. Records of
releases without quotes count as nothing.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.clock import instant

DEAREST = 10
_UNPAID = frozenset({AssetStatus.FAILED.value, AssetStatus.CANCELED.value})
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Hold what the job of one attempt cost, and when it did."""

    asset_id: str
    key: str
    profile: str
    at: datetime
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Hold how many jobs cost how much."""

    jobs: int
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Hold what was spent within a time, and what the month is going to cost at that pace."""

    total: Sum
    by_profile: dict[str, Sum]
    by_day: dict[tuple[str, str], Sum]
    dearest: Sequence[Job]
    this_month: Decimal
    forecast: Decimal


def beginning(now: datetime, days: int) -> datetime:
    """Return since when records are needed: for the days, and for the month."""
    return min(now - timedelta(days=days), now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def costs(assets: Iterable[Asset], *, now: datetime, days: int) -> Costs:
    """Return what the jobs of the last days cost, and the month's forecast.

    The forecast adds to what the month has cost so far the average of those days for the rest of it.
    """
    found = [job for asset in assets for job in _jobs(asset)]
    since = now - timedelta(days=days)
    recent = [job for job in found if job.at >= since]
    month = [job for job in found if (job.at.year, job.at.month) == (now.year, now.month)]
    total = _sum(recent)
    by_profile: dict[str, list[Job]] = defaultdict(list)
    by_day: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in recent:
        by_profile[job.profile].append(job)
        by_day[job.at.date().isoformat(), job.profile].append(job)
    this_month = _sum(month).usd
    last_day = monthrange(now.year, now.month)[1]
    end = now.replace(day=last_day, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rest_days = Decimal((end - now).total_seconds()) / 86_400
    return Costs(
        total=total,
        by_profile={name: _sum(jobs) for name, jobs in sorted(by_profile.items())},
        by_day={name: _sum(jobs) for name, jobs in sorted(by_day.items())},
        dearest=sorted(recent, key=lambda job: (-job.usd, job.asset_id))[:DEAREST],
        this_month=this_month,
        forecast=this_month + total.usd / days * rest_days,
    )


def _jobs(asset: Asset) -> Iterator[Job]:
    """Yield the jobs of all attempts that had one and were quoted."""
    current: dict[str, Any] = {
        **asset.as_past_attempt,
        # A job's price is spent when it is submitted.
        "completed_at": asset.submitted_at,
    }
    for attempt in (*asset.past_attempts, current):
        at, quoted = attempt.get("completed_at"), attempt.get("quote_usd")
        if not attempt.get("job_id") or at is None or quoted is None:
            continue
        billed = attempt.get("billed_usd")
        usd = Decimal(billed if billed is not None else quoted)
        if billed is None and attempt["status"] in _UNPAID:
            usd = _NOTHING
        yield Job(
            asset_id=asset.asset_id,
            key=asset.upload.key,
            profile=asset.profile or "unknown",
            at=instant(at),
            usd=usd,
        )


def _sum(jobs: Sequence[Job]) -> Sum:
    return Sum(jobs=len(jobs), usd=sum((job.usd for job in jobs), _NOTHING))
