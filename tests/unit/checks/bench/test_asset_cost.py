"""What an asset's requests and invocations add up to, worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from checks.bench.asset_cost import MAX_REQUESTS, AssetCost, cost_of
from checks.bench.deployed_asset import Invocations, MeasuredAsset, component, metric_names, summed
from tests.support.pricing import SHIPPED_PRICES

# An item of 2,500 bytes: three write units, one read unit.
RECORD: dict[str, Any] = {"asset_id": {"S": "a" * 32}, "detail": {"S": "b" * (2500 - 32 - 8 - 6)}}
MEASURED = MeasuredAsset(
    requests={
        ("ingest-orchestrator", "dynamodb:PutItem"): 1,
        ("ingest-orchestrator", "s3:GetObject (HEAD)"): 1,
        ("job-status-processor", "dynamodb:UpdateItem"): 2,
        ("job-status-processor", "dynamodb:GetItem"): 2,
        ("job-status-processor", "s3:ListBucket"): 1,
        ("job-status-processor", "s3:PutObject"): 1,
        ("job-status-processor", "sns:Publish"): 1,
        ("job-status-processor", "mediaconvert:GetJob"): 1,
        ("mediaconvert", "s3:PutObject"): 200,
        ("reconciler", "dynamodb:Query"): 100,
    },
    invocations={
        "ingest-orchestrator": Invocations(count=1, gb_seconds=1.0, log_bytes=3000),
        "job-status-processor": Invocations(count=2, gb_seconds=0.5, log_bytes=2000),
        "fan-out": Invocations(count=3, gb_seconds=0.25, log_bytes=0),
        "reconciler": Invocations(count=9, gb_seconds=90.0, log_bytes=90_000),
    },
    record=RECORD,
    monthly={"cloudwatch_alarm_month": 47, "cloudwatch_composite_alarm_month": 1, "kms_key_month": 2},
)


def test_an_assets_usage_is_what_one_works_out_by_hand() -> None:
    """Neither MediaConvert's own requests nor what runs by schedule count."""
    found = cost_of(MEASURED, SHIPPED_PRICES)
    assert found.requests == 10
    assert found.usage.as_document() == {
        "lambda_request": 6,
        "lambda_gb_second": 1.75,
        "s3_read_request": 1,
        "s3_write_request": 2,
        # Three writes of three units and two of the index, and the entry of creation.
        "dynamodb_write_unit": 16,
        "dynamodb_read_unit": 2,
        # Three messages, each sent, received and deleted.
        "sqs_request": 9,
        "sns_publish": 1,
        "eventbridge_opt_in_event": 1,
        # 15 of lone assets, and two for each of three functions that ran.
        "kms_request": 21,
        "xray_trace": 6,
        "cloudwatch_logs_gb": 0.000005,
    }
    assert found.holds
    # 4.70, 0.50 and 2.
    assert str(list(found.tables())[-1]).startswith("Paid by the month, whatever is uploaded: $7.20 for 47 ")


def test_more_than_is_allowed_does_not_hold() -> None:
    """One request too many, or a function that ran too long, is told."""
    busy = replace(MEASURED, requests={("api", "dynamodb:GetItem"): MAX_REQUESTS + 1})
    assert not cost_of(busy, SHIPPED_PRICES).holds
    slow = replace(MEASURED, invocations={"api": Invocations(count=1, gb_seconds=45.0, log_bytes=0)})
    found: AssetCost = cost_of(slow, SHIPPED_PRICES)
    assert found.usd > Decimal("0.0006")
    assert not found.holds
    assert "[red]" in str(list(found.tables())[-2])


def test_an_invocations_log_says_what_is_billed() -> None:
    """Lambda's own lines are read: duration times memory; each event counts 26 bytes more."""
    report = "REPORT RequestId: 1\tDuration: 1500 ms\tBilled Duration: 1500 ms\tMemory Size: 512 MB\tMax"
    found = summed(["START RequestId: 1", report, report.replace("1500", "500")])
    assert (found.count, found.gb_seconds) == (2, 1.0)
    assert found.log_bytes == 18 + 2 * len(report) - 2 + 3 * 26


def test_metrics_are_counted_by_name() -> None:
    """Those that an asset's end writes, and those that count by a dimension, are among them."""
    assert {"AssetsCompleted", "OutputMinutes", "AssetsFailedByReason", "StuckAssets"} <= metric_names()


def test_a_functions_part_is_in_its_name_and_in_its_roles() -> None:
    """Both are called by pipeline, part and environment."""
    assert component("media-pipeline-ingest-orchestrator-sandbox") == "ingest-orchestrator"
    assert component("another") == "another"
