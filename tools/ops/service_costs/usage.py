"""What the pipeline uses of AWS's services for one asset, and what that costs by a price list.

Encoding, storage and delivery are no part of it, nor is what is paid by the month, whatever is uploaded:
alarms, metrics, keys, the reconciler's runs, and polling of queues that are empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal

from media_pipeline.encoding.pricing.price_list import PriceList, ServiceRate

_BYTES_A_GB = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Count what one asset takes; each field is what one price of the list is for."""

    lambda_request: int
    lambda_gb_second: float
    s3_read_request: int
    s3_write_request: int
    dynamodb_write_unit: int
    dynamodb_read_unit: int
    sqs_request: int
    sns_publish: int
    eventbridge_opt_in_event: int
    kms_request: int
    xray_trace: int
    cloudwatch_logs_gb: float

    def as_document(self) -> dict[str, float]:
        """Return the plain data that `read_usage` reads."""
        return asdict(self)


def read_usage(document: Mapping[str, float]) -> Usage:
    """Return a usage that was written down. Raises TypeError where a field is missing or unknown."""
    return Usage(**document)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCost:
    """Hold what so much of one unit of a service costs in USD."""

    service: str
    amount: Decimal
    rate: ServiceRate

    @property
    def usd(self) -> Decimal:
        """Return the price of it all."""
        return self.amount * self.rate.usd


# AWS's names of the services, by the prices' names.
SERVICES: Mapping[str, str] = {
    "lambda": "Lambda",
    "s3": "S3",
    "dynamodb": "DynamoDB",
    "sqs": "SQS",
    "sns": "SNS",
    "eventbridge": "EventBridge",
    "kms": "KMS",
    "xray": "X-Ray",
    "cloudwatch": "CloudWatch",
    "cloudfront": "CloudFront",
}


def costs_of(usage: Usage, prices: PriceList, *, assets: int = 1) -> Sequence[ServiceCost]:
    """Return what so many assets cost, by price. Raises KeyError where the list lacks one."""
    return [
        service_cost(field.name, Decimal(str(getattr(usage, field.name))) * assets, prices)
        for field in fields(Usage)
    ]


def service_cost(rate_name: str, amount: Decimal, prices: PriceList) -> ServiceCost:
    """Return what so much costs at one of the list's prices. Raises KeyError where the list lacks it."""
    service = SERVICES[rate_name.partition("_")[0]]
    return ServiceCost(service=service, amount=amount, rate=prices.services[rate_name])


def total(costs: Sequence[ServiceCost]) -> Decimal:
    """Return the sum in USD."""
    return sum((cost.usd for cost in costs), Decimal(0))


def gigabytes(size_bytes: float) -> float:
    """Return a size in GB as AWS bills it."""
    return size_bytes / _BYTES_A_GB
