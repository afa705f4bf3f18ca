"""The assets table in a dictionary."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import (
    MAX_ATTEMPTS,
    TERMINAL_STATUSES,
    Asset,
    AssetError,
    AssetStatus,
    Claim,
    ClaimOutcome,
    Transition,
    UploadedObject,
    history_entry,
    timestamp,
)
from media_pipeline.domain.asset_record import OF_ONE_ATTEMPT, new_record, refused_record
from media_pipeline.domain.errors import RemovedAssetError
from media_pipeline.domain.status_index import IndexEntry, status_shard
from tests.support.fakes.clock import FakeClock


class FakeAssetTable:
    """Keep asset records in a dictionary, under the same conditions as the DynamoDB table."""

    def __init__(self, beginning: datetime | None = None) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self._beginning = beginning or FakeClock()()

    def get(self, asset_id: str) -> Asset | None:
        """Return an asset as of now."""
        record = self.records.get(asset_id)
        return Asset.from_record(record) if record and "status" in record else None

    def was_removed(self, asset_id: str) -> bool:
        """Tell whether an operator removed this asset."""
        return "removed_at" in self.records.get(asset_id, {})

    def beginning(self) -> datetime:
        """Return when the pipeline came into being."""
        return self._beginning

    def claim(self, upload: UploadedObject, *, now: datetime, until: datetime) -> Claim:
        """Own the work on an upload."""
        record = self.records.get(upload.asset_id)
        if record is None:
            created = new_record(upload, now=now, claimed_until=until, detail="The upload was announced")
            self.records[upload.asset_id] = created
            return Claim(outcome=ClaimOutcome.NEW, asset=Asset.from_record(created))
        if "removed_at" in record:
            raise RemovedAssetError("an operator removed the asset")
        asset = Asset.from_record(record)
        if asset.status is not AssetStatus.RECEIVED:
            return Claim(outcome=ClaimOutcome.SETTLED, asset=asset)
        if asset.claimed_until > timestamp(now):
            return Claim(outcome=ClaimOutcome.HELD, asset=asset)
        record |= {"claimed_until": timestamp(until), **_touched(asset, now)}
        return Claim(outcome=ClaimOutcome.TAKEN_OVER, asset=Asset.from_record(record))

    def release(self, asset: Asset, *, now: datetime) -> None:
        """Give a claim back."""
        self._write_while_claimed(asset, {"claimed_until": timestamp(now), **_touched(asset, now)})

    def register(self, upload: UploadedObject, *, now: datetime, detail: str) -> bool:
        """Make the record of an upload that nobody announced."""
        if upload.asset_id in self.records:
            return False
        self.records[upload.asset_id] = new_record(upload, now=now, claimed_until=now, detail=detail)
        return True

    def refuse(
        self,
        upload: UploadedObject,
        error: AssetError,
        *,
        now: datetime,
        expires_at: int | None,
        is_told: bool,
    ) -> Asset | None:
        """Make the record of an upload that has failed."""
        if upload.asset_id in self.records:
            return None
        record = refused_record(upload, error, now=now, expires_at=expires_at, is_told=is_told)
        self.records[upload.asset_id] = record
        return Asset.from_record(record)

    def replay(self, asset: Asset, *, now: datetime, detail: str) -> Asset | None:
        """Begin the next attempt of an asset that has ended."""
        if not asset.is_terminal or asset.attempt >= MAX_ATTEMPTS:
            raise ValueError(asset.asset_id)
        record = self._unchanged(asset, "status", "attempt")
        if record is None:
            return None
        if "removing_since" in record:
            return None
        attempt, received = asset.attempt + 1, AssetStatus.RECEIVED
        for name in OF_ONE_ATTEMPT:
            record.pop(name, None)
        entry = history_entry(received, attempt=attempt, at=now, detail=detail)
        record |= {
            "status": received.value,
            "status_shard": status_shard(received.value, asset.asset_id),
            "attempt": attempt,
            "updated_at": timestamp(now),
            "claimed_until": timestamp(now),
            "history": [*record["history"], entry],
            "past_attempts": [*record.get("past_attempts", []), asset.as_past_attempt],
        }
        return Asset.from_record(record)

    def record_plan(
        self,
        asset: Asset,
        *,
        profile: str,
        preset_versions: Mapping[str, int],
        source_info: Mapping[str, Any],
        planned_outputs: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Write down what is about to be submitted."""
        plan = {
            "profile": profile,
            "preset_versions": preset_versions,
            "source_info": source_info,
            "planned_outputs": list(planned_outputs),
        }
        return self._write_while_claimed(asset, plan)

    def advance(self, asset_id: str, step: Transition) -> Asset | None:
        """Take one step of the transition table."""
        record = self.records.get(asset_id)
        if record is None or "status" not in record or not step.is_admitted_by(Asset.from_record(record)):
            return None
        record |= {"status": step.to.value, "updated_at": timestamp(step.at)}
        record["status_shard"] = status_shard(step.to.value, asset_id)
        record["history"] = [*record["history"], step.history_entry]
        if step.job_id is not None:
            record["job_id"] = step.job_id
            record.setdefault("submitted_at", timestamp(step.at))
        if step.to in TERMINAL_STATUSES:
            record["completed_at"] = timestamp(step.at)
        optional = {
            "error": step.error.as_record() if step.error else None,
            "error_code": step.error.code if step.error else None,
            "notified_at": None if step.is_news else timestamp(step.at),
            "outputs": step.outputs,
            "rejected_captions": step.rejected_captions,
            "rejected_captions_left_out": step.rejected_captions_left_out,
            "captions_seen": step.captions_seen,
            "storyboard_fault": step.storyboard_fault,
            "warnings": step.warnings,
            "warnings_left_out": step.warnings_left_out,
            "expires_at": step.expires_at,
        }
        record |= {name: value for name, value in optional.items() if value is not None}
        return Asset.from_record(record)

    def note_progress(self, asset: Asset, *, percent: int | None, now: datetime) -> None:
        """Record that a job is alive."""
        record = self._unchanged(asset, "status", "attempt")
        if record is None or (percent is not None and record.get("progress_percent", -1) >= percent):
            return
        record |= _touched(asset, now)
        if percent is not None:
            record["progress_percent"] = percent

    def note_warnings(
        self, asset: Asset, warnings: Sequence[Mapping[str, int]], *, left_out: int = 0
    ) -> None:
        """Record a job's warnings."""
        record = self._unchanged(asset, "status", "attempt")
        if record is not None:
            record |= {"warnings": list(warnings), "warnings_left_out": left_out}

    def take_captions(self, asset: Asset, *, now: datetime, until: datetime) -> bool:
        """Own the publication of a complete asset's captions."""
        record = self.records.get(asset.asset_id)
        if record is None or (record["status"], record["attempt"]) != ("COMPLETE", asset.attempt):
            return False
        if record.get("captions_until", "") >= timestamp(now) or "removing_since" in record:
            return False
        record["captions_until"] = timestamp(until)
        return True

    def release_captions(self, asset: Asset, *, until: datetime) -> None:
        """Give the publication back."""
        record = self.records.get(asset.asset_id, {})
        if record.get("captions_until") == timestamp(until):
            del record["captions_until"]

    def note_captions(
        self,
        asset: Asset,
        *,
        outputs: Sequence[Mapping[str, Any]],
        rejected: Sequence[Mapping[str, Any]],
        rejected_left_out: int = 0,
        seen: str = "",
    ) -> bool:
        """Record a complete asset's captions."""
        record = self.records.get(asset.asset_id)
        if record is None or "outputs" not in record or "removing_since" in record:
            return False
        if (record["status"], record["attempt"]) != (AssetStatus.COMPLETE.value, asset.attempt):
            return False
        if list(record["outputs"]) != list(asset.outputs) or list(
            record.get("rejected_captions", asset.rejected_captions)
        ) != list(asset.rejected_captions):
            return False
        record |= {
            "outputs": list(outputs),
            "rejected_captions": list(rejected),
            "rejected_captions_left_out": rejected_left_out,
            "captions_seen": seen,
        }
        record.pop("captions_until", None)
        return True

    def note_notified(self, asset: Asset, *, now: datetime) -> None:
        """Record that the news was sent."""
        record = self._unchanged(asset, "attempt")
        if record is not None:
            record["notified_at"] = timestamp(now)

    def take_for_repair(self, asset: Asset, *, now: datetime, redelivery: bool = False) -> bool:
        """Reserve an overdue asset for one repair."""
        record = self._unchanged(asset, "status", "updated_at")
        if record is None:
            return False
        record |= _touched(asset, now)
        if redelivery:
            record["redeliveries"] = asset.redeliveries + 1
        return True

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[IndexEntry]:
        """Yield the index's entries of a status that last changed between the given times."""
        found = [
            (record["updated_at"], asset_id)
            for asset_id, record in self.records.items()
            if record.get("status") == status.value
            and record.get("status_shard")
            and (before is None or record["updated_at"] < timestamp(before))
            and (after is None or record["updated_at"] >= timestamp(after))
        ]
        ids = [asset_id for _, asset_id in sorted(found, reverse=newest_first)]
        return (IndexEntry.from_record(self.records[asset_id]) for asset_id in ids)

    def get_many(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Return the assets of these ids that are there, in their order."""
        return [asset for asset_id in asset_ids if (asset := self.get(asset_id)) is not None]

    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record."""
        return set(asset_ids) & self.records.keys()

    def _write_while_claimed(self, asset: Asset, changes: Mapping[str, Any]) -> bool:
        record = self._unchanged(asset, "attempt", "claimed_until")
        if record is None or record["status"] != AssetStatus.RECEIVED.value:
            return False
        record |= changes
        return True

    def _unchanged(self, asset: Asset, *names: str) -> dict[str, Any] | None:
        record = self.records.get(asset.asset_id)
        if record is None or any(record.get(name) != getattr(asset, name) for name in names):
            return None
        return record


def _touched(asset: Asset, now: datetime) -> dict[str, Any]:
    return {
        "updated_at": timestamp(now),
        "status_shard": status_shard(asset.status.value, asset.asset_id),
    }
