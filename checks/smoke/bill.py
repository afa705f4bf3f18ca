"""What the job costs: each output's tier, from the settings that MediaConvert reports, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media_pipeline.encoding.billing_tiers import BilledOutput, Tier, billed_outputs
from media_pipeline.encoding.pricing.price_list import FrameRates, Quality, Resolution, parse_price_list
from media_pipeline.encoding.pricing.quote import LEAST_SECONDS
from media_pipeline.prices import DEFAULT_REGION, price_list_text

RATE_REGION = DEFAULT_REGION
SD_BELOW_LINES = 720
_QUALITIES = {Tier.BASIC: Quality.SINGLE_PASS, Tier.PROFESSIONAL: Quality.SINGLE_PASS_HQ}


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """Say what one output is billed as; `dollars` is None where its rate is not known here."""

    output: BilledOutput
    seconds: float
    lines: int
    dollars: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Say what a job is billed as.

    Attributes:
        tags_from: Whose tags the bill carries: JOB or QUEUE.
    """

    lines: tuple[BilledLine, ...]
    tags_from: str

    @property
    def professional(self) -> list[BilledLine]:
        """Return the outputs that cost the higher rate."""
        return [line for line in self.lines if line.output.tier is Tier.PROFESSIONAL]

    @property
    def dollars(self) -> float:
        """Return the price of all outputs whose rate is known."""
        return sum(line.dollars or 0.0 for line in self.lines)

    @property
    def unpriced(self) -> list[BilledLine]:
        """Return the outputs whose rate is not known here."""
        return [line for line in self.lines if line.dollars is None]


def bill_of(job: Mapping[str, Any], *, source_seconds: float) -> Bill:
    """Return the bill of a job as GetJob tells it; outputs without details last as long as the source."""
    details = [
        output for group in job.get("OutputGroupDetails", []) for output in group.get("OutputDetails", [])
    ]
    outputs = billed_outputs(job["Settings"], acceleration=job.get("AccelerationSettings"))
    rows = details if len(details) == len(outputs) else [{}] * len(outputs)
    return Bill(
        lines=tuple(
            _line(output, detail, source_seconds) for output, detail in zip(outputs, rows, strict=True)
        ),
        tags_from=str(job.get("BillingTagsSource", "JOB")),
    )


def _line(output: BilledOutput, detail: Mapping[str, Any], source_seconds: float) -> BilledLine:
    seconds = detail.get("DurationInMs", source_seconds * 1000) / 1000
    lines = int(detail.get("VideoDetails", {}).get("HeightInPx", 0))
    known = lines < SD_BELOW_LINES and not output.is_sound_alone and not output.is_capture
    minutes = max(seconds, LEAST_SECONDS) / 60
    dollars = minutes * _sd_rate(output.tier) if known else None
    return BilledLine(output=output, seconds=seconds, lines=lines, dollars=dollars)


def _sd_rate(tier: Tier) -> float:
    """Return the shipped list's price of a minute of AVC below 720 lines, of up to 30 frames a second."""
    rate = parse_price_list(price_list_text(RATE_REGION)).minute(
        tier=tier.value,
        codec="AVC",
        quality=_QUALITIES[tier].value,
        frame_rate=FrameRates.UP_TO_30.value,
        resolution=Resolution.SD.value,
    )
    assert rate is not None
    return float(rate.usd)
