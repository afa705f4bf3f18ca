"""Hand over the changes of a table as Lambda does: what fails comes again, and what is given up is told of.

MiniStack takes a batch for done whatever the function answers, knows neither a maximum of retries nor halved
batches, calls the function on the thread that polls all queues, and forgets unread changes when it is started
anew, though not how far they were read: changes after that are passed over. On AWS a function with
`ReportBatchItemFailures` returns the first change that failed, and the stream is taken up there; a batch that
fails as a whole is halved where the mapping asks for it, which is no retry; and after the retries, or past
the age, the batch is discarded and named to the mapping's destination. Sources:
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html

Changes that every mapping has read are dropped at once, not after a day: nothing else reads them here, and a
load test makes many.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb, lambda_svc

Mapping = dict[str, Any]
Record = dict[str, Any]

# Lambda backs off between retries; how long is documented nowhere.
BACKOFF_SECONDS = 1.0
INFINITE = -1
_DEFAULT_BATCH = 100  # Source: the parameters' page above


@dataclass(slots=True)
class Progress:
    """Remember how the batch at a position has fared: its retries, and how small it was made."""

    position: int = -1
    retries: int = 0
    limit: int = 0

    def at(self, position: int, batch_size: int) -> Progress:
        """Return what is known of this position; of a new one nothing is."""
        if self.position != position:
            self.position, self.retries, self.limit = position, 0, batch_size
        return self


_progress: dict[str, Progress] = {}


def apply() -> None:
    """Replace the poller of streams, and keep unread changes with the rest of the state."""
    get_state, load = dynamodb.get_state, dynamodb.load_persisted_state

    def with_streams() -> dict[str, Any]:
        return {
            **get_state(),
            "stream_records": dynamodb._stream_records,
            "stream_trimmed": dynamodb._stream_trimmed,
        }

    def load_persisted_state(data: dict[str, Any]) -> None:
        load(data)
        for name in ("stream_records", "stream_trimmed"):
            kept = data.get(name)
            if isinstance(kept, AccountRegionScopedDict):
                for scope, value in kept.all_items():
                    getattr(dynamodb, f"_{name}").set_scoped(*scope, value)

    dynamodb.get_state = with_streams
    dynamodb.load_persisted_state = load_persisted_state
    lambda_svc._poll_dynamodb_streams = poll


def poll() -> bool:
    """Begin a batch for every mapping that has changes to read and none under way; tell whether any began."""
    began = False
    for account_id, region, mapping in lambda_svc._iter_all_esms():
        tokens = (
            lambda_svc._request_account_id.set(account_id),
            lambda_svc._request_region.set(region),
        )
        try:
            table = _table_of(mapping)
            if table is not None and _is_free(mapping) and _has_changes(mapping, table):
                lambda_svc._dispatch_esm_batch(mapping["UUID"], _hand_over, mapping, table)
                began = True
        finally:
            lambda_svc._request_account_id.reset(tokens[0])
            lambda_svc._request_region.reset(tokens[1])
    return began


def first_failure(result: dict[str, Any], records: list[Record], *, reports: bool) -> int | None:
    """Return which record of a batch is the first that failed, None where none did.

    An answer that names no record of the batch, or can't be read, means that all of it failed.
    """
    if result.get("error"):
        return 0
    if not reports:
        return None
    body = result.get("body")
    try:
        answer = json.loads(body) if isinstance(body, str | bytes) else body
        failures = (answer or {}).get("batchItemFailures") or []
        named = [failure["itemIdentifier"] for failure in failures]
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    if not named:
        return None
    return min(numbers.index(name) for name in named) if set(named) <= set(numbers) else 0


def _table_of(mapping: Mapping) -> str | None:
    """Return the table whose present stream a mapping reads, None where it reads none."""
    arn = str(mapping.get("EventSourceArn", ""))
    if ":dynamodb:" not in arn or "/stream/" not in arn or not mapping.get("Enabled", True):
        return None
    name = arn.split("/stream/")[0].rpartition("/")[2]
    table = dynamodb._tables.get(name)
    return name if table and table.get("LatestStreamArn") == arn else None


def _is_free(mapping: Mapping) -> bool:
    # One shard: what comes later waits for what came before.
    identifier = mapping["UUID"]
    paused: float = lambda_svc._esm_backoff_until.get(identifier, 0)
    return not lambda_svc._esm_inflight.get(identifier) and paused <= time.time()


def _position(mapping: Mapping, table: str) -> int:
    positions, identifier = lambda_svc._dynamodb_stream_positions, mapping["UUID"]
    start, end = dynamodb.stream_start_position(table), dynamodb.stream_end_position(table)
    known = positions.get(identifier)
    if known is None:
        known = start if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
    # Behind the end only after a loss of state: what is there now was not read.
    positions[identifier] = found = start if known > end else max(int(known), start)
    return int(found)


def _has_changes(mapping: Mapping, table: str) -> bool:
    return bool(_position(mapping, table) < dynamodb.stream_end_position(table))


def _hand_over(mapping: Mapping, table: str) -> None:
    """Invoke the function with the next changes that its filters let through, and go on by its answer."""
    position, size = _position(mapping, table), int(mapping.get("BatchSize") or _DEFAULT_BATCH)
    progress = _progress.setdefault(mapping["UUID"], Progress()).at(position, size)
    raw = dynamodb.stream_records_since(table, position, progress.limit)
    records = lambda_svc._apply_filter_criteria(raw, mapping)
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if not records or function is None:
        if function is not None:
            _advance(mapping, table, position + len(raw))
        return
    result = lambda_svc._execute_function(function, {"Records": records})
    reports = "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or [])
    failed = first_failure(result, records, reports=reports)
    if failed is None:
        mapping["LastProcessingResult"] = f"OK - {len(records)} records"
        _advance(mapping, table, position + len(raw))
        return
    mapping["LastProcessingResult"] = "FAILED"
    lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + BACKOFF_SECONDS
    if failed:
        _advance(mapping, table, position + _index(raw, records[failed]))
    elif condition := _given_up(mapping, progress, records):
        lambda_svc._send_ddb_stream_failure_record(
            mapping, function, records, mapping["EventSourceArn"], result, condition
        )
        _advance(mapping, table, position + len(raw))
    elif mapping.get("BisectBatchOnFunctionError") and len(raw) > 1:
        progress.limit = (len(raw) + 1) // 2
    else:
        progress.retries += 1


def _given_up(mapping: Mapping, progress: Progress, records: list[Record]) -> str | None:
    """Return why a batch that failed is discarded, in Lambda's word for it; None where it comes again."""
    most_seconds = int(mapping.get("MaximumRecordAgeInSeconds") or INFINITE)
    oldest = min(float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in records)
    if most_seconds != INFINITE and time.time() - oldest > most_seconds:
        return "MaxRecordAgeExceeded"
    most = mapping.get("MaximumRetryAttempts")
    if most is None or int(most) == INFINITE or progress.retries < int(most):
        return None
    halves = mapping.get("BisectBatchOnFunctionError") and len(records) > 1
    return None if halves else "RetryAttemptsExhausted"


def _index(raw: list[Record], record: Record) -> int:
    number = record["dynamodb"]["SequenceNumber"]
    return next(i for i, each in enumerate(raw) if each["dynamodb"]["SequenceNumber"] == number)


def _advance(mapping: Mapping, table: str, position: int) -> None:
    lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position
    readers = [each for _, _, each in lambda_svc._iter_all_esms() if _table_of(each) == table]
    read = min(_position(each, table) for each in readers) if readers else position
    unread_from = read - dynamodb.stream_start_position(table)
    records = dynamodb._stream_records.get(table) or []
    if unread_from > 0:
        del records[:unread_from]
        dynamodb._stream_trimmed[table] = read
