"""One row of a preset's ladder, and what its fields may be."""

from dataclasses import dataclass

MAX_BITRATE_BPS = 1_152_000_000  # Source: MediaConvert API, H264Settings.MaxBitrate
# Source: MediaConvert API, VideoDescription.Width and Height (32 to 8192); H.264's levels end at 2160p.
# Quality levels: QvbrSettings.QvbrQualityLevel.
LADDER_ROW_LIMITS = {
    "short_side": (32, 2160),
    "max_bitrate_bps": (100_000, MAX_BITRATE_BPS),
    "quality_level": (1, 10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """Give the encoding of a rendition whose shorter side is `short_side` pixels."""

    short_side: int
    max_bitrate_bps: int
    quality_level: int
