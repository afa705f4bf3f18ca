"""What 1,000 assets cost, by service: encoding, the pipeline's own work, storage as it ages, delivery.

The pipeline's own work is that of one 1080p asset, as `make bench` measured it in the sandbox.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from media_pipeline.encoding.pricing.price_list import PriceList
from tools.ops.costs import Sum
from tools.ops.service_costs.kept import Kept
from tools.ops.service_costs.usage import ServiceCost, Usage, costs_of, read_usage, service_cost

ASSETS = 1_000
_MEASURED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """Hold what 1,000 assets cost of one service; `is_settled`: whether public sources have all prices."""

    part: str
    service: str
    amount: str
    usd: Decimal
    is_settled: bool


def measured_usage() -> Usage:
    """Return what one asset takes, as it was measured."""
    return read_usage(json.loads(_MEASURED.read_text(encoding="utf-8"))["usage"])


def cost_rows(spent: Sum, kept: Kept | None, prices: PriceList) -> Sequence[CostRow]:
    """Return the rows: `spent` is what jobs cost, `kept` what is known of sizes.

    Raises KeyError where the list lacks a price.
    """
    return [*_encoding(spent), *_pipeline(prices), *(_storage(kept, prices) if kept else ())]


def _encoding(spent: Sum) -> Iterator[CostRow]:
    if spent.jobs:
        usd = spent.usd / spent.jobs * ASSETS
        yield CostRow(
            part="encoding",
            service="MediaConvert",
            amount=f"average of {spent.jobs:,} jobs",
            usd=usd,
            is_settled=True,
        )


def _pipeline(prices: PriceList) -> Iterator[CostRow]:
    by_service: dict[str, list[ServiceCost]] = defaultdict(list)
    for cost in costs_of(measured_usage(), prices, assets=ASSETS):
        by_service[cost.service].append(cost)
    for service, costs in by_service.items():
        yield CostRow(
            part="the pipeline's work",
            service=service,
            amount=", ".join(_amount(cost) for cost in costs),
            usd=sum((cost.usd for cost in costs), Decimal(0)),
            is_settled=all(cost.rate.is_settled for cost in costs),
        )


def _storage(kept: Kept, prices: PriceList) -> Iterator[CostRow]:
    sources, outputs = (Decimal(str(gb * ASSETS)) for gb in (kept.source_gb, kept.output_gb))
    objects, watched = (Decimal(str(each * ASSETS)) for each in (kept.output_objects, kept.watched_gb))
    monitored = ("s3_monitoring_object_month", objects)
    for part, *priced in (
        ("sources, a month", ("s3_standard_gb_month", sources)),
        ("then, infrequent access", ("s3_infrequent_gb_month", sources)),
        ("then, archived", ("s3_archive_gb_month", sources)),
        ("outputs, a month", ("s3_standard_gb_month", outputs)),
        ("unwatched for 30 days", ("s3_infrequent_gb_month", outputs), monitored),
        ("unwatched for 90 days", ("s3_archive_gb_month", outputs), monitored),
        (
            "moving them, once",
            ("s3_transition_request", ASSETS + objects),
            ("s3_archive_transition_request", Decimal(ASSETS)),
        ),
        ("each watched once", ("cloudfront_gb", watched)),
    ):
        costs = [service_cost(name, amount, prices) for name, amount in priced]
        yield CostRow(
            part=part,
            service=costs[0].service,
            amount=", ".join(_amount(cost) for cost in costs),
            usd=sum((cost.usd for cost in costs), Decimal(0)),
            is_settled=all(cost.rate.is_settled for cost in costs),
        )


def _amount(cost: ServiceCost) -> str:
    unit = cost.rate.unit.partition(" and ")[0]
    return f"{cost.amount:,.2f} {unit}" if cost.amount < 100 else f"{cost.amount:,.0f} {unit}"
