"""Compare what endpoints were sent with how assets ended. Pure."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.chaos.webhooks.receipts import Outcome, Receipt
from sandbox.runtime.percentiles import percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How an attempt of an asset ended, and when (epoch seconds), as its record has it."""

    asset_id: str
    attempt: int
    status: str
    at: float | None = None

    @property
    def webhook_id(self) -> str:
        """Return the id under which every endpoint is told of it."""
        return f"{self.asset_id}/{self.attempt}/{self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReport:
    """What one endpoint was sent.

    Attributes:
        announced: Ends that it has taken.
        repeats: Webhooks that it had taken before, under the same id.
        unknowing: Of these, such whose sender had no answer, or one too late.
        p50: Seconds from an end to its first taken webhook; None where there is none.
        p99: The same.
        outcomes: Requests, by what became of them.
    """

    announced: int
    repeats: int
    unknowing: int
    p50: float | None
    p99: float | None
    outcomes: Mapping[str, int]


def unannounced(ends: Iterable[End], receipts: Iterable[Receipt], endpoints: Sequence[str]) -> list[str]:
    """Return what an endpoint was not told of, each with the endpoint."""
    told = {(each.endpoint, each.webhook_id) for each in receipts if each.outcome.is_taken}
    return [
        f"{endpoint}: {end.webhook_id}"
        for end in ends
        for endpoint in endpoints
        if (endpoint, end.webhook_id) not in told
    ]


def doubled(receipts: Iterable[Receipt]) -> list[str]:
    """Return what receivers can't recognize as one: an end under two ids, or two payloads of an id."""
    ids: dict[tuple[str, int], set[str]] = collections.defaultdict(set)
    payloads: dict[str, set[str]] = collections.defaultdict(set)
    for each in receipts:
        if each.outcome is not Outcome.UNVERIFIED:
            ids[each.asset_id, each.attempt].add(each.webhook_id)
            payloads[each.webhook_id].add(each.digest)
    return [
        *(
            f"{asset_id}, attempt {attempt}: {', '.join(sorted(found))}"
            for (asset_id, attempt), found in sorted(ids.items())
            if len(found) > 1
        ),
        *(
            f"{webhook_id}: {len(found)} payloads"
            for webhook_id, found in sorted(payloads.items())
            if len(found) > 1
        ),
    ]


def untrue(ends: Iterable[End], receipts: Iterable[Receipt], asset_ids: frozenset[str]) -> list[str]:
    """Return what endpoints were told of the load test's assets, and is in no record."""
    known = {end.webhook_id for end in ends}
    told = {each.webhook_id for each in receipts if each.asset_id in asset_ids}
    return sorted(told - known)


def unverified(receipts: Iterable[Receipt]) -> list[str]:
    """Return the requests whose signature did not verify."""
    return [
        f"{each.endpoint}: {each.webhook_id or 'no id'}"
        for each in receipts
        if each.outcome is Outcome.UNVERIFIED
    ]


def endpoint_report(endpoint: str, ends: Iterable[End], receipts: Iterable[Receipt]) -> EndpointReport:
    """Return what one endpoint was sent."""
    own = sorted((each for each in receipts if each.endpoint == endpoint), key=lambda each: each.at)
    taken: dict[str, list[Receipt]] = collections.defaultdict(list)
    for each in own:
        if each.outcome.is_taken:
            taken[each.webhook_id].append(each)
    ended_at = {end.webhook_id: end.at for end in ends if end.at is not None}
    times = sorted(
        max(found[0].at - ended_at[webhook_id], 0.0)
        for webhook_id, found in taken.items()
        if webhook_id in ended_at
    )
    again = [before for found in taken.values() for before in found[:-1]]
    return EndpointReport(
        announced=len(taken),
        repeats=len(again),
        unknowing=sum(each.outcome is not Outcome.TAKEN for each in again),
        p50=percentile(times, 50),
        p99=percentile(times, 99),
        outcomes=dict(collections.Counter(each.outcome.value for each in own)),
    )
