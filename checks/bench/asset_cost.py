"""What the functions ask of AWS for one Full HD asset, and what the pipeline's own work for it costs.

Counted are requests of the functions; what they cause is added up from the sizes that were measured: messages
that SQS handles, and DynamoDB's and KMS's units. Where a size isn't known, it is taken too high: each write
of the record counts as one of the whole record, and no data key is in any cache.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from rich.table import Table

from checks.bench.deployed_asset import SCHEDULED, SERVICE_ROLE, MeasuredAsset
from media_pipeline.adapters.dynamodb import from_item
from media_pipeline.encoding.pricing.price_list import PriceList, parse_price_list
from media_pipeline.prices import DEFAULT_REGION, price_list_text
from tests.support.record_size import item_bytes
from tools.ops.service_costs.usage import (
    ServiceCost,
    Usage,
    costs_of,
    gigabytes,
    service_cost,
    total,
)

MAX_REQUESTS = 40
MAX_USD = Decimal("0.0006")
_CONSUMERS = ("ingest-orchestrator", "job-status-processor")
# A message is sent, received and deleted.
_REQUESTS_A_MESSAGE = 3
# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
_WRITE_BYTES, _READ_BYTES = 1024, 4096
# A write that moves the record in the index over statuses removes its entry and puts another; the index over
# creation gets one entry. Source: DynamoDB Developer Guide, "Using Global Secondary Indexes".
_INDEX_UNITS_A_WRITE, _INDEX_UNITS_OF_CREATION = 2, 1
# So often KMS is asked for an asset that comes alone, beside twice for each function that starts
# (its environment, its log group). SQS: a data key for each queue's sender and receiver, kept for five
# minutes. S3: bucket keys of upload, source and outputs, for those who write and read them. DynamoDB: the
# table's key, for each function, kept for five minutes. SNS: a data key, and its use.
# Sources: SQS Developer Guide, "Key management"; S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3
# Bucket Keys"; DynamoDB Developer Guide, "Encryption at rest: usage notes"; SNS Developer Guide, "Key
# management".
_KMS_REQUESTS = {"SQS": 4, "S3": 6, "DynamoDB": 3, "SNS": 2}
_KMS_REQUESTS_A_START = 2
_S3_WRITES = frozenset({"s3:PutObject", "s3:ListBucket"})
_TABLE_WRITES = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem"})
_TABLE_READS = frozenset({"dynamodb:GetItem"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCost:
    """Hold the requests of the functions and what the pipeline's work costs, for one asset."""

    measured: MeasuredAsset
    usage: Usage
    costs: Sequence[ServiceCost]
    monthly: Sequence[ServiceCost]

    @property
    def requests(self) -> int:
        """Return how many requests the functions made."""
        return sum(_of_functions(self.measured).values())

    @property
    def usd(self) -> Decimal:
        """Return what the pipeline's work costs."""
        return total(self.costs)

    @property
    def holds(self) -> bool:
        """Tell whether both are within what is allowed."""
        return self.requests <= MAX_REQUESTS and self.usd <= MAX_USD

    def tables(self) -> Iterator[Table | str]:
        """Return what is shown of it: requests by caller and action, prices, and both limits."""
        requests = Table("caller", "action", "requests", title="Requests for one 1080p asset")
        for (caller, action), count in sorted(self.measured.requests.items()):
            note = _NOT_COUNTED.get(caller, "")
            requests.add_row(f"{caller}{note}", action, str(count), style="dim" if note else "")
        yield requests
        prices = Table("service", "unit", "amount", "USD", title="The pipeline's own work for it")
        for cost in self.costs:
            unsettled = "" if cost.rate.is_settled else " (price not settled)"
            prices.add_row(
                cost.service, f"{cost.rate.unit}{unsettled}", f"{cost.amount:.6f}", f"{cost.usd:.7f}"
            )
        yield prices
        yield (
            f"Requests of the functions: {_verdict(self.requests <= MAX_REQUESTS)}{self.requests}[/], "
            f"allowed {MAX_REQUESTS}; cost of the pipeline: {_verdict(self.usd <= MAX_USD)}"
            f"${self.usd:.6f}[/], allowed ${MAX_USD} (without MediaConvert and its requests, storage and "
            "delivery)"
        )
        parts = ", ".join(
            f"{cost.amount} {cost.rate.unit.removesuffix(' and month')}s" for cost in self.monthly
        )
        yield f"Paid by the month, whatever is uploaded: ${total(self.monthly):.2f} for {parts}"


_NOT_COUNTED = {SERVICE_ROLE: " (its own: not counted)", SCHEDULED: " (by schedule: not counted)"}


def _verdict(is_good: bool) -> str:
    return "[green]" if is_good else "[red]"


def cost_of(measured: MeasuredAsset, prices: PriceList | None = None) -> AssetCost:
    """Return what was asked and what it costs, by the shipped price list where none is given."""
    usage = usage_of(measured)
    listed = prices or parse_price_list(price_list_text(DEFAULT_REGION))
    return AssetCost(
        measured=measured,
        usage=usage,
        costs=costs_of(usage, listed),
        monthly=[service_cost(name, Decimal(amount), listed) for name, amount in measured.monthly.items()],
    )


def usage_of(measured: MeasuredAsset) -> Usage:
    """Return what one asset takes of each service."""
    by_action: Counter[str] = Counter()
    for (_, action), count in _of_functions(measured).items():
        by_action[action] += count
    ran = {name: each for name, each in measured.invocations.items() if name != SCHEDULED}
    invocations = sum(each.count for each in ran.values())
    size_bytes = item_bytes(from_item(measured.record))
    writes = sum(by_action[action] for action in _TABLE_WRITES)
    reads = sum(by_action[action] for action in _TABLE_READS)
    messages = sum(each.count for name, each in ran.items() if name in _CONSUMERS)
    s3 = {action: count for action, count in by_action.items() if action.startswith("s3:")}
    s3_writes = sum(count for action, count in s3.items() if action in _S3_WRITES)
    return Usage(
        lambda_request=invocations,
        lambda_gb_second=round(sum(each.gb_seconds for each in ran.values()), 4),
        s3_read_request=sum(s3.values()) - s3_writes,
        s3_write_request=s3_writes,
        dynamodb_write_unit=writes * (ceil(size_bytes / _WRITE_BYTES) + _INDEX_UNITS_A_WRITE)
        + _INDEX_UNITS_OF_CREATION,
        dynamodb_read_unit=reads * ceil(size_bytes / _READ_BYTES),
        sqs_request=messages * _REQUESTS_A_MESSAGE + _sum(by_action, "sqs:"),
        sns_publish=_sum(by_action, "sns:"),
        # S3 tells EventBridge of the upload; MediaConvert's events are free.
        eventbridge_opt_in_event=1,
        kms_request=sum(_KMS_REQUESTS.values()) + _KMS_REQUESTS_A_START * len(ran) + _sum(by_action, "kms:"),
        # Of seldom invocations all are recorded. Source: X-Ray Developer Guide, "Configuring sampling rules"
        xray_trace=invocations,
        cloudwatch_logs_gb=gigabytes(sum(each.log_bytes for each in ran.values())),
    )


def _of_functions(measured: MeasuredAsset) -> Mapping[tuple[str, str], int]:
    return {key: count for key, count in measured.requests.items() if key[0] not in _NOT_COUNTED}


def _sum(by_action: Mapping[str, int], prefix: str) -> int:
    return sum(count for action, count in by_action.items() if action.startswith(prefix))
