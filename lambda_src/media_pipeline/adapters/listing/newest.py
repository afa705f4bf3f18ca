"""The newest entries of several partitions of an index, as one list."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.indexes.creation import Position
from media_pipeline.domain.values import dataclass

_PARTITIONS_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedIndex:
    """Name an index and its two keys."""

    name: str
    partition_key: str
    sort_key: str


def newest_positions(
    client: Any,
    table_name: str,
    index: SortedIndex,
    partitions: Sequence[str],
    *,
    before: Position | None,
    limit: int,
) -> list[Position]:
    """Return up to `limit` positions behind one, newest first, out of all these partitions.

    Raises TransientError and its kin where DynamoDB can't answer.
    """

    def query(partition: str) -> Iterable[Position]:
        return _of_partition(client, table_name, index, partition, before=before, limit=limit)

    with ThreadPoolExecutor(max_workers=_PARTITIONS_AT_ONCE) as pool:
        found = [position for positions in pool.map(query, partitions) for position in positions]
    return sorted(found, key=lambda position: position.order, reverse=True)[:limit]


def _of_partition(
    client: Any,
    table_name: str,
    index: SortedIndex,
    partition: str,
    *,
    before: Position | None,
    limit: int,
) -> Iterable[Position]:
    """Return the newest positions of a partition: all that share the last one's time among them.

    DynamoDB says nothing of the order of entries with equal sort keys, so a page never ends between such.
    """
    values = {":partition": {"S": partition}}
    names = {"#partition": index.partition_key}
    condition = "#partition = :partition"
    if before is not None:
        condition += " AND #time <= :time"
        names["#time"] = index.sort_key
        values[":time"] = {"S": before.time}
    request: dict[str, Any] = {
        "TableName": table_name,
        "IndexName": index.name,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": False,
        "Limit": limit + 1,
    }
    found: list[Position] = []
    while True:
        with aws_errors("listing assets"):
            answer = client.query(**request)
        for item in answer["Items"]:
            position = Position(time=item[index.sort_key]["S"], asset_id=item["asset_id"]["S"])
            if before is None or position.order < before.order:
                found.append(position)
        whole = len(found) > limit and found[-1].time < found[limit - 1].time
        if whole or "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
