"""Reservations: what an attempt's job costs, and the counters that it is on until its end or for good.

An attempt with a job has its price on a counter for its day, one for its month, and one for the month of its
uploader, exactly once. The record says what it has where, and changes together with the counters, in one
transaction: so deliveries may repeat, and invocations may stop anywhere. Amounts are millionths of a dollar.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_record import Check, Condition, RecordWrite
from media_pipeline.domain.values import dataclass

MONTH_KEPT = timedelta(days=800)
_MICRO = 1_000_000


def micro_usd(usd: str) -> int:
    """Return an amount, a decimal number as text, in millionths of a dollar."""
    return int(Decimal(usd) * _MICRO)


def dollars(micro: int) -> str:
    """Return an amount for people."""
    return f"${Decimal(micro) / _MICRO:f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Hold what one attempt has on which counters."""

    attempt: int
    micro_usd: int
    counters: tuple[str, ...]

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps."""
        return {"attempt": self.attempt, "micro_usd": self.micro_usd, "counters": list(self.counters)}

    @classmethod
    def of(cls, asset: Asset) -> "Reservation | None":
        """Return what an asset has reserved and not used.

        What an earlier attempt's job used is no reservation any more.
        """
        record = asset.reservation
        if not record:
            return None
        used = {past["attempt"] for past in asset.past_attempts if past.get("job_id")}
        if record["attempt"] in used:
            return None
        return cls(
            attempt=record["attempt"], micro_usd=record["micro_usd"], counters=tuple(record["counters"])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Name a counter, what it may hold at most (None: any amount), and until when it is kept."""

    id: str
    cap_micro_usd: int | None
    kept_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Hold what a counter counted, and to what an operator raised its cap, None where that never was."""

    micro_usd: int = 0
    raised_micro_usd: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Describe what is added to a counter, or taken off it where it is negative."""

    counter: Counter
    micro_usd: int


def uncapped(name: str, now: datetime) -> Counter:
    """Return a counter from which something is taken, or on which something is already."""
    return Counter(id=name, cap_micro_usd=None, kept_until=now + MONTH_KEPT)


def changes(
    before: Reservation | None, micro: int, counters: Sequence[Counter], *, now: datetime
) -> tuple[Change, ...]:
    """Return how counters change where an amount takes the place of what was reserved before."""
    totals = dict.fromkeys((counter.id for counter in counters), micro)
    for name in before.counters if before else ():
        totals[name] = totals.get(name, 0) - (before.micro_usd if before else 0)
    known = {counter.id: counter for counter in counters}
    return tuple(
        Change(
            counter=known.get(name) or uncapped(name, now),
            micro_usd=total,
        )
        for name, total in totals.items()
        if total
    )


def same_reservation(asset: Asset) -> Condition:
    """Ask that the record has what was reserved when it was read: else it would be counted twice."""
    if asset.reservation:
        return Condition("reservation", Check.EQUAL, asset.reservation)
    return Condition("reservation", Check.ABSENT)


def refunded(asset: Asset) -> RecordWrite:
    """Forget the reservation of an attempt that ended without a job."""
    return RecordWrite(
        conditions=[
            Condition("status", Check.EQUAL, asset.status.value),
            Condition("attempt", Check.EQUAL, asset.attempt),
            Condition("job_id", Check.ABSENT),
            same_reservation(asset),
        ],
        removed=("reservation",),
    )


class Ledger(Protocol):
    """Where counters change together with an asset's record.

    Raises: TransientError and its kin where DynamoDB can't answer.
    """

    def book(self, asset_id: str, write: RecordWrite, changes: Sequence[Change]) -> bool:
        """Write all or nothing; return False where the record's write is refused.

        Raises: CapReachedError where a counter would come above its cap, and above what an operator raised
            that to.
        """
        ...
