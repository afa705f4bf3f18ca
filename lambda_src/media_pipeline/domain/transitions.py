"""Every change of an asset's record, as the write that makes it: what must hold, and what the record learns.

Deliveries repeat, come late and overtake each other. So each change says on what it was decided: the status,
the attempt, the claim, or the very outputs that were read. Where the record is another by then, the write is
refused and changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import MAX_ATTEMPTS, TERMINAL_STATUSES, Asset, AssetStatus, statuses_before
from media_pipeline.domain.asset_record import OF_ONE_ATTEMPT, Check, Condition, RecordWrite, history_entry
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.outputs import poster_key
from media_pipeline.domain.spending.reservation import same_reservation
from media_pipeline.domain.status_index import SHARD_ATTRIBUTE, status_shard
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Describe one step of an asset's status, and what its record learns with it.

    `job_id` is the job that the step is about: the write is refused where the record names another one.
    An end that is no news is not announced.
    `claimed_until` is the claim under which the step was decided: where it was lost meanwhile, or a job is
    known, the write is refused.
    """

    to: AssetStatus
    attempt: int
    at: datetime
    detail: str
    job_id: str | None = None
    claimed_until: str | None = None
    error: AssetError | None = None
    percent: int | None = None
    outputs: Sequence[Mapping[str, Any]] | None = None
    rejected_captions: Sequence[Mapping[str, Any]] | None = None
    rejected_captions_left_out: int | None = None
    captions_seen: str | None = None
    storyboard_fault: str | None = None
    warnings: Sequence[Mapping[str, Any]] | None = None
    warnings_left_out: int | None = None
    expires_at: int | None = None
    billed_usd: str | None = None
    is_news: bool = True

    @property
    def history_entry(self) -> dict[str, Any]:
        """Return the entry that the record's history gains."""
        return history_entry(self.to, attempt=self.attempt, at=self.at, detail=self.detail)

    @property
    def conditions(self) -> Sequence[Condition]:
        """Return what must hold of the record for this step to be taken."""
        found = [
            Condition("attempt", Check.EQUAL, self.attempt),
            Condition("status", Check.ONE_OF, [status.value for status in statuses_before(self.to)]),
        ]
        if self.job_id is not None:
            found.append(Condition("job_id", Check.ABSENT_OR_EQUAL, self.job_id))
        if self.claimed_until is not None:
            found.append(Condition("claimed_until", Check.EQUAL, self.claimed_until))
            found.append(Condition("job_id", Check.ABSENT))
        return found

    def is_admitted_by(self, asset: Asset) -> bool:
        """Tell whether the asset, as it stands, may take this step."""
        record = {
            "attempt": asset.attempt,
            "status": asset.status.value,
            "job_id": asset.job_id,
            "claimed_until": asset.claimed_until,
        }
        return all(condition.holds(record) for condition in self.conditions)


def taken_over(asset: Asset, *, now: datetime, until: datetime) -> RecordWrite:
    """Own the work on an asset whose claim is over."""
    return RecordWrite(
        conditions=_while_claimed(asset), assigned={**_touched(asset, now), "claimed_until": timestamp(until)}
    )


def released(asset: Asset, *, now: datetime) -> RecordWrite:
    """Give a claim back; the asset isn't overdue, so its time runs from now."""
    return taken_over(asset, now=now, until=now)


def planned(
    asset: Asset,
    *,
    profile: str,
    is_public: bool = False,
    preset_versions: Mapping[str, int],
    source_info: Mapping[str, Any],
    planned_outputs: Sequence[Mapping[str, Any]],
    quote: Mapping[str, Any] | None = None,
    reservation: Mapping[str, Any] | None = None,
) -> RecordWrite:
    """Write down what is about to be submitted and what it costs, while the claim holds."""
    return RecordWrite(
        conditions=[*_while_claimed(asset), same_reservation(asset)],
        removed=("reservation",) if asset.reservation and not reservation else (),
        assigned={
            "profile": profile,
            **({"is_public": True} if is_public else {}),
            "preset_versions": preset_versions,
            "source_info": source_info,
            "planned_outputs": planned_outputs,
            **({"quote": quote, "quote_usd": quote["usd"]} if quote else {}),
            **({"reservation": reservation} if reservation else {}),
        },
    )


