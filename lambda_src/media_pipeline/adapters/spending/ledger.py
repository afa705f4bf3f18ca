"""Counters in the assets table, beside the assets, which change in one transaction with an asset's record.

A counter's cap is the function's setting, or what an operator raised it to (`raised_micro_usd` of its item).
That is read only where the setting refuses: a cancelled transaction returns the item. Source:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html

A transaction needs no permission but UpdateItem. Source:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from media_pipeline.adapters.clients import aws_errors, error_code
from media_pipeline.adapters.dynamodb import from_item, to_item, update_request
from media_pipeline.domain.asset_record import RecordWrite
from media_pipeline.domain.errors import CapReachedError, TransientError
from media_pipeline.domain.spending.reservation import Change, dollars

# Transactions that meet at a counter don't wait for each other: all but one are refused. Source:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
TRIES = 6
_LONGEST_WAIT_SECONDS = 0.2
# What an operator raised a counter's cap to.
RAISED_ATTRIBUTE = "raised_micro_usd"
_REFUSED, _CONFLICT = "ConditionalCheckFailed", "TransactionConflict"


class DynamoLedger:
    """Book reservations. Raises TransientError and its kin where DynamoDB can't answer."""

    def __init__(
        self, client: Any, table_name: str, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._client = client
        self._table_name = table_name
        self._sleep = sleep

    def book(self, asset_id: str, write: RecordWrite, changes: Sequence[Change]) -> bool:
        """Write all or nothing; return False where the record's write is refused.

        Raises CapReachedError where a counter would come above its cap, and above what that was raised to.
        """
        recorded = self._action(asset_id, update_request(write))
        for number in range(TRIES):
            if number:
                # Jittered, and at most doubled each time.
                self._sleep(random.random() * min(_LONGEST_WAIT_SECONDS, 0.02 * 2**number))
            reasons = self._try([recorded, *map(self._counted, changes)])
            if reasons is None:
                return True
            codes = [str(reason.get("Code", "None")) for reason in reasons]
            if codes[0] == _REFUSED:
                return False
            if _REFUSED in codes:
                changes = [
                    _raised(change, reason) if code == _REFUSED else change
                    for change, reason, code in zip(changes, reasons[1:], codes[1:], strict=True)
                ]
            elif _CONFLICT not in codes:
                raise TransientError(f"booking what a job costs was cancelled: {', '.join(codes)}")
        raise TransientError("booking what a job costs met others each time")

    def _try(self, actions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]] | None:
        """Return why the transaction was cancelled, action by action, None where it was not."""
        with aws_errors("booking what a job costs"):
            try:
                self._client.transact_write_items(TransactItems=actions)
            except ClientError as error:
                if error_code(error) != "TransactionCanceledException":
                    raise
                return list(error.response.get("CancellationReasons", []))
        return None

    def _counted(self, change: Change) -> Mapping[str, Any]:
        counter = change.counter
        values = {":change": change.micro_usd, ":until": int(counter.kept_until.timestamp())}
        request: dict[str, Any] = {
            "UpdateExpression": "ADD micro_usd :change SET expires_at = if_not_exists(expires_at, :until)"
        }
        if counter.cap_micro_usd is not None and change.micro_usd > 0:
            room = counter.cap_micro_usd - change.micro_usd
            # A counter that isn't there holds nothing, which is no room for what is above the cap by itself.
            empty = "attribute_not_exists(micro_usd) OR " if room >= 0 else ""
            request["ConditionExpression"] = f"{empty}micro_usd <= :room"
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            values[":room"] = room
        return self._action(counter.id, {**request, "ExpressionAttributeValues": to_item(values)})

    def _action(self, item_id: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Update": {"TableName": self._table_name, "Key": {"asset_id": {"S": item_id}}, **request}}


def _raised(change: Change, reason: Mapping[str, Any]) -> Change:
    """Return a change that was refused with the cap that an operator raised, or raise CapReachedError."""
    counter, cap = change.counter, change.counter.cap_micro_usd or 0
    raised = from_item(reason.get("Item") or {}).get(RAISED_ATTRIBUTE)
    if raised is None or int(raised) <= cap:
        raise CapReachedError(
            f"{dollars(change.micro_usd)} more would exceed the cap of {dollars(cap)} on {counter.id}",
            counter=counter.id,
        )
    return replace(change, counter=replace(counter, cap_micro_usd=int(raised)))
