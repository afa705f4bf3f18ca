"""The media assets table: every write is conditional on the record, so that deliveries may repeat."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors, is_refused_condition
from media_pipeline.adapters.dynamodb import ConditionalWrite, from_item, to_item
from media_pipeline.adapters.status_query import entries_of
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
    statuses_before,
    timestamp,
)
from media_pipeline.domain.asset_record import OF_ONE_ATTEMPT, new_record, refused_record
from media_pipeline.domain.errors import RemovedAssetError, TransientError
from media_pipeline.domain.status_index import SHARD_ATTRIBUTE, IndexEntry, status_shard

_BATCH_SIZE = 100  # Source: DynamoDB API, BatchGetItem: up to 100 items


class AssetTable:
    """Read and write asset records. Raises TransientError and its kin where DynamoDB can't answer."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def get(self, asset_id: str) -> Asset | None:
        """Return an asset as of now (consistent read), or None."""
        with aws_errors("reading the asset"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": asset_id}}, ConsistentRead=True
            )
        item = answer.get("Item")
        # The reconciler's cursors lie beside the assets.
        return Asset.from_record(from_item(item)) if item and "status" in item else None

    def was_removed(self, asset_id: str) -> bool:
        """Tell whether an operator removed this asset."""
        with aws_errors("reading the asset"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": asset_id}}, ConsistentRead=True
            )
        return "removed_at" in answer.get("Item", {})

    def beginning(self) -> datetime:
        """Return when the table was made: the pipeline is as old."""
        with aws_errors("looking at the assets table"):
            answer = self._client.describe_table(TableName=self._table_name)
        created: datetime = answer["Table"]["CreationDateTime"]
        return created.astimezone(UTC)

    def claim(self, upload: UploadedObject, *, now: datetime, until: datetime) -> Claim:
        """Own the work on an upload until `until`, where nobody else does and it isn't done."""
        record = new_record(upload, now=now, claimed_until=until, detail="The upload was announced")
        if self._created(record):
            return Claim(outcome=ClaimOutcome.NEW, asset=Asset.from_record(record))
        asset = self.get(upload.asset_id)
        if asset is None:
            if self.was_removed(upload.asset_id):
                raise RemovedAssetError("an operator removed the asset; upload the file again to process it")
            raise TransientError("the asset's record went away while it was being claimed")
        if asset.status is not AssetStatus.RECEIVED:
            return Claim(outcome=ClaimOutcome.SETTLED, asset=asset)
        if asset.claimed_until > timestamp(now):
            return Claim(outcome=ClaimOutcome.HELD, asset=asset)
        write = _touched(asset, now).set("claimed_until", timestamp(until))
        taken = self._update(_while_claimed(write, asset), asset.asset_id)
        if taken is None:
            return Claim(outcome=ClaimOutcome.HELD, asset=asset)
        return Claim(outcome=ClaimOutcome.TAKEN_OVER, asset=taken)

    def release(self, asset: Asset, *, now: datetime) -> None:
        """Give a claim back before its time, so that the message's next delivery need not wait for it.

        The message is alive, so the asset isn't overdue: its time runs from now.
        """
        write = _touched(asset, now).set("claimed_until", timestamp(now))
        self._update(_while_claimed(write, asset), asset.asset_id)

    def register(self, upload: UploadedObject, *, now: datetime, detail: str) -> bool:
        """Make the record of an upload that nobody announced, unclaimed; return False where there is one."""
        return self._created(new_record(upload, now=now, claimed_until=now, detail=detail))

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
        return Asset.from_record(record) if self._created(record) else None

    def replay(self, asset: Asset, *, now: datetime, detail: str) -> Asset | None:
        """Begin the next attempt of an asset that has ended; return None where it changed meanwhile.

        Raises ValueError where the asset has not ended, or has had MAX_ATTEMPTS attempts.
        """
        if not asset.is_terminal:
            raise ValueError(f"{asset.asset_id} is {asset.status}: only an asset that has ended is replayed")
        if asset.attempt >= MAX_ATTEMPTS:
            raise ValueError(f"{asset.asset_id} has had {asset.attempt} attempts, the most that are allowed")
        attempt, received = asset.attempt + 1, AssetStatus.RECEIVED
        write = (
            ConditionalWrite()
            .set("status", received.value)
            .set(SHARD_ATTRIBUTE, status_shard(received.value, asset.asset_id))
            .set("attempt", attempt)
            .set("updated_at", timestamp(now))
            .set("claimed_until", timestamp(now))
            .append("history", history_entry(received, attempt=attempt, at=now, detail=detail))
            .append("past_attempts", asset.as_past_attempt)
            .require_absent("removing_since")
            .require_equal("status", asset.status.value)
            .require_equal("attempt", asset.attempt)
        )
        for name in OF_ONE_ATTEMPT:
            write.remove(name)
        return self._update(write, asset.asset_id)

    def record_plan(
        self,
        asset: Asset,
        *,
        profile: str,
        preset_versions: Mapping[str, int],
        source_info: Mapping[str, Any],
        planned_outputs: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Write down what is about to be submitted; tell whether the claim still holds."""
        write = (
            ConditionalWrite()
            .set("profile", profile)
            .set("preset_versions", preset_versions)
            .set("source_info", source_info)
            .set("planned_outputs", planned_outputs)
        )
        return self._update(_while_claimed(write, asset), asset.asset_id) is not None

    def advance(self, asset_id: str, step: Transition) -> Asset | None:
        """Take one step of the transition table; return the asset after it, None where it is forbidden."""
        write = (
            ConditionalWrite()
            .set("status", step.to.value)
            .set(SHARD_ATTRIBUTE, status_shard(step.to.value, asset_id))
            .set("updated_at", timestamp(step.at))
            .append("history", step.history_entry)
            .require_equal("attempt", step.attempt)
            .require_one_of("status", [status.value for status in statuses_before(step.to)])
        )
        if step.job_id is not None:
            write.set("job_id", step.job_id).set_once("submitted_at", timestamp(step.at))
            write.require_absent_or_equal("job_id", step.job_id)
        if step.claimed_until is not None:
            write.require_equal("claimed_until", step.claimed_until).require_absent("job_id")
        if step.to in TERMINAL_STATUSES:
            write.set("completed_at", timestamp(step.at))
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
        for name, value in optional.items():
            if value is not None:
                write.set(name, value)
        return self._update(write, asset_id)

    def note_progress(self, asset: Asset, *, percent: int | None, now: datetime) -> None:
        """Record that an asset's job is alive, and how far it is; no older percentage replaces a newer."""
        write = _touched(asset, now).require_equal("status", asset.status.value)
        write.require_equal("attempt", asset.attempt)
        if percent is not None:
            write.set("progress_percent", percent).require_absent_or_below("progress_percent", percent)
        self._update(write, asset.asset_id)

    def note_warnings(
        self, asset: Asset, warnings: Sequence[Mapping[str, int]], *, left_out: int = 0
    ) -> None:
        """Record the warnings that an asset's job has met so far, and how many more there were."""
        write = ConditionalWrite().set("warnings", warnings).set("warnings_left_out", left_out)
        write.require_equal("attempt", asset.attempt)
        self._update(write.require_equal("status", asset.status.value), asset.asset_id)

    def take_captions(self, asset: Asset, *, now: datetime, until: datetime) -> bool:
        """Own the publication of a complete asset's captions until then, where nobody else does."""
        write = ConditionalWrite().set("captions_until", timestamp(until))
        write.require_equal("attempt", asset.attempt).require_equal("status", AssetStatus.COMPLETE.value)
        write.require_absent_or_below("captions_until", timestamp(now)).require_absent("removing_since")
        return self._update(write, asset.asset_id) is not None

    def release_captions(self, asset: Asset, *, until: datetime) -> None:
        """Give the publication back that was taken until then."""
        write = ConditionalWrite().remove("captions_until")
        self._update(write.require_equal("captions_until", timestamp(until)), asset.asset_id)

    def note_captions(
        self,
        asset: Asset,
        *,
        outputs: Sequence[Mapping[str, Any]],
        rejected: Sequence[Mapping[str, Any]],
        rejected_left_out: int = 0,
        seen: str = "",
    ) -> bool:
        """Record a complete asset's captions, as now published; return False where it changed meanwhile.

        Its last change of status stays when it was: `updated_at` is what ends are told by.
        """
        write = (
            ConditionalWrite()
            .set("outputs", list(outputs))
            .set("rejected_captions", list(rejected))
            .set("rejected_captions_left_out", rejected_left_out)
            .set("captions_seen", seen)
            .remove("captions_until")
            .require_equal("attempt", asset.attempt)
            .require_equal("status", AssetStatus.COMPLETE.value)
            .require_equal("outputs", list(asset.outputs))
            .require_absent_or_equal("rejected_captions", list(asset.rejected_captions))
            .require_absent("removing_since")
        )
        return self._update(write, asset.asset_id) is not None

    def note_notified(self, asset: Asset, *, now: datetime) -> None:
        """Record that the news of an asset's end was sent."""
        write = ConditionalWrite().set("notified_at", timestamp(now)).require_equal("attempt", asset.attempt)
        self._update(write, asset.asset_id)

    def take_for_repair(self, asset: Asset, *, now: datetime, redelivery: bool = False) -> bool:
        """Reserve an overdue asset for one repair: of several reconcilers at once only one gets it."""
        write = _touched(asset, now).require_equal("updated_at", asset.updated_at)
        write.require_equal("status", asset.status.value)
        if redelivery:
            write.set("redeliveries", asset.redeliveries + 1)
        return self._update(write, asset.asset_id) is not None

    def by_status(
        self,
        status: AssetStatus,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
        newest_first: bool = False,
        page_size: int = 100,
    ) -> Iterator[IndexEntry]:
        """Yield the index's entries of a status that last changed before and not before the given times.

        They are ordered by the time of their last change. An index lags behind: `get` tells the truth.
        """
        return entries_of(
            self._client,
            self._table_name,
            status,
            before=before,
            after=after,
            newest_first=newest_first,
            page_size=page_size,
        )

    def get_many(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Return the assets of these ids that are there, in their order, as of now (consistent read)."""
        items = {item["asset_id"]["S"]: item for item in self._items(asset_ids)}
        found = (from_item(items[asset_id]) for asset_id in asset_ids if asset_id in items)
        return [Asset.from_record(record) for record in found if "status" in record]

    def known(self, asset_ids: Collection[str]) -> set[str]:
        """Return those of the ids that have a record."""
        return {item["asset_id"]["S"] for item in self._items(asset_ids, ProjectionExpression="asset_id")}

    def _items(self, asset_ids: Collection[str], **projection: str) -> Iterator[Mapping[str, Any]]:
        ids = sorted(set(asset_ids))
        for start in range(0, len(ids), _BATCH_SIZE):
            keys = [{"asset_id": {"S": asset_id}} for asset_id in ids[start : start + _BATCH_SIZE]]
            while keys:
                wanted = {"Keys": keys, "ConsistentRead": True, **projection}
                with aws_errors("looking for assets"):
                    answer = self._client.batch_get_item(RequestItems={self._table_name: wanted})
                yield from answer["Responses"].get(self._table_name, [])
                keys = answer.get("UnprocessedKeys", {}).get(self._table_name, {}).get("Keys", [])

    def _created(self, record: Mapping[str, Any]) -> bool:
        try:
            with aws_errors("claiming the asset"):
                self._client.put_item(
                    TableName=self._table_name,
                    Item=to_item(record),
                    ConditionExpression="attribute_not_exists(asset_id)",
                )
        except TransientError as error:
            if is_refused_condition(error):
                return False
            raise
        return True

    def _update(self, write: ConditionalWrite, asset_id: str) -> Asset | None:
        try:
            with aws_errors("writing the asset"):
                answer = self._client.update_item(
                    TableName=self._table_name,
                    Key={"asset_id": {"S": asset_id}},
                    ReturnValues="ALL_NEW",
                    **write.request(),
                )
        except TransientError as error:
            if is_refused_condition(error):
                return None
            raise
        return Asset.from_record(from_item(answer["Attributes"]))


def _touched(asset: Asset, now: datetime) -> ConditionalWrite:
    """Begin a write that leaves an asset's status as it is, and puts it where the index has it."""
    write = ConditionalWrite().set("updated_at", timestamp(now))
    return write.set(SHARD_ATTRIBUTE, status_shard(asset.status.value, asset.asset_id))


def _while_claimed(write: ConditionalWrite, asset: Asset) -> ConditionalWrite:
    """Let a write through only while the claim read with `asset` stands; its time is the owner's token."""
    return (
        write.require_equal("status", AssetStatus.RECEIVED.value)
        .require_equal("attempt", asset.attempt)
        .require_equal("claimed_until", asset.claimed_until)
    )