def advanced(asset_id: str, step: Transition) -> RecordWrite:
    """Take one step of the table of statuses."""
    learned = {
        "job_id": step.job_id,
        "completed_at": timestamp(step.at) if step.to in TERMINAL_STATUSES else None,
        "error": step.error.as_record() if step.error else None,
        "error_code": step.error.code if step.error else None,
        "notified_at": None if step.is_news else timestamp(step.at),
        "progress_percent": step.percent,
        "outputs": step.outputs,
        "poster": poster_key(step.outputs or ()),
        "rejected_captions": step.rejected_captions,
        "rejected_captions_left_out": step.rejected_captions_left_out,
        "captions_seen": step.captions_seen,
        "storyboard_fault": step.storyboard_fault,
        "warnings": step.warnings,
        "warnings_left_out": step.warnings_left_out,
        "expires_at": step.expires_at,
        "billed_usd": step.billed_usd,
    }
    return RecordWrite(
        conditions=step.conditions,
        assigned={
            "status": step.to.value,
            SHARD_ATTRIBUTE: status_shard(step.to.value, asset_id),
            "updated_at": timestamp(step.at),
            **{name: value for name, value in learned.items() if value is not None},
        },
        assigned_once={"submitted_at": timestamp(step.at)} if step.job_id is not None else {},
        appended={"history": step.history_entry},
    )


def replayed(asset: Asset, *, now: datetime, detail: str, waives_cap: bool = False) -> RecordWrite:
    """Begin the next attempt of an asset that has ended; the record forgets what belongs to one attempt.

    What was reserved stays: the next attempt's plan takes its place. `waives_cap` lets the attempt cost more
    than one asset may.

    Raises ValueError where the asset has not ended, or has had MAX_ATTEMPTS attempts.
    """
    if not asset.is_terminal:
        raise ValueError(f"{asset.asset_id} is {asset.status}: only an asset that has ended is replayed")
    if asset.attempt >= MAX_ATTEMPTS:
        raise ValueError(f"{asset.asset_id} has had {asset.attempt} attempts, the most that are allowed")
    attempt, status = asset.attempt + 1, AssetStatus.RECEIVED
    return RecordWrite(
        conditions=[*_as_read(asset), Condition("removing_since", Check.ABSENT)],
        assigned={
            "status": status.value,
            SHARD_ATTRIBUTE: status_shard(status.value, asset.asset_id),
            "attempt": attempt,
            "updated_at": timestamp(now),
            "claimed_until": timestamp(now),
            **({"is_cap_waived": True} if waives_cap else {}),
        },
        appended={
            "history": history_entry(status, attempt=attempt, at=now, detail=detail),
            "past_attempts": asset.as_past_attempt,
        },
        removed=[name for name in OF_ONE_ATTEMPT if not (waives_cap and name == "is_cap_waived")],
    )


def progressed(asset: Asset, *, percent: int | None, now: datetime) -> RecordWrite:
    """Record that a job is alive, and how far it is; no older percentage replaces a newer one."""
    conditions, assigned = [*_as_read(asset)], _touched(asset, now)
    if percent is not None:
        conditions.append(Condition("progress_percent", Check.ABSENT_OR_BELOW, percent))
        assigned["progress_percent"] = percent
    return RecordWrite(conditions=conditions, assigned=assigned)


def warned(asset: Asset, warnings: Sequence[Mapping[str, int]], *, left_out: int) -> RecordWrite:
    """Record the warnings that a job has met so far."""
    return RecordWrite(
        conditions=_as_read(asset), assigned={"warnings": warnings, "warnings_left_out": left_out}
    )


