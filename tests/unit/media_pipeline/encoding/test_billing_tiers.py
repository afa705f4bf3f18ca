"""What each output is billed as follows from the job's settings, by one table with its sources."""

import re
from typing import Any

import botocore.session
import pytest
from hypothesis import given

from media_pipeline.domain.source import SourceInfo
from media_pipeline.encoding.billing_tiers import (
    RULES,
    Tier,
    billed_outputs,
    rules_that_apply,
)
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.profiles import Profile
from tests.support.strategies import shipped_presets, shipped_profiles, sources

AVC = {"Codec": "H_264", "H264Settings": {"QualityTuningLevel": "SINGLE_PASS_HQ", "CodecProfile": "HIGH"}}


def picture(codec: dict[str, Any] | None = None, **preprocessors: Any) -> dict[str, Any]:
    """Return an output of a picture."""
    video = {"CodecSettings": codec or AVC, "VideoPreprocessors": preprocessors}
    return {"NameModifier": "_a", "VideoDescription": video}


def sound(codec: str = "AAC", **more: Any) -> dict[str, Any]:
    """Return an output of sound alone."""
    return {"NameModifier": "_b", "AudioDescriptions": [{"CodecSettings": {"Codec": codec}, **more}]}


def avc(**settings: Any) -> dict[str, Any]:
    """Return the codec settings of an AVC output."""
    return {"Codec": "H_264", "H264Settings": {**AVC["H264Settings"], **settings}}  # type: ignore[dict-item]


# An output, with its group, job and acceleration, for each rule of the table.
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a codec other than AVC, VP8 and VP9": (picture({"Codec": "H_265", "H265Settings": {}}), {}),
    "QualityTuningLevel MULTI_PASS_HQ": (picture(avc(QualityTuningLevel="MULTI_PASS_HQ")), {}),
    "BandwidthReductionFilter": (picture(avc(BandwidthReductionFilter={"Strength": "AUTO"})), {}),
    "FramerateConversionAlgorithm FRAMEFORMER": (
        picture(avc(FramerateConversionAlgorithm="FRAMEFORMER")),
        {},
    ),
    "Deinterlacer": (picture(Deinterlacer={"Mode": "DEINTERLACE"}), {}),
    "DolbyVision or Hdr10Plus": (picture(DolbyVision={"Profile": "PROFILE_5"}), {}),
    "AudioNormalizationSettings": (sound(AudioNormalizationSettings={"TargetLkfs": -23.0}), {}),
    "Dolby audio": (sound("EAC3"), {}),
    "AutomatedEncodingSettings": (picture(), {"group": {"AutomatedEncodingSettings": {"AbrSettings": {}}}}),
    "AdvancedInputFilter": (picture(), {"job": {"Inputs": [{"AdvancedInputFilter": "ENABLED"}]}}),
    "AccelerationSettings": (picture(), {"acceleration": {"Mode": "PREFERRED"}}),
    "ColorCorrector": (picture(ColorCorrector={"ColorSpaceConversion": "FORCE_709"}), {}),
    "NoiseReducer, PartnerWatermarking or TimecodeBurnin": (picture(NoiseReducer={"Filter": "MEAN"}), {}),
    "an interlaced output": (picture(avc(InterlaceMode="TOP_FIELD")), {}),
    "AVC of 10 bits or 4:2:2": (picture(avc(CodecProfile="HIGH_10BIT")), {}),
    "captions made by the job": ({**picture(), "CaptionDescriptions": [{}]}, {}),
    "sound other than AAC, MP3 and Dolby audio": (sound("OPUS"), {}),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.setting)
def test_each_rule_finds_its_setting(rule: Any) -> None:
    """Each row of the table is met by an output that asks for it, by no plain one, and names its source."""
    output, around = EXAMPLES[rule.setting]
    assert rules_that_apply(output, **around) == (rule,)
    assert rule.source
    assert rules_that_apply(picture()) == rules_that_apply(sound()) == rules_that_apply(sound("MP3")) == ()
    assert set(EXAMPLES) == {each.setting for each in RULES}


def test_the_api_names_no_other_feature_of_the_professional_tier() -> None:
    """Whatever AWS's service model says incurs pro-tier pricing is in the table."""
    model = botocore.session.get_session().get_service_model("mediaconvert")
    mentioned = {
        member
        for name in model.shape_names
        for member, shape in getattr(model.shape_for(name), "members", {}).items()
        if re.search(r"pro.?tier", shape.documentation, re.IGNORECASE)
    }
    known = " ".join(rule.setting for rule in RULES)
    assert mentioned
    assert {name for name in mentioned if name not in known} == set()


def test_a_job_wide_feature_moves_every_output() -> None:
    """Accelerated transcoding bills all outputs at the Professional rate; one output's setting only that."""
    job = {"OutputGroups": [{"Name": "g", "Outputs": [picture(Deinterlacer={"Mode": "ADAPTIVE"}), sound()]}]}
    assert [(each.tier, each.reasons) for each in billed_outputs(job)] == [
        (Tier.PROFESSIONAL, ("Deinterlacer",)),
        (Tier.BASIC, ()),
    ]
    accelerated = billed_outputs(job, acceleration={"Mode": "ENABLED"})
    assert {each.tier for each in accelerated} == {Tier.PROFESSIONAL}
    assert [each.is_sound_alone for each in accelerated] == [False, True]
    filtered = billed_outputs({**job, "Inputs": [{"AdvancedInputFilter": "ENABLED"}]})
    assert [each.reasons for each in filtered] == [
        ("Deinterlacer", "AdvancedInputFilter"),
        ("AdvancedInputFilter",),
    ]
    automated = {**job["OutputGroups"][0], "AutomatedEncodingSettings": {"AbrSettings": {}}}
    assert all(
        "AutomatedEncodingSettings" in each.reasons for each in billed_outputs({"OutputGroups": [automated]})
    )


def test_captures_are_told_apart() -> None:
    """An output of captures is billed otherwise than a film, so it is marked; films and sound are not."""
    captures = picture({"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": {"MaxCaptures": 10}})
    outputs = [captures, picture(), sound()]
    billed = billed_outputs({"OutputGroups": [{"Name": "g", "Outputs": outputs}]})
    assert [each.is_capture for each in billed] == [True, False, False]
    assert {each.tier for each in billed} == {Tier.BASIC}


@pytest.mark.parametrize("profile", shipped_profiles().by_name.values(), ids=lambda profile: profile.name)
@given(source=sources())
def test_a_progressive_source_costs_no_professional_rate(profile: Profile, source: SourceInfo) -> None:
    """A job of a progressive source has no setting of the table, but that HDR colors are converted."""
    video = source.video
    assert video is not None
    if not profile.has_video and not source.audio:
        return
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=source,
        profile=profile,
        presets=shipped_presets(),
    )
    needs_colors = video.is_hdr or video.color_primaries == "ITU_2020"
    for billed in billed_outputs(settings):
        of_picture = not billed.is_sound_alone
        fields = of_picture and video.is_interlaced is not False
        assert billed.reasons == (("Deinterlacer",) if fields else ())
        assert (billed.tier is Tier.PROFESSIONAL) == fields
        assert billed.unsettled == (("ColorCorrector",) if of_picture and needs_colors else ())
