"""Quote a job: what MediaConvert is going to bill for each output, from the job's settings and its source.

Every output is billed for itself, in seconds, and for at least ten of them. Source: MediaConvert pricing
page, on-demand pricing. Its price depends on tier, codec, quality setting, frame rate and resolution. Where
a frame rate isn't known, the range above 30 is taken. Not settled, and marked: a frame capture counts as an
AVC output as long as the film, and sound alone that lies beside pictures as an audio output.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

from media_pipeline.domain.events import ProducedGroup
from media_pipeline.domain.source import Source, SourceInfo, video_of
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.billing_tiers import (
    BilledOutput,
    Context,
    Tier,
    billed_outputs,
    rules_that_apply,
)
from media_pipeline.encoding.pricing.price_list import (
    AUDIO_CODEC,
    FrameRates,
    MinuteRate,
    PriceList,
    Quality,
    Resolution,
)

LEAST_SECONDS = 10
_SECONDS_A_MINUTE = 60
# As exact as a total is told: a millionth of a dollar, rounded up.
_EXACT = Decimal("0.000001")
_CODECS = {"H_264": "AVC", "H_265": "HEVC", "FRAME_CAPTURE": "AVC"}
_QUALITIES = {
    "SINGLE_PASS": Quality.SINGLE_PASS,
    "SINGLE_PASS_HQ": Quality.SINGLE_PASS_HQ,
    "MULTI_PASS_HQ": Quality.MULTI_PASS_HQ,
}
NORMALIZATION = "Audio normalization"
CAPTURE = "Frame capture"
_NORMALIZATION_RULE = "AudioNormalizationSettings"
# A picture is of a class where it is as wide or as high as these. 720 lines are HD by the Price List's usage
# types (`IAD-B-AVC-HD-S-30`); how the sides of other shapes count no source says, so the larger class is it.
_CLASSES = (
    (Resolution.UHD_8K, 4097, 2161),
    (Resolution.UHD, 1921, 1081),
    (Resolution.HD, 1280, 720),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """Hold outputs of one price: `outputs` counts the job's outputs from 0, `usd_a_minute` is each one's."""

    tier: str
    codec: str
    quality: str
    frame_rate: str
    resolution: str
    usd_a_minute: Decimal
    outputs: tuple[int, ...]
    is_settled: bool

    @property
    def label(self) -> str:
        """Return what the outputs are, in the price list's words."""
        parts = (self.tier, self.codec, self.quality, self.resolution, self.frame_rate)
        return ", ".join(part for part in parts if part)

    def usd(self, seconds: Sequence[int]) -> Decimal:
        """Return the price of the row's outputs; `seconds` is what each output of the job is billed for."""
        total = sum(seconds[output] for output in self.outputs)
        return self.usd_a_minute * total / _SECONDS_A_MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Hold the price of a job before it is submitted.

    `seconds` is what each of its `outputs` is billed for. `unpriced` names what the list has no price for:
    then the sum is too low.
    """

    price_list: str
    seconds: int
    outputs: int
    rows: tuple[QuoteRow, ...]
    unpriced: tuple[str, ...] = ()

    @property
    def usd(self) -> Decimal:
        """Return the price of the job."""
        return _total(self.rows, [self.seconds] * self.outputs)

    def row_usd(self, row: QuoteRow) -> Decimal:
        """Return the price of one of the rows."""
        return row.usd([self.seconds] * self.outputs)

    def billed_usd(self, groups: Sequence[ProducedGroup]) -> Decimal:
        """Return the price by the durations that a finished job reports, at the prices of the quote.

        Where it doesn't report each of its outputs (accelerated jobs may not), it is the quote.
        """
        reported = [output.duration_ms for group in groups for output in group.outputs]
        if len(reported) != self.outputs or not all(reported):
            return self.usd
        return _total(self.rows, [billed_seconds(duration_ms) for duration_ms in reported])

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps; prices are decimal numbers as texts."""
        return {
            "price_list": self.price_list,
            "seconds": self.seconds,
            "outputs": self.outputs,
            "rows": [
                {
                    "tier": row.tier,
                    "codec": row.codec,
                    "quality": row.quality,
                    "frame_rate": row.frame_rate,
                    "resolution": row.resolution,
                    "usd_a_minute": f"{row.usd_a_minute:f}",
                    "outputs": list(row.outputs),
                    "is_settled": row.is_settled,
                }
                for row in self.rows
            ],
            "unpriced": list(self.unpriced),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Quote":
        """Read what `as_record` wrote."""
        return cls(
            price_list=record["price_list"],
            seconds=record["seconds"],
            outputs=record["outputs"],
            rows=tuple(
                QuoteRow(
                    **{
                        **row,
                        "usd_a_minute": Decimal(row["usd_a_minute"]),
                        "outputs": tuple(row["outputs"]),
                    }
                )
                for row in record["rows"]
            ),
            unpriced=tuple(record["unpriced"]),
        )


def quote(settings: Mapping[str, Any], source: Source, prices: PriceList) -> Quote | None:
    """Return what a job's `Settings` (boto3's form) cost; None where the source's duration isn't known."""
    if not isinstance(source, SourceInfo) or source.duration_ms <= 0:
        return None
    rows: dict[tuple[str, MinuteRate, bool], list[int]] = {}
    unpriced: dict[str, None] = {}
    number = 0
    billed = iter(billed_outputs(settings))
    for group in settings.get("OutputGroups", ()):
        for output in group.get("Outputs", ()):
            context, tier = Context(output=output, group=group, job=settings, acceleration={}), next(billed)
            for kind in _kinds(context, tier, source):
                rate = prices.minutes.get(kind)
                if rate is None:
                    unpriced[", ".join(part for part in kind if part)] = None
                else:
                    codec = CAPTURE if tier.is_capture else rate.codec
                    rows.setdefault((codec, rate, _is_settled(rate, context, source)), []).append(number)
            number += 1
    return Quote(
        price_list=prices.name,
        seconds=billed_seconds(source.duration_ms),
        outputs=number,
        rows=tuple(
            QuoteRow(
                tier=rate.tier,
                codec=codec,
                quality=rate.quality,
                frame_rate=rate.frame_rate,
                resolution=rate.resolution,
                usd_a_minute=rate.usd,
                outputs=tuple(outputs),
                is_settled=is_settled,
            )
            for (codec, rate, is_settled), outputs in rows.items()
        ),
        unpriced=tuple(unpriced),
    )


def billed_seconds(duration_ms: int) -> int:
    """Return for how many seconds an output is billed."""
    return max(LEAST_SECONDS, -(-duration_ms // 1000))


def usd_text(amount: Decimal) -> str:
    """Return an amount as the record and the API have it: six decimals, rounded up."""
    return f"{amount.quantize(_EXACT, rounding=ROUND_CEILING):f}"


def resolution_of(width: int, height: int) -> Resolution:
    """Return as what a picture of this size is billed, whichever way it is turned."""
    long_side, short_side = max(width, height), min(width, height)
    for resolution, long_limit, short_limit in _CLASSES:
        if long_side >= long_limit or short_side >= short_limit:
            return resolution
    return Resolution.SD


def _kinds(context: Context, billed: BilledOutput, source: SourceInfo) -> Iterator[tuple[str, ...]]:
    """Yield of what an output's prices are: the output itself, and add-ons."""
    tier = billed.tier.value
    if billed.is_sound_alone:
        yield tier, AUDIO_CODEC, "", "", ""
    else:
        yield (
            tier,
            _CODECS.get(context.codec, context.codec),
            _quality(context, billed.tier),
            _frame_rates(context, source),
            _resolution(context, source),
        )
    for description in context.audio:
        if description.get("AudioNormalizationSettings"):
            yield tier, NORMALIZATION, "", "", ""
    for rule in rules_that_apply(context.output, group=context.group, job=context.job):
        if rule.is_add_on and rule.setting != _NORMALIZATION_RULE:
            yield tier, rule.setting, "", "", ""


def _is_settled(rate: MinuteRate, context: Context, source: SourceInfo) -> bool:
    """Tell whether a bill is known to be as the price list says."""
    video = video_of(source)
    return rate.is_settled and context.codec != "FRAME_CAPTURE" and bool(video is None or video.frame_rate)


def _quality(context: Context, tier: Tier) -> str:
    if tier is Tier.BASIC:
        # Both settings of the Basic tier have one price. Source: `billing_tiers`.
        return Quality.SINGLE_PASS.value
    level = context.encoder.get("QualityTuningLevel", "SINGLE_PASS_HQ")
    return _QUALITIES[level].value


def _frame_rates(context: Context, source: SourceInfo) -> str:
    if context.codec == "FRAME_CAPTURE":
        return FrameRates.UP_TO_30.value
    encoder, video = context.encoder, video_of(source)
    rate = video.frame_rate if video else None
    if encoder.get("FramerateControl") == "SPECIFIED":
        rate = Fraction(encoder["FramerateNumerator"], encoder["FramerateDenominator"])
    if rate is None:
        return FrameRates.UP_TO_60.value
    return (
        FrameRates.UP_TO_30 if rate <= 30 else FrameRates.UP_TO_60 if rate <= 60 else FrameRates.ABOVE_60
    ).value


def _resolution(context: Context, source: SourceInfo) -> str:
    video = video_of(source)
    width = context.video.get("Width") or (video.display_width if video else 0)
    height = context.video.get("Height") or (video.display_height if video else 0)
    return resolution_of(width, height).value


def _total(rows: Sequence[QuoteRow], seconds: Sequence[int]) -> Decimal:
    total = sum((row.usd(seconds) for row in rows), Decimal(0))
    return total.quantize(_EXACT, rounding=ROUND_CEILING)
