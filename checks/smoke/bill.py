"""What the job costs: each output's tier, from the settings that MediaConvert reports, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media_pipeline.encoding.billing_tiers import BilledOutput, Tier, billed_outputs

# Dollars a minute in us-east-1, for AVC of up to 30 frames a second below 720 lines. Sources: MediaConvert
# guide, pricing example (Basic); video-on-demand-on-aws issue 90, a bill (Professional).
RATE_REGION = "us-east-1"
SD_RATES = {Tier.BASIC: 0.0075, Tier.PROFESSIONAL: 0.012}
SD_BELOW_LINES = 720
# Source: MediaConvert pricing page, on-demand pricing: the least that an output is billed for.
LEAST_SECONDS = 10.0


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
    dollars = minutes * SD_RATES[output.tier] if known else None
    return BilledLine(output=output, seconds=seconds, lines=lines, dollars=dollars)
