"""Refuse an UpdateTable that makes or removes more than one index, as DynamoDB does.

MiniStack takes any number at once. Source: DynamoDB API, UpdateTable: one global secondary index can be
created or deleted at a time.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb

_MESSAGE = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"


def apply() -> None:
    """Wrap the change of a table of MiniStack's DynamoDB."""
    update = dynamodb._update_table

    def update_table(data: dict[str, Any]) -> Any:
        if online_changes(data) > 1:
            return error_response_json("LimitExceededException", _MESSAGE, 400)
        return update(data)

    dynamodb._update_table = update_table


def online_changes(request: dict[str, Any]) -> int:
    """Return how many indexes a request makes or removes."""
    updates = request.get("GlobalSecondaryIndexUpdates") or []
    return sum("Create" in update or "Delete" in update for update in updates)
