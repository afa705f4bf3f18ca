"""What a simulated day costs: MediaConvert's minutes, and the requests of everything around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.bench import pricing
from checks.capacity.demand import S3_READS, S3_WRITES, SNS, TABLE_WRITES, index_writes, summed
from checks.capacity.films import MEAN_MINUTES
from checks.capacity.model.simulation import Outcome
from checks.capacity.model.world import Setup
from media_pipeline.encoding.pricing.price_list import parse_price_list
from media_pipeline.prices import DEFAULT_REGION, price_list_text

_USED = (
    *("dynamodb_read_unit", "dynamodb_write_unit", "lambda_gb_second", "lambda_request"),
    *("s3_read_request", "s3_write_request", "sns_publish", "sqs_request"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Hold prices in USD: of a minute of film with the default profile, and of each service's unit."""

    minute: float
    services: Mapping[str, float]

    @classmethod
    def shipped(cls) -> Prices:
        """Return the prices of the shipped list."""
        listed = parse_price_list(price_list_text(DEFAULT_REGION))
        return cls(
            minute=float(pricing.measure().default),
            services={name: float(listed.services[name].usd) for name in _USED},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Hold what a day costs in USD: encoding, and the pipeline around it."""

    encoding: float
    pipeline: float


def cost(outcome: Outcome, weight: int, setup: Setup, prices: Prices) -> Cost:
    """Return what the simulated uploads cost, those that were still open only as far as they came."""
    counts, usd = outcome.counts, prices.services
    received = counts.get("upload received", 0)
    batches, events = counts.get("event batch", 0), counts.get("event received", 0)
    gb_seconds = (outcome.uploads_busy + outcome.events_busy) * setup.function_memory_mb / 1024
    postponed = sum(counts.get(f"{what} {how}", 0) for what in ("upload", "event") for how in _POSTPONED)
    pipeline = (
        gb_seconds * usd["lambda_gb_second"]
        + (received + batches) * usd["lambda_request"]
        # Sent, received and deleted; events are received and deleted by batches.
        + (3 * received + events + 2 * batches + postponed) * usd["sqs_request"]
        + (summed(counts, TABLE_WRITES) + index_writes(counts)) * usd["dynamodb_write_unit"]
        + events * usd["dynamodb_read_unit"]
        + summed(counts, S3_READS) * usd["s3_read_request"]
        + summed(counts, S3_WRITES) * usd["s3_write_request"]
        + summed(counts, SNS) * usd["sns_publish"]
    )
    return Cost(
        encoding=counts.get("ended", 0) * MEAN_MINUTES * prices.minute * weight, pipeline=pipeline * weight
    )


_POSTPONED = ("hidden", "renewed")
