"""The port to asset records: what services ask of it, made of the few calls that a table has to offer."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from media_pipeline.domain import transitions
from media_pipeline.domain.asset import Asset, AssetStatus, Claim, ClaimOutcome, decide_claim
from media_pipeline.domain.asset_record import RecordWrite, new_record, refused_record
from media_pipeline.domain.errors import RemovedAssetError, TransientError
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.status_index import IndexEntry
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject


class AssetStore(ABC):
    """Read and write asset records; every write is conditional, so that deliveries may repeat.

    Raises: TransientError and its kin, from every method, where the table can't answer.
    """

    @abstractmethod
    def read_record(self, asset_id: str) -> Mapping[str, Any] | None:
        """Return the item of this id as of now, None where there is none."""

    @abstractmethod
    def create_record(self, record: Mapping[str, Any]) -> bool:
        """Write a new item; return False where its id has one already."""

    @abstractmethod
    def update_record(self, asset_id: str, write: RecordWrite) -> Mapping[str, Any] | None:
        """Return an item after a write, None where the write is refused or there is no item."""

    @abstractmethod
    def get_many(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Return the assets of these ids that are there, in their order, as of now."""

    @abstractmethod
    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record."""

    @abstractmethod
    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterable[IndexEntry]:
        """Yield the index's entries of a status that last changed before and not before the given times.

        They are ordered by the time of their last change. An index lags behind: `get` tells the truth.
        """

    @abstractmethod
    def beginning(self) -> datetime:
        """Return when the table was made: the pipeline is as old."""

    def get(self, asset_id: str) -> Asset | None:
        """Return an asset as of now, None where there is none."""
        record = self.read_record(asset_id)
        # Checkpoints lie beside the assets, and so do tombstones.
        return Asset.from_record(record) if record and "status" in record else None

    def was_removed(self, asset_id: str) -> bool:
        """Tell whether an operator removed this asset."""
        return "removed_at" in (self.read_record(asset_id) or {})

    def claim(self, upload: UploadedObject, *, now: datetime, until: datetime) -> Claim:
        """Own the work on an upload until `until`, where no other owner has it and it isn't done.

        Raises: RemovedAssetError where an operator removed the asset.
        """
        created = new_record(upload, now=now, claimed_until=until, detail="The upload was announced")
        if self.create_record(created):
            return Claim(outcome=ClaimOutcome.NEW, asset=Asset.from_record(created))
        record = self.read_record(upload.asset_id)
        if record is None:
            raise TransientError("the asset's record went away while it was being claimed")
        if "removed_at" in record:
            raise RemovedAssetError("an operator removed the asset; upload the file again to process it")
        asset = Asset.from_record(record)
        outcome = decide_claim(asset, now=now)
        if outcome is ClaimOutcome.TAKEN_OVER:
            taken = self._updated(asset.asset_id, transitions.taken_over(asset, now=now, until=until))
            if taken is not None:
                return Claim(outcome=outcome, asset=taken)
            outcome = ClaimOutcome.HELD
        return Claim(outcome=outcome, asset=asset)

    def release(self, asset: Asset, *, now: datetime) -> None:
        """Give a claim back before its time, so that the message's next delivery need not wait for it."""
        self._updated(asset.asset_id, transitions.released(asset, now=now))

    def register(self, upload: UploadedObject, *, now: datetime, detail: str) -> bool:
        """Make the unclaimed record of an upload without an event; return False where there is a record."""
        return self.create_record(new_record(upload, now=now, claimed_until=now, detail=detail))

    def refuse(
        self,
        upload: UploadedObject,
        error: AssetError,
        *,
        now: datetime,
        expires_at: int | None,
        is_told: bool,
    ) -> Asset | None:
        """Make the record of an upload that has failed; return None where there is one."""
        record = refused_record(upload, error, now=now, expires_at=expires_at, is_told=is_told)
        return Asset.from_record(record) if self.create_record(record) else None

    def replay(self, asset: Asset, *, now: datetime, detail: str, waives_cap: bool = False) -> Asset | None:
        """Begin the next attempt of an asset that has ended; return None where it changed meanwhile.

        With `waives_cap` the attempt may cost more than one asset may.

        Raises: ValueError where the asset has not ended, or has had MAX_ATTEMPTS attempts.
        """
        write = transitions.replayed(asset, now=now, detail=detail, waives_cap=waives_cap)
        return self._updated(asset.asset_id, write)

    def record_plan(
        self,
        asset: Asset,
        *,
        profile: str,
        is_public: bool = False,
        preset_versions: Mapping[str, int],
        source_info: Mapping[str, Any],
        planned_outputs: Sequence[Mapping[str, Any]],
        quote: Mapping[str, Any] | None = None,
        reservation: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write down what is about to be submitted, and its price; tell whether the claim still holds."""
        write = transitions.planned(
            asset,
            profile=profile,
            is_public=is_public,
            preset_versions=preset_versions,
            source_info=source_info,
            planned_outputs=planned_outputs,
            quote=quote,
            reservation=reservation,
        )
        return self._updated(asset.asset_id, write) is not None

    def advance(self, asset_id: str, step: Transition) -> Asset | None:
        """Take one step of the table of statuses; return the asset after it, None where it is forbidden."""
        return self._updated(asset_id, transitions.advanced(asset_id, step))

    def note_progress(self, asset: Asset, *, percent: int | None, now: datetime) -> None:
        """Record that an asset's job is alive, and how far it is."""
        self._updated(asset.asset_id, transitions.progressed(asset, percent=percent, now=now))

    def note_warnings(
        self, asset: Asset, warnings: Sequence[Mapping[str, int]], *, left_out: int = 0
    ) -> None:
        """Record the warnings that an asset's job has met so far, and how many more there were."""
        self._updated(asset.asset_id, transitions.warned(asset, warnings, left_out=left_out))

    def take_captions(self, asset: Asset, *, now: datetime, until: datetime) -> bool:
        """Own the publication of a complete asset's captions until then, where no other owner has it."""
        write = transitions.captions_taken(asset, now=now, until=until)
        return self._updated(asset.asset_id, write) is not None

    def release_captions(self, asset: Asset, *, until: datetime) -> None:
        """Give the publication back that was taken until then."""
        self._updated(asset.asset_id, transitions.captions_released(until=until))

    def note_captions(
        self,
        asset: Asset,
        *,
        outputs: Sequence[Mapping[str, Any]],
        rejected: Sequence[Mapping[str, Any]],
        rejected_left_out: int = 0,
        seen: str = "",
    ) -> bool:
        """Record a complete asset's captions, as now published; return False where it changed meanwhile."""
        write = transitions.captioned(
            asset, outputs=outputs, rejected=rejected, rejected_left_out=rejected_left_out, seen=seen
        )
        return self._updated(asset.asset_id, write) is not None

    def note_notified(self, asset: Asset, *, now: datetime) -> None:
        """Record that the news of an asset's end was sent."""
        self._updated(asset.asset_id, transitions.notified(asset, now=now))

    def take_for_repair(self, asset: Asset, *, now: datetime, redelivery: bool = False) -> bool:
        """Reserve an overdue asset for one repair; return False where another reconciler has it."""
        write = transitions.reserved_for_repair(asset, now=now, redelivery=redelivery)
        return self._updated(asset.asset_id, write) is not None

    def _updated(self, asset_id: str, write: RecordWrite) -> Asset | None:
        record = self.update_record(asset_id, write)
        return Asset.from_record(record) if record is not None else None
