"""An asset is one version of one uploaded object: its record, and the one table of its statuses.

    RECEIVED ──> SUBMITTED ──> PROCESSING ──> VERIFYING ──> COMPLETE
       └───────────┴──────────────┴──────────────┴────────> FAILED
       └───────────┴──────────────┴──────────────┴────────> CANCELED

A status only ever moves along the table; events may be missed (a job's COMPLETE may be the first one seen),
so a step may skip others. What is VERIFYING only an operator cancels, for its job is done. COMPLETE, FAILED
and CANCELED are for ever, but for an explicit replay, which begins the next attempt at RECEIVED and keeps
what became of the ones before (`transitions`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Any

from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.delivery.folders import attempt_folder
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass

# A record of so many attempts, each with its history and error, is far from DynamoDB's 400 KB for an item.
# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ATTEMPTS = 20


class AssetStatus(StrEnum):
    """Say how far an asset has come."""

    RECEIVED = "RECEIVED"
    SUBMITTED = "SUBMITTED"
    PROCESSING = "PROCESSING"
    VERIFYING = "VERIFYING"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


TERMINAL_STATUSES = frozenset({AssetStatus.COMPLETE, AssetStatus.FAILED, AssetStatus.CANCELED})

_NEXT: Mapping[AssetStatus, frozenset[AssetStatus]] = {
    AssetStatus.RECEIVED: frozenset(AssetStatus) - {AssetStatus.RECEIVED, AssetStatus.COMPLETE},
    AssetStatus.SUBMITTED: frozenset(
        {AssetStatus.PROCESSING, AssetStatus.VERIFYING, AssetStatus.FAILED, AssetStatus.CANCELED}
    ),
    AssetStatus.PROCESSING: frozenset({AssetStatus.VERIFYING, AssetStatus.FAILED, AssetStatus.CANCELED}),
    AssetStatus.VERIFYING: TERMINAL_STATUSES,
    AssetStatus.COMPLETE: frozenset(),
    AssetStatus.FAILED: frozenset(),
    AssetStatus.CANCELED: frozenset(),
}

OPEN_STATUSES = tuple(status for status in AssetStatus if status not in TERMINAL_STATUSES)


def statuses_before(status: AssetStatus) -> tuple[AssetStatus, ...]:
    """Return the statuses from which an asset may come to this one."""
    return tuple(before for before in AssetStatus if status in _NEXT[before])


def may_follow(before: AssetStatus, after: AssetStatus) -> bool:
    """Tell whether the table has a step from one status to the other."""
    return after in _NEXT[before]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Hold an asset's record as it was read; times are ISO 8601 text in UTC, as `timestamp` writes them."""

    asset_id: str
    upload: UploadedObject
    status: AssetStatus
    attempt: int
    created_at: str
    updated_at: str
    claimed_until: str
    job_id: str | None = None
    profile: str | None = None
    is_public: bool = False
    preset_versions: Mapping[str, int] = field(default_factory=dict)
    quote: Mapping[str, Any] = field(default_factory=dict)
    quote_usd: str | None = None
    billed_usd: str | None = None
    reservation: Mapping[str, Any] = field(default_factory=dict)
    is_cap_waived: bool = False
    source_info: Mapping[str, Any] = field(default_factory=dict)
    planned_outputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    rejected_captions: Sequence[Mapping[str, Any]] = ()
    rejected_captions_left_out: int = 0
    captions_seen: str | None = None
    captions_until: str | None = None
    removing_since: str | None = None
    storyboard_fault: str | None = None
    error: AssetError | None = None
    submitted_at: str | None = None
    completed_at: str | None = None
    progress_percent: int | None = None
    poster: str | None = None
    notified_at: str | None = None
    redeliveries: int = 0
    webhooks: Sequence[Mapping[str, Any]] = ()
    history: Sequence[Mapping[str, Any]] = ()
    past_attempts: Sequence[Mapping[str, Any]] = ()

    @property
    def is_terminal(self) -> bool:
        """Tell whether the asset's status can no longer change."""
        return self.status in TERMINAL_STATUSES

    @property
    def attempt_began_at(self) -> str:
        """Return when this attempt began: the first one with the record, a later one with its replay."""
        began = (entry["at"] for entry in self.history if entry.get("attempt", 1) == self.attempt)
        return next(began, self.created_at)

    @property
    def folder(self) -> str:
        """Return the folder of this attempt's outputs, without a last slash."""
        return self.folder_of(self.attempt)

    def folder_of(self, attempt: int) -> str:
        """Return the folder of an attempt's outputs: each keeps what its profile was then."""
        past = next((each for each in self.past_attempts if each["attempt"] == attempt), None)
        is_public = self.is_public if past is None else bool(past.get("is_public"))
        return attempt_folder(self.asset_id, attempt, is_public=is_public)

    @property
    def as_past_attempt(self) -> dict[str, Any]:
        """Return what the record keeps of this attempt when the next one begins."""
        kept = {
            "attempt": self.attempt,
            "status": self.status.value,
            "job_id": self.job_id,
            "error": self.error.as_record() if self.error else None,
            "completed_at": self.completed_at,
            "quote_usd": self.quote_usd,
            "billed_usd": self.billed_usd,
            "is_public": self.is_public or None,
        }
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Asset":
        """Read a record of the assets table (plain Python values)."""
        error = record.get("error")
        return cls(
            asset_id=record["asset_id"],
            upload=UploadedObject(
                bucket=record["bucket"],
                key=record["key"],
                version_id=record.get("version_id"),
                etag=record["etag"],
                size_bytes=record["size_bytes"],
                sequencer=record["sequencer"],
            ),
            status=AssetStatus(record["status"]),
            attempt=record["attempt"],
            created_at=record["created_at"],
            updated_at=record["updated_at"],
            claimed_until=record["claimed_until"],
            job_id=record.get("job_id"),
            profile=record.get("profile"),
            is_public=bool(record.get("is_public")),
            preset_versions=record.get("preset_versions") or {},
            quote=record.get("quote") or {},
            quote_usd=record.get("quote_usd"),
            billed_usd=record.get("billed_usd"),
            reservation=record.get("reservation") or {},
            is_cap_waived=record.get("is_cap_waived", False),
            source_info=record.get("source_info") or {},
            planned_outputs=record.get("planned_outputs") or (),
            outputs=record.get("outputs") or (),
            rejected_captions=record.get("rejected_captions") or (),
            rejected_captions_left_out=record.get("rejected_captions_left_out", 0),
            captions_seen=record.get("captions_seen"),
            captions_until=record.get("captions_until"),
            removing_since=record.get("removing_since"),
            storyboard_fault=record.get("storyboard_fault"),
            error=AssetError.from_record(error) if error else None,
            submitted_at=record.get("submitted_at"),
            completed_at=record.get("completed_at"),
            progress_percent=record.get("progress_percent"),
            poster=record.get("poster"),
            notified_at=record.get("notified_at"),
            redeliveries=record.get("redeliveries", 0),
            webhooks=record.get("webhooks") or (),
            history=record.get("history") or (),
            past_attempts=record.get("past_attempts") or (),
        )


class ClaimOutcome(Enum):
    """Say what became of a try to own an asset's work."""

    NEW = auto()
    TAKEN_OVER = auto()
    HELD = auto()
    SETTLED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Hold the outcome of a claim and the asset as it stands after it.

    NEW and TAKEN_OVER: the caller owns the work until `asset.claimed_until`. HELD: another invocation does.
    SETTLED: the asset is beyond RECEIVED, there is nothing to do.
    """

    outcome: ClaimOutcome
    asset: Asset


def decide_claim(asset: Asset, *, now: datetime) -> ClaimOutcome:
    """Return what becomes of a try to own an asset that has a record.

    TAKEN_OVER is so once `transitions.taken_over` is written; where that is refused, another was faster.
    """
    if asset.status is not AssetStatus.RECEIVED:
        return ClaimOutcome.SETTLED
    if asset.claimed_until > timestamp(now):
        return ClaimOutcome.HELD
    return ClaimOutcome.TAKEN_OVER
