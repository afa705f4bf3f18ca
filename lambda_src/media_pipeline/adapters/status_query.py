"""Query the index over statuses: its partitions at once, their entries as one list in the order of time."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from heapq import merge
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.status_index import (
    SHARD_ATTRIBUTE,
    SHARDS,
    SORT_ATTRIBUTE,
    STATUS_INDEX,
    IndexEntry,
    status_shards,
)

_QUERYING = "looking for assets of a status"


def entries_of(
    client: Any,
    table_name: str,
    status: AssetStatus,
    *,
    before: datetime | None,
    after: datetime | None,
    newest_first: bool,
    page_size: int,
) -> Iterator[IndexEntry]:
    """Yield the entries of a status that last changed before and not before the given times, in order.

    An entry whose record has another status by now, since an earlier release wrote it, is passed over.
    """
    condition, values = _condition(before, after)
    if condition is None:
        return
    request: dict[str, Any] = {
        "TableName": table_name,
        "IndexName": STATUS_INDEX,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {"#shard": SHARD_ATTRIBUTE, "#updated_at": SORT_ATTRIBUTE}
        if values
        else {"#shard": SHARD_ATTRIBUTE},
        "ScanIndexForward": not newest_first,
        "Limit": page_size,
    }
    with aws_errors(_QUERYING):
        paginator = client.get_paginator("query")
    shards = [
        iter(paginator.paginate(**request, ExpressionAttributeValues={":shard": {"S": shard}, **values}))
        for shard in status_shards(status.value)
    ]
    with ThreadPoolExecutor(max_workers=SHARDS) as pool:
        # All at once: from an operator's desk each takes a tenth of a second.
        firsts = list(pool.map(_first, shards))
    entries = [_entries(first, following) for first, following in zip(firsts, shards, strict=True)]
    for entry in merge(*entries, key=lambda each: each.updated_at, reverse=newest_first):
        if entry.status == status.value:
            yield entry


def _condition(before: datetime | None, after: datetime | None) -> tuple[str | None, dict[str, Any]]:
    """Return the condition on the key, and its values; None where no time fulfils it."""
    values: dict[str, Any] = {}
    condition = "#shard = :shard"
    if before is not None and after is not None:
        # A key has one condition; this one includes both ends, and refuses to be empty.
        if timestamp(before) <= timestamp(after):
            return None, {}
        condition += " AND #updated_at BETWEEN :after AND :before"
        before -= timedelta(milliseconds=1)
    elif before is not None:
        condition += " AND #updated_at < :before"
    elif after is not None:
        condition += " AND #updated_at >= :after"
    for name, time in ((":before", before), (":after", after)):
        if time is not None:
            values[name] = {"S": timestamp(time)}
    return condition, values


def _entries(first: Mapping[str, Any], following: Iterator[Mapping[str, Any]]) -> Iterator[IndexEntry]:
    yield from _read(first)
    with aws_errors(_QUERYING):
        for page in following:
            yield from _read(page)


def _first(pages: Iterator[Mapping[str, Any]]) -> Mapping[str, Any]:
    with aws_errors(_QUERYING):
        return next(pages)


def _read(page: Mapping[str, Any]) -> Iterator[IndexEntry]:
    return (IndexEntry.from_record(from_item(item)) for item in page["Items"])
