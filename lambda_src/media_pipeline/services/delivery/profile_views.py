"""What the API says of a profile: what it makes of a usual video, and what a minute of that costs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from media_pipeline.encoding.job_settings import REFERENCE_AUDIO, REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.pricing.price_list import PriceList
from media_pipeline.encoding.pricing.quote import quote, usd_text
from media_pipeline.encoding.profiles import Profile

_MINUTE_MS = 60_000


def profile_view(profile: Profile, presets: Presets, prices: PriceList) -> dict[str, Any]:
    """Return a profile with its pictures and sounds (bits per second), and its price in USD a minute."""
    reference = REFERENCE_VIDEO if profile.has_video else REFERENCE_AUDIO
    source = replace(reference, duration_ms=_MINUTE_MS)
    # Where files lie changes neither what is made nor its price.
    settings = job_settings(
        source_uri="s3://source", destination="s3://outputs", source=source, profile=profile, presets=presets
    )
    quoted = quote(settings, source, prices)
    is_priced = quoted is not None and not quoted.unpriced
    return {
        "name": profile.name,
        "presets": [preset.value for preset in profile.presets],
        "public": profile.is_public,
        "pictures": _pictures(settings),
        "sounds": sorted({rate for output in _outputs(settings) for rate in _sounds(output)}, reverse=True),
        **({"usd_a_minute": usd_text(quoted.usd)} if quoted is not None and is_priced else {}),
        "is_settled": quoted is not None and is_priced and all(row.is_settled for row in quoted.rows),
    }


def _outputs(settings: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for group in settings["OutputGroups"]:
        yield from group["Outputs"]


def _pictures(settings: Mapping[str, Any]) -> list[dict[str, int]]:
    """Return each size of moving pictures once, with its highest bit rate."""
    rates: dict[tuple[int, int], int] = {}
    for output in _outputs(settings):
        video = output.get("VideoDescription", {})
        encoder = video.get("CodecSettings", {}).get("H264Settings")
        if encoder is not None:
            size = video["Width"], video["Height"]
            rates[size] = max(rates.get(size, 0), encoder["MaxBitrate"])
    return [
        {"width": width, "height": height, "bits_per_second": rate}
        for (width, height), rate in sorted(rates.items(), reverse=True)
    ]


def _sounds(output: Mapping[str, Any]) -> Iterator[int]:
    for description in output.get("AudioDescriptions", ()):
        yield description["CodecSettings"]["AacSettings"]["Bitrate"]
