"""What a minute of Full HD costs: the default profile against HLS, DASH and MP4 made apart.

All have the same ladder, quality settings and stills, which count as billed for the whole film. HLS and DASH
apart have a ladder each. How many rungs are made as MP4 is read in three ways: all of them, as the limit
means it; two, as the 1080p template of video-on-demand-on-aws has it; one, as in the profile `classic`.
Source: github.com/aws-solutions/video-on-demand-on-aws, README, "Encoding Templates": 2 MP4, 8 HLS, 8 DASH.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from checks.bench.packaging import PRESETS_FOLDER
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.presets import PresetName, Presets, parse_presets
from media_pipeline.encoding.pricing.price_list import parse_price_list
from media_pipeline.encoding.pricing.quote import quote
from media_pipeline.encoding.profiles import Profile, parse_profiles
from media_pipeline.prices import DEFAULT_REGION, price_list_text
from stacks.encoding import read_encoding_documents

ALLOWED_RATIO = 0.55
_MINUTE = replace(REFERENCE_VIDEO, duration_ms=60_000)
_APART = (PresetName.HLS, PresetName.DASH, PresetName.MP4, PresetName.THUMBNAILS)


@dataclass(frozen=True, slots=True)
class MinutePrices:
    """Hold prices of a minute in USD."""

    default: Decimal
    apart: Decimal
    two_files: Decimal
    classic: Decimal

    @property
    def ratio(self) -> float:
        """Return what the default profile costs, as a share of what making all apart costs."""
        return float(self.default / self.apart)

    @property
    def is_low(self) -> bool:
        """Tell whether that is within what is allowed."""
        return self.ratio <= ALLOWED_RATIO

    def line(self) -> str:
        """Return the sums, and the default's share of each."""
        color = "green" if self.is_low else "red"
        return (
            f"A minute of 1080p 30 fps costs ${self.default} with the default profile. "
            "HLS, DASH and MP4 apart:\n"
            f"  each with the whole ladder ${self.apart}: [{color}]{self.ratio:.0%}[/], allowed "
            f"{ALLOWED_RATIO:.0%}\n"
            f"  with two rungs as MP4, as video-on-demand-on-aws ${self.two_files}: "
            f"{self.default / self.two_files:.0%}, for comparison\n"
            f"  with one rung as MP4, the classic profile ${self.classic}: "
            f"{self.default / self.classic:.0%}, for comparison"
        )


def measure() -> MinutePrices:
    """Return the prices by the shipped presets and the shipped price list."""
    encoding = read_encoding_documents(PRESETS_FOLDER)
    presets, profiles = parse_presets(encoding.presets), parse_profiles(encoding.profiles).by_name
    apart = Profile(name="apart", presets=_APART)
    whole, two = (
        replace(presets, mp4=replace(presets.mp4, max_renditions=rungs))
        for rungs in (len(presets.mp4.ladder), 2)
    )
    return MinutePrices(
        default=_price(profiles["default"], presets),
        apart=_price(apart, whole),
        two_files=_price(apart, two),
        classic=_price(profiles["classic"], presets),
    )


def _price(profile: Profile, presets: Presets) -> Decimal:
    settings = job_settings(
        source_uri="s3://uploads/a.mp4",
        destination="s3://outputs/id/1",
        source=_MINUTE,
        profile=profile,
        presets=presets,
    )
    quoted = quote(settings, _MINUTE, parse_price_list(price_list_text(DEFAULT_REGION)))
    assert quoted is not None
    assert not quoted.unpriced
    return quoted.usd
