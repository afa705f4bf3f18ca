"""Of which kind the price of an output is, by settings that the shipped presets never make."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from media_pipeline.domain.source import SourceInfo
from media_pipeline.encoding.job_settings import REFERENCE_AUDIO, REFERENCE_VIDEO
from media_pipeline.encoding.pricing.quote import Quote, QuoteRow, quote
from tests.support.pricing import SHIPPED_PRICES

FILM = replace(REFERENCE_VIDEO, duration_ms=60_000)
NO_PRICES = replace(SHIPPED_PRICES, minutes={})


def kinds(output: dict[str, Any], *, source: SourceInfo = FILM, **group: Any) -> tuple[str, ...]:
    """Return of which kinds the prices of one output are: an empty list lacks all, so all are named."""
    found = quote({"OutputGroups": [{**group, "Outputs": [output]}]}, source, NO_PRICES)
    assert found is not None
    assert (found.rows, found.outputs) == ((), 1)
    return found.unpriced


def picture(**settings: Any) -> dict[str, Any]:
    """Return an AVC output of 360 lines."""
    codec = {"Codec": "H_264", "H264Settings": settings}
    return {"VideoDescription": {"Width": 640, "Height": 360, "CodecSettings": codec}}


def test_the_best_quality_has_a_price_of_its_own() -> None:
    """What the Professional tier makes in one pass and in several are of two kinds."""
    assert kinds(picture(QualityTuningLevel="MULTI_PASS_HQ")) == (
        "Professional, AVC, Multi pass HQ, <=30 fps, SD",
    )
    slow = picture(BandwidthReductionFilter={"Strength": "AUTO"})
    assert kinds(slow) == ("Professional, AVC, Single pass HQ, <=30 fps, SD",)
    slow["VideoDescription"]["CodecSettings"]["H264Settings"]["QualityTuningLevel"] = "SINGLE_PASS"
    assert kinds(slow) == ("Professional, AVC, Single pass, <=30 fps, SD",)


def test_an_add_on_is_named_by_its_setting_alone() -> None:
    """Dolby audio and the like cost the same whatever picture they are with."""
    sound = {"AudioDescriptions": [{"CodecSettings": {"Codec": "EAC3"}}]}
    assert kinds({**picture(), **sound}) == (
        "Professional, AVC, Single pass HQ, <=30 fps, SD",
        "Professional, Dolby audio",
    )
    assert kinds(sound) == ("Professional, Audio", "Professional, Dolby audio")


def test_a_picture_that_a_source_should_not_have_is_priced_all_the_same() -> None:
    """Where nothing is known of a picture, its size is as it is set, and its rate counts as a higher one."""
    found = kinds(picture(), source=replace(REFERENCE_AUDIO, duration_ms=60_000))
    assert found == ("Basic, AVC, Single pass, >30 fps and <=60 fps, SD",)


def test_a_group_without_outputs_costs_nothing() -> None:
    """A job of nothing is quoted at nothing, exactly."""
    found = quote({"OutputGroups": [{}, {"Outputs": []}]}, FILM, SHIPPED_PRICES)
    assert found is not None
    assert (found.outputs, found.rows, found.unpriced) == (0, (), ())
    assert str(found.usd) == "0.000000"


def test_a_job_is_never_told_too_low() -> None:
    """Less than half of a millionth of a dollar makes one, too."""
    row = QuoteRow(
        tier="Basic",
        codec="AVC",
        quality="",
        frame_rate="",
        resolution="",
        usd_a_minute=Decimal("0.000007"),
        outputs=(0,),
        is_settled=True,
    )
    assert str(Quote(price_list="p", seconds=10, outputs=1, rows=(row,)).usd) == "0.000002"
