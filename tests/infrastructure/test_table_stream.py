"""The stream from which webhooks are announced: what is let through, and what becomes of what fails."""

import json
from typing import Any

import pytest

from constructs_lib.delivery.table_stream import MAX_FILTERS
from media_pipeline.domain.asset import TERMINAL_STATUSES, AssetStatus
from media_pipeline.services.webhooks.fan_out import is_end
from tests.infrastructure.messaging import stream_mappings_of
from tests.infrastructure.stack import Stack

STATUSES = [*AssetStatus, None]


def test_only_delivery_has_a_stream(pipeline: Stack) -> None:
    """A table streams its changes, as they were and are, exactly where a function reads them."""
    (table,) = pipeline.of("aws_dynamodb_table")
    streams = bool(stream_mappings_of(pipeline))
    assert bool(table.get("stream_enabled")) is streams
    assert table.get("stream_view_type") == ("NEW_AND_OLD_IMAGES" if streams else None)


def test_what_fails_comes_again_alone_and_is_named_in_the_end(delivering: Stack) -> None:
    """Failures are reported one by one, batches halved, and what is given up is named in the DLQ of webhooks.

    Within the stream's day: what is older is gone. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
    """
    (mapping,) = stream_mappings_of(delivering)
    assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
    assert mapping["bisect_batch_on_function_error"] is True
    assert mapping["maximum_retry_attempts"] == -1
    assert 60 <= mapping["maximum_record_age_in_seconds"] < 86_400
    destination = mapping.block("destination_config")["on_failure"]["destination_arn"]
    assert delivering.with_arn(destination)["name"] == f"media-pipeline-webhooks-dlq-{delivering.name}"


def _admits(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    """Tell whether a pattern of Lambda's lets a record through, as far as ours say."""
    for name, wanted in pattern.items():
        found = record.get(name)
        if isinstance(wanted, dict):
            if not isinstance(found, dict) or not _admits(wanted, found):
                return False
            continue
        others = [each["anything-but"] for each in wanted if isinstance(each, dict)]
        if found is None or not (found in wanted or any(found not in banned for banned in others)):
            return False
    return True


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", list(AssetStatus))
def test_the_filters_let_ends_through(
    delivering: Stack, before: AssetStatus | None, after: AssetStatus
) -> None:
    """The filters admit what the function takes for an end, and no later change of an ended asset."""
    (mapping,) = stream_mappings_of(delivering)
    filters = mapping.block("filter_criteria")["filter"]
    patterns = [json.loads(each["pattern"]) for each in filters]
    assert 1 <= len(patterns) <= MAX_FILTERS
    images = {"NewImage": {"status": {"S": after.value}}}
    if before is not None:
        images["OldImage"] = {"status": {"S": before.value}}
    record = {"eventName": "INSERT" if before is None else "MODIFY", "dynamodb": images}
    old = {"status": before.value} if before else None
    assert any(_admits(pattern, record) for pattern in patterns) is is_end(old, {"status": after.value})
    assert is_end(old, {"status": after.value}) is (
        after in TERMINAL_STATUSES and before not in TERMINAL_STATUSES
    )
