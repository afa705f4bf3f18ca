"""Name what would be cheaper than a job as it is: other profiles, and less of what the presets make."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from media_pipeline.domain.source import SourceInfo
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.presets import HighFrameRates, PresetName, Presets
from media_pipeline.encoding.pricing.price_list import PriceList
from media_pipeline.encoding.pricing.quote import Quote, quote, usd_text
from media_pipeline.encoding.profiles import Profile, Profiles

# A picture below 720 lines is SD: `quote.resolution_of`.
_SD_LINES, _SD_WIDTH = 720, 640
MAX_CHOICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Name a cheaper choice and its price in USD."""

    name: str
    usd: Decimal

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps."""
        return {"choice": self.name, "usd": usd_text(self.usd)}


def cheaper_choices(
    quoted: Quote,
    *,
    source: SourceInfo,
    profile: Profile,
    profiles: Profiles,
    presets: Presets,
    prices: PriceList,
) -> tuple[Choice, ...]:
    """Return what is cheaper, the cheapest first; at most MAX_CHOICES."""

    def priced(wanted: Profile, of: Presets) -> Quote | None:
        # Where files lie changes no price.
        settings = job_settings(
            source_uri="s3://source", destination="s3://outputs", source=source, profile=wanted, presets=of
        )
        return quote(settings, source, prices)

    found = []
    for name, wanted, of in _variants(source, profile, profiles, presets):
        price = priced(wanted, of)
        if price is not None and price.usd < quoted.usd and len(price.unpriced) <= len(quoted.unpriced):
            found.append(Choice(name=name, usd=price.usd))
    return tuple(sorted(found, key=lambda choice: (choice.usd, choice.name))[:MAX_CHOICES])


def _variants(
    source: SourceInfo, profile: Profile, profiles: Profiles, presets: Presets
) -> Iterator[tuple[str, Profile, Presets]]:
    if source.video is None or not profile.has_video:
        return
    yield "SD only", profile, _changed(presets, _sd_only)
    yield "at most 30 frames a second", profile, _changed(presets, _thirty)
    if PresetName.THUMBNAILS in profile.presets:
        names = tuple(name for name in profile.presets if name is not PresetName.THUMBNAILS)
        yield "without stills", replace(profile, presets=names), presets
    for other in profiles.by_name.values():
        if other.has_video and other.name != profile.name:
            yield f"profile {other.name}", other, presets


def _changed(presets: Presets, change: Callable[[Any], Any]) -> Presets:
    """Return presets whose presets of pictures are changed."""
    changed = {name.value: change(getattr(presets, name.value)) for name in PresetName}
    return Presets(**changed)


def _sd_only(preset: Any) -> Any:
    if hasattr(preset, "ladder"):
        rows = tuple(row for row in preset.ladder if row.short_side < _SD_LINES)
        return replace(preset, ladder=rows or preset.ladder[:1])
    if hasattr(preset, "max_captures"):
        return replace(preset, width=min(preset.width, _SD_WIDTH))
    return preset


def _thirty(preset: Any) -> Any:
    return (
        replace(preset, high_frame_rates=HighFrameRates.HALVE.value)
        if hasattr(preset, "high_frame_rates")
        else preset
    )
