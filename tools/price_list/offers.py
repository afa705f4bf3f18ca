"""Read prices out of what AWS's Price List API answers, one product at a time.

Source of a product's form: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-list-query-api.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from media_pipeline.encoding.pricing.price_list import (
    AUDIO_CODEC,
    FrameRates,
    MinuteRate,
    PriceList,
    Quality,
    Resolution,
    ServiceRate,
)

MEDIACONVERT = "AWSElementalMediaConvert"
_TIERS = frozenset({"Basic", "Professional"})
_CODECS = frozenset({"AVC", "HEVC"})
_AUDIO = frozenset({"audio", "audio only"})
_QUALITIES = {quality.value.lower(): quality for quality in Quality}
_RESOLUTIONS = frozenset(resolution.value for resolution in Resolution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Hold a product's first step of volume that isn't free; `attributes` are AWS's own."""

    attributes: Mapping[str, str]
    usd: Decimal
    date: str

    @property
    def usage_type(self) -> str:
        """Return what the bill calls it, with a region's prefix but in us-east-1."""
        return self.attributes.get("usagetype", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRate:
    """Name a price of another service by its usage type, without a region's prefix.

    CloudFront's prices are those of viewers in the United States, wherever the pipeline is.
    """

    name: str
    service: str
    usage_type: str
    unit: str
    is_regional: bool = True

    def is_met_by(self, offer: Offer) -> bool:
        """Tell whether an offer is this price."""
        prefix = "(?:[A-Z]{2,4}[0-9]{0,2}-)?" if self.is_regional else "(?:US-)?"
        return re.fullmatch(prefix + re.escape(self.usage_type), offer.usage_type) is not None


WANTED = (
    WantedRate(
        name="lambda_gb_second", service="AWSLambda", usage_type="Lambda-GB-Second-ARM", unit="GB-second"
    ),
    WantedRate(name="lambda_request", service="AWSLambda", usage_type="Request-ARM", unit="request"),
    WantedRate(
        name="dynamodb_write_unit",
        service="AmazonDynamoDB",
        usage_type="WriteRequestUnits",
        unit="write request unit",
    ),
    WantedRate(
        name="dynamodb_read_unit",
        service="AmazonDynamoDB",
        usage_type="ReadRequestUnits",
        unit="read request unit",
    ),
    WantedRate(name="sqs_request", service="AWSQueueService", usage_type="Requests-RBP", unit="request"),
    WantedRate(
        name="s3_write_request",
        service="AmazonS3",
        usage_type="Requests-Tier1",
        unit="PUT, COPY, POST or LIST request",
    ),
    WantedRate(
        name="s3_read_request",
        service="AmazonS3",
        usage_type="Requests-Tier2",
        unit="GET, HEAD or other request",
    ),
    WantedRate(
        name="s3_standard_gb_month", service="AmazonS3", usage_type="TimedStorage-ByteHrs", unit="GB-month"
    ),
    WantedRate(
        name="s3_infrequent_gb_month",
        service="AmazonS3",
        usage_type="TimedStorage-SIA-ByteHrs",
        unit="GB-month",
    ),
    WantedRate(
        name="cloudfront_gb",
        service="AmazonCloudFront",
        usage_type="DataTransfer-Out-Bytes",
        unit="GB",
        is_regional=False,
    ),
    WantedRate(
        name="cloudfront_request",
        service="AmazonCloudFront",
        usage_type="Requests-Tier2-HTTPS",
        unit="HTTPS request",
        is_regional=False,
    ),
    WantedRate(name="kms_request", service="awskms", usage_type="KMS-Requests", unit="request"),
    WantedRate(name="kms_key_month", service="awskms", usage_type="KMS-Keys", unit="key and month"),
    WantedRate(
        name="eventbridge_opt_in_event", service="AWSEvents", usage_type="Event-64K-Chunks", unit="event"
    ),
    WantedRate(name="sns_publish", service="AmazonSNS", usage_type="Requests-Tier1", unit="publish request"),
    WantedRate(
        name="cloudwatch_logs_gb",
        service="AmazonCloudWatch",
        usage_type="DataProcessing-Bytes",
        unit="GB taken in",
    ),
    WantedRate(
        name="cloudwatch_metric_month",
        service="AmazonCloudWatch",
        usage_type="CW:MetricMonitorUsage",
        unit="metric and month",
    ),
    WantedRate(
        name="cloudwatch_alarm_month",
        service="AmazonCloudWatch",
        usage_type="CW:AlarmMonitorUsage",
        unit="alarm and month",
    ),
)


def read_offer(product: str) -> Offer | None:
    """Return the on-demand price of a product (JSON text), None where it has none in USD that isn't free."""
    data: Any = json.loads(product)
    steps = []
    for term in data.get("terms", {}).get("OnDemand", {}).values():
        for step in term["priceDimensions"].values():
            usd = Decimal(step["pricePerUnit"].get("USD", "0"))
            if usd > 0:
                steps.append((Decimal(step.get("beginRange", "0")), usd, term["effectiveDate"][:10]))
    if not steps:
        return None
    _, usd, date = min(steps)
    return Offer(attributes=data["product"]["attributes"], usd=usd, date=date)


def refreshed(shipped: PriceList, offers: Mapping[str, list[Offer]], *, made: str) -> PriceList:
    """Return a price list with the prices of these offers, by service; others stay as they were."""
    minutes = {rate.kind: rate for rate in _minute_rates(offers.get(MEDIACONVERT, []))}
    services = {}
    for wanted in WANTED:
        for offer in filter(wanted.is_met_by, offers.get(wanted.service, [])):
            services[wanted.name] = ServiceRate(
                name=wanted.name,
                unit=wanted.unit,
                usd=offer.usd,
                source=_source(wanted.service, offer),
                date=offer.date,
                is_settled=True,
            )
    return PriceList(
        region=shipped.region,
        made=made,
        minutes={**shipped.minutes, **minutes},
        services={**shipped.services, **services},
    )


def _minute_rates(offers: list[Offer]) -> Iterator[MinuteRate]:
    for offer in offers:
        kind = _kind(offer.attributes)
        if kind is not None:
            yield MinuteRate(
                **kind,
                usd=offer.usd,
                source=_source(MEDIACONVERT, offer),
                date=offer.date,
                is_settled=True,
            )


def _kind(attributes: Mapping[str, str]) -> dict[str, str] | None:
    """Return what an offer of MediaConvert is the price of; None for what the pipeline's jobs don't make."""
    tier, codec = attributes.get("tier", ""), attributes.get("videoCodec", "")
    if tier not in _TIERS or attributes.get("addOnFeature"):
        return None
    if codec.lower().replace("-", " ") in _AUDIO:
        return {"tier": tier, "codec": AUDIO_CODEC, "quality": "", "frame_rate": "", "resolution": ""}
    # The Basic tier's offers name no quality setting where there is but one.
    named = attributes.get("videoQualitySetting", "").lower().replace("-", " ")
    quality = _QUALITIES.get(named) if named or tier != "Basic" else Quality.SINGLE_PASS
    frame_rate = _frame_rate(attributes.get("videoFrameRate", ""))
    resolution = attributes.get("videoResolution", "")
    if codec not in _CODECS or quality is None or frame_rate is None or resolution not in _RESOLUTIONS:
        return None
    return {
        "tier": tier,
        "codec": codec,
        "quality": quality.value,
        "frame_rate": frame_rate.value,
        "resolution": resolution,
    }


def _frame_rate(words: str) -> FrameRates | None:
    for beginning, rates in (
        ("<=30", FrameRates.UP_TO_30),
        (">30", FrameRates.UP_TO_60),
        (">60", FrameRates.ABOVE_60),
    ):
        if words.replace(" ", "").startswith(beginning):
            return rates
    return None


def _source(service: str, offer: Offer) -> str:
    return f"AWS Price List API, {service}, usage type {offer.usage_type}"
