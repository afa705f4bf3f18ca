"""Keep what is spent within its caps: an asset's price by itself, and the sums of days, months and uploaders.

An upload that a sum has no room for waits in the queue, as long as it takes: the day or month may end, an
operator may raise the cap, and nothing is lost. One that is too dear by itself fails with TOO_EXPENSIVE, or
waits as well; an operator's forced replay lets it through. A price that isn't known is above any cap of one
asset, and counts as nothing on the sums. Without caps nothing is counted, and no request is made.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from media_pipeline.domain import transitions
from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import CapReachedError
from media_pipeline.domain.failures import failure
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.spending.reservation import (
    Counter,
    Ledger,
    Reservation,
    changes,
    dollars,
    micro_usd,
    refunded,
    uncapped,
)
from media_pipeline.telemetry import logger

# So long after a cap was reached nothing that it is about is looked into: what waits would only be probed
# again and again.
REST = timedelta(seconds=60)


class CapMetrics(Protocol):
    """What is counted of uploads that wait. Raises: nothing."""

    def cap_reached(self) -> None:
        """Count an upload that waits since what may be spent is spent."""
        ...


class Budget:
    """Admit jobs within the caps, and write down what they cost together with their plan.

    `longest_wait` is what a message waits at most until it is looked at again.
    """

    def __init__(
        self,
        *,
        caps: Caps,
        table: AssetStore,
        ledger: Ledger,
        metrics: CapMetrics,
        clock: Clock,
        longest_wait: timedelta = REST,
    ) -> None:
        self._caps = caps
        self._rest = min(REST, longest_wait)
        self._table = table
        self._ledger = ledger
        self._metrics = metrics
        self._clock = clock
        # When each counter last had no room, and what it said.
        self._reached: dict[str, tuple[datetime, str]] = {}

    def check_open(self, asset: Asset) -> None:
        """Raise CapReachedError where a cap on it was reached just now, but for what is counted already."""
        if not self._reached or Reservation.of(asset) is not None:
            return
        now = self._clock()
        self._reached = {name: found for name, found in self._reached.items() if now - found[0] < self._rest}
        for counter in self._caps.counters(asset.upload.key, now):
            if counter.id in self._reached:
                self._metrics.cap_reached()
                raise CapReachedError(self._reached[counter.id][1], counter=counter.id)

    def check_price(self, asset: Asset, quote: Mapping[str, Any] | None) -> None:
        """Raise what an asset ends with, or waits for, that is too dear by itself."""
        cap = self._caps.asset
        if cap is None or asset.is_cap_waived:
            return
        is_known = quote is not None and not quote["unpriced"]
        if quote is not None and is_known and micro_usd(quote["usd"]) <= cap:
            return
        price = f"${quote['usd']}" if quote is not None and is_known else "an unknown amount"
        if self._caps.waits:
            self._metrics.cap_reached()
            raise CapReachedError(f"the job costs {price}, above the cap of {dollars(cap)} for one asset")
        raise failure("TOO_EXPENSIVE").fault(price=price, cap=dollars(cap))

    def record_plan(self, asset: Asset, *, quote: Mapping[str, Any] | None, **plan: Any) -> bool:
        """Write down what is about to be submitted, and count it; tell whether the claim still holds.

        `plan` is what else `AssetStore.record_plan` takes. Raises CapReachedError where a sum has no room for
        it: then nothing is written.
        """
        now, before = self._clock(), Reservation.of(asset)
        counters = self._counters(asset, before, now) if quote else ()
        micro = micro_usd(quote["usd"]) if quote and counters else 0
        reserved = Reservation(
            attempt=asset.attempt, micro_usd=micro, counters=tuple(counter.id for counter in counters)
        )
        plan |= {"quote": quote, "reservation": reserved.as_record() if counters else None}
        changed = changes(before, micro, counters, now=now)
        if not changed:
            return self._table.record_plan(asset, **plan)
        try:
            return self._ledger.book(asset.asset_id, transitions.planned(asset, **plan), changed)
        except CapReachedError as reached:
            if reached.counter is not None:
                self._reached[reached.counter] = now, str(reached)
            self._metrics.cap_reached()
            raise

    def _counters(self, asset: Asset, before: Reservation | None, now: datetime) -> tuple[Counter, ...]:
        """Return the counters that an attempt is on; what was counted stays on the day when it was."""
        if before is not None and before.attempt == asset.attempt:
            return tuple(uncapped(name, now) for name in before.counters)
        return self._caps.counters(asset.upload.key, now) if self._caps.has_counters else ()


class Refunds:
    """Take what ended without a job off the counters, once."""

    def __init__(self, *, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def refund(self, asset: Asset) -> None:
        """Give back what an attempt reserved that has ended without a job."""
        reserved = Reservation.of(asset)
        if reserved is None or asset.job_id is not None or not asset.is_terminal:
            return
        taken_off = changes(reserved, 0, (), now=self._clock())
        if self._ledger.book(asset.asset_id, refunded(asset), taken_off):
            logger.info("Not spent", reserved=dollars(reserved.micro_usd))