def captions_taken(asset: Asset, *, now: datetime, until: datetime) -> RecordWrite:
    """Own the publication of a complete asset's captions, where no other owner has it."""
    return RecordWrite(
        conditions=[
            *_while_complete(asset),
            Condition("captions_until", Check.ABSENT_OR_BELOW, timestamp(now)),
        ],
        assigned={"captions_until": timestamp(until)},
    )


def captions_released(*, until: datetime) -> RecordWrite:
    """Give back the publication that was taken until then."""
    return RecordWrite(
        conditions=[Condition("captions_until", Check.EQUAL, timestamp(until))], removed=("captions_until",)
    )


def captioned(
    asset: Asset,
    *,
    outputs: Sequence[Mapping[str, Any]],
    rejected: Sequence[Mapping[str, Any]],
    rejected_left_out: int,
    seen: str,
) -> RecordWrite:
    """Record a complete asset's captions, as now published, unless its outputs changed meanwhile.

    Its last change of status stays when it was: `updated_at` is what ends are told by.
    """
    return RecordWrite(
        conditions=[
            *_while_complete(asset),
            Condition("outputs", Check.EQUAL, asset.outputs),
            Condition("rejected_captions", Check.ABSENT_OR_EQUAL, asset.rejected_captions),
        ],
        assigned={
            "outputs": outputs,
            "rejected_captions": rejected,
            "rejected_captions_left_out": rejected_left_out,
            "captions_seen": seen,
        },
        removed=("captions_until",),
    )


def notified(asset: Asset, *, now: datetime) -> RecordWrite:
    """Record that the news of an attempt's end was sent."""
    return RecordWrite(
        conditions=[Condition("attempt", Check.EQUAL, asset.attempt)],
        assigned={"notified_at": timestamp(now)},
    )


def reserved_for_repair(asset: Asset, *, now: datetime, redelivery: bool) -> RecordWrite:
    """Reserve an overdue asset for one repair: of several reconcilers at once only one gets it."""
    redeliveries = {"redeliveries": asset.redeliveries + 1} if redelivery else {}
    return RecordWrite(
        conditions=[
            Condition("updated_at", Check.EQUAL, asset.updated_at),
            Condition("status", Check.EQUAL, asset.status.value),
        ],
        assigned={**_touched(asset, now), **redeliveries},
    )


def removal_begun(asset: Asset, *, now: datetime) -> RecordWrite:
    """Mark an asset that has ended as being removed; a mark that is there stays."""
    return RecordWrite(conditions=_as_read(asset), assigned_once={"removing_since": timestamp(now)})


def _touched(asset: Asset, now: datetime) -> dict[str, Any]:
    """Return what a write sets that leaves the status as it is, and puts the asset where the index has it."""
    return {
        "updated_at": timestamp(now),
        SHARD_ATTRIBUTE: status_shard(asset.status.value, asset.asset_id),
    }


def _as_read(asset: Asset) -> Sequence[Condition]:
    return [
        Condition("status", Check.EQUAL, asset.status.value),
        Condition("attempt", Check.EQUAL, asset.attempt),
    ]


def _while_claimed(asset: Asset) -> Sequence[Condition]:
    """Return what holds while the claim read with `asset` stands; its time is the owner's token."""
    return [
        Condition("status", Check.EQUAL, AssetStatus.RECEIVED.value),
        Condition("attempt", Check.EQUAL, asset.attempt),
        Condition("claimed_until", Check.EQUAL, asset.claimed_until),
    ]


def _while_complete(asset: Asset) -> Sequence[Condition]:
    return [
        Condition("status", Check.EQUAL, AssetStatus.COMPLETE.value),
        Condition("attempt", Check.EQUAL, asset.attempt),
        Condition("removing_since", Check.ABSENT),
    ]
