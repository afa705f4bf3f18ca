"""Tell in which of MediaConvert's pricing tiers an output is billed, from its job settings (boto3's form).

An output is billed at the Professional rate where it, its group or its job asks for anything of `RULES`; each
output is judged by itself. Source: MediaConvert guide, "Pricing tiers per output". The Basic tier has AVC in
one pass, "speed-optimized or balanced" (SINGLE_PASS and SINGLE_PASS_HQ), VP8, VP9, clipping, stitching and
static overlays. Source: MediaConvert pricing page; nulib/meadow, pull request 2622: SINGLE_PASS_HQ is billed
as IAD-B-AVC. What no source settles is marked, and counts as Basic until a bill shows otherwise.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from media_pipeline.domain.values import dataclass

Settings = Mapping[str, Any]

_CODEC_MEMBERS = {
    "H_264": "H264Settings",
    "H_265": "H265Settings",
    "VP8": "Vp8Settings",
    "VP9": "Vp9Settings",
}
_PRICING_PAGE = "MediaConvert pricing page, on-demand rates: what the Basic and Professional tiers support"
_API = "MediaConvert API: outputs that use this feature incur pro-tier pricing"
_UNSETTLED = "not settled by any document found; ask the first bill"


class Tier(StrEnum):
    """Name MediaConvert's pricing tiers of on-demand queues."""

    BASIC = "Basic"
    PROFESSIONAL = "Professional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Hold one output with what is set around it; each is the request's own part, empty where it has none."""

    output: Settings
    group: Settings
    job: Settings
    acceleration: Settings

    @property
    def video(self) -> Settings:
        """Return the output's `VideoDescription`."""
        return self.output.get("VideoDescription") or {}

    @property
    def codec(self) -> str:
        """Return the codec of the output's picture, empty where it has none."""
        return str(self.video.get("CodecSettings", {}).get("Codec", ""))

    @property
    def encoder(self) -> Settings:
        """Return the settings of the picture's codec."""
        settings: Settings = self.video.get("CodecSettings", {}).get(_CODEC_MEMBERS.get(self.codec, ""), {})
        return settings

    @property
    def audio(self) -> tuple[Settings, ...]:
        """Return the output's `AudioDescriptions`."""
        return tuple(self.output.get("AudioDescriptions", ()))

    @property
    def audio_codecs(self) -> frozenset[str]:
        """Return the codecs of the output's sound."""
        return frozenset(
            str(description.get("CodecSettings", {}).get("Codec", "")) for description in self.audio
        )

    def preprocesses(self, name: str) -> bool:
        """Tell whether the picture goes through one of MediaConvert's preprocessors."""
        return bool(self.video.get("VideoPreprocessors", {}).get(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Name a setting that is, or where `is_settled` is false may be, billed at the Professional rate.

    An add-on costs a multiple of its own besides.
    """

    setting: str
    applies: Callable[[Context], bool]
    source: str
    is_settled: bool = True
    is_add_on: bool = False


RULES = (
    Rule(
        setting="a codec other than AVC, VP8 and VP9",
        applies=lambda it: it.codec not in ("", "H_264", "VP8", "VP9", "FRAME_CAPTURE"),
        source=_PRICING_PAGE,
    ),
    Rule(
        setting="QualityTuningLevel MULTI_PASS_HQ",
        applies=lambda it: it.encoder.get("QualityTuningLevel") == "MULTI_PASS_HQ",
        source=_API,
    ),
    Rule(
        setting="BandwidthReductionFilter",
        applies=lambda it: bool(it.encoder.get("BandwidthReductionFilter")),
        source=_API,
    ),
    Rule(
        setting="FramerateConversionAlgorithm FRAMEFORMER",
        applies=lambda it: it.encoder.get("FramerateConversionAlgorithm") == "FRAMEFORMER",
        source="MediaConvert guide, frame rate conversion: a significant add-on cost",
        is_add_on=True,
    ),
    Rule(
        setting="Deinterlacer",
        applies=lambda it: it.preprocesses("Deinterlacer"),
        source="video-on-demand-on-aws, issues 90 and 114: bills of the Professional tier until it was off",
    ),
    Rule(
        setting="DolbyVision or Hdr10Plus",
        applies=lambda it: it.preprocesses("DolbyVision") or it.preprocesses("Hdr10Plus"),
        source="AWS for M&E blog, tiered pricing in MediaConvert: add-on features",
        is_add_on=True,
    ),
    Rule(
        setting="AudioNormalizationSettings",
        applies=lambda it: any(description.get("AudioNormalizationSettings") for description in it.audio),
        source=f"{_PRICING_PAGE}: an add-on of the Professional tier, 0.17 of a minute a minute",
        is_add_on=True,
    ),
    Rule(
        setting="Dolby audio",
        applies=lambda it: bool(it.audio_codecs & {"AC3", "AC4", "EAC3", "EAC3_ATMOS"}),
        source="MediaConvert guide, queues: Dolby audio is charged by the minute, whatever the queue",
        is_add_on=True,
    ),
    Rule(
        setting="AutomatedEncodingSettings",
        applies=lambda it: bool(it.group.get("AutomatedEncodingSettings")),
        source="MediaConvert guide, automated ABR: a professional-tier feature",
    ),
    Rule(
        setting="AdvancedInputFilter",
        applies=lambda it: any(
            each.get("AdvancedInputFilter") == "ENABLED" for each in it.job.get("Inputs", ())
        ),
        source="MediaConvert API, Input.AdvancedInputFilter: jobs that use it incur pro-tier pricing",
    ),
    Rule(
        setting="AccelerationSettings",
        applies=lambda it: it.acceleration.get("Mode", "DISABLED") != "DISABLED",
        source="MediaConvert guide, accelerated transcoding: a Professional tier feature, of all outputs",
    ),
    Rule(
        setting="ColorCorrector",
        applies=lambda it: it.preprocesses("ColorCorrector"),
        source=_UNSETTLED,
        is_settled=False,
    ),
    Rule(
        setting="NoiseReducer, PartnerWatermarking or TimecodeBurnin",
        applies=lambda it: any(
            map(it.preprocesses, ("NoiseReducer", "PartnerWatermarking", "TimecodeBurnin"))
        ),
        source=_UNSETTLED,
        is_settled=False,
    ),
    Rule(
        setting="an interlaced output",
        applies=lambda it: it.encoder.get("InterlaceMode", "PROGRESSIVE") != "PROGRESSIVE",
        source=_UNSETTLED,
        is_settled=False,
    ),
    Rule(
        setting="AVC of 10 bits or 4:2:2",
        applies=lambda it: (
            it.codec == "H_264" and it.encoder.get("CodecProfile", "MAIN") not in ("BASELINE", "MAIN", "HIGH")
        ),
        source=_UNSETTLED,
        is_settled=False,
    ),
    Rule(
        setting="captions made by the job",
        applies=lambda it: bool(it.output.get("CaptionDescriptions")),
        source=_UNSETTLED,
        is_settled=False,
    ),
    Rule(
        setting="sound other than AAC, MP3 and Dolby audio",
        applies=lambda it: bool(it.audio_codecs - {"AAC", "MP3", "AC3", "AC4", "EAC3", "EAC3_ATMOS"}),
        source=_UNSETTLED,
        is_settled=False,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledOutput:
    """Name one output of a job and what it is billed as; `reasons` put it in the Professional tier.

    `unsettled` are the settings that might. Outputs of sound alone have a rate of their own; whether a frame
    capture is billed for the whole film is not settled either.
    """

    group: str
    name: str
    tier: Tier
    reasons: tuple[str, ...]
    unsettled: tuple[str, ...]
    is_sound_alone: bool
    is_capture: bool


def rules_that_apply(
    output: Settings,
    *,
    group: Settings | None = None,
    job: Settings | None = None,
    acceleration: Settings | None = None,
) -> tuple[Rule, ...]:
    """Return the rules that one of a job's `Outputs` meets; pass its group, `Settings` and acceleration."""
    context = Context(output=output, group=group or {}, job=job or {}, acceleration=acceleration or {})
    return tuple(rule for rule in RULES if rule.applies(context))


def billed_outputs(job: Settings, *, acceleration: Settings | None = None) -> tuple[BilledOutput, ...]:
    """Return what each output of a job's `Settings` is billed as, in the job's order."""
    return tuple(_billed(job, acceleration or {}))


def _billed(job: Settings, acceleration: Settings) -> Iterator[BilledOutput]:
    for group in job.get("OutputGroups", ()):
        for output in group.get("Outputs", ()):
            rules = rules_that_apply(output, group=group, job=job, acceleration=acceleration)
            reasons = tuple(rule.setting for rule in rules if rule.is_settled)
            codec = output.get("VideoDescription", {}).get("CodecSettings", {}).get("Codec")
            yield BilledOutput(
                group=str(group.get("Name", "")),
                name=str(output.get("NameModifier", "")),
                tier=Tier.PROFESSIONAL if reasons else Tier.BASIC,
                reasons=reasons,
                unsettled=tuple(rule.setting for rule in rules if not rule.is_settled),
                is_sound_alone="VideoDescription" not in output,
                is_capture=codec == "FRAME_CAPTURE",
            )
