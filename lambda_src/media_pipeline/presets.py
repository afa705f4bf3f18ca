"""Encoding presets and profiles: their schema, and reading them with every fault reported at once.

A preset is a small JSON document that an operator edits in SSM; a profile lists the presets of one job.
Pure: the stack validates the files it deploys with the very code that the functions read them with.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from media_pipeline.errors import PresetsInvalidError

DEFAULT_PROFILE = "default"

MAX_BITRATE_BPS = 1_152_000_000  # Source: MediaConvert API, H264Settings.MaxBitrate
MIN_VIDEO_SIDE = 32  # Source: MediaConvert API, VideoDescription.Width and Height: 32 to 8192
MAX_LADDER_SHORT_SIDE = 2160
# Source: MediaConvert API, AacSettings.Bitrate; each of these has its half in the list too, for mono.
AAC_BITRATES_BPS = (64_000, 80_000, 96_000, 112_000, 128_000, 160_000, 192_000, 224_000, 256_000, 320_000)
# Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/aac-support.html
AAC_SAMPLE_RATES_HZ = (32_000, 44_100, 48_000)


class PresetName(StrEnum):
    """Name the presets that exist; each makes one output group."""

    HLS = "hls"
    DASH = "dash"
    MP4 = "mp4"
    THUMBNAILS = "thumbnails"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRow:
    """Give the encoding of a rendition whose shorter side is `short_side` pixels."""

    short_side: int
    max_bitrate_bps: int
    quality_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPreset:
    """Describe what the HLS, DASH and MP4 presets share; the ladder is sorted from small to large."""

    version: int
    gop_seconds: int
    audio_bitrate_bps: int
    audio_sample_rate_hz: int
    ladder: tuple[LadderRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamingPreset(VideoPreset):
    """Describe a segmented output group (HLS or DASH)."""

    segment_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreset(VideoPreset):
    """Describe MP4 files for download; the `max_renditions` best rungs are made."""

    max_renditions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailsPreset:
    """Describe JPEG captures, `width` pixels wide, every `interval_seconds` or spread over longer sources."""

    version: int
    width: int
    interval_seconds: int
    max_captures: int
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Presets:
    """Hold one validated preset of each name."""

    hls: StreamingPreset
    dash: StreamingPreset
    mp4: FilePreset
    thumbnails: ThumbnailsPreset


Profiles = Mapping[str, tuple[PresetName, ...]]


class _Document:
    """Read one JSON object, collecting faults instead of stopping at the first."""

    def __init__(self, name: str, text: str | None, faults: list[str]) -> None:
        self._name = name
        self._faults = faults
        self._read: set[str] = set()
        self._data: dict[str, Any] = {}
        self._usable = False
        if text is None:
            self.fault("is missing")
            return
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.fault(f"is not JSON ({error})")
            return
        if not isinstance(data, dict):
            self.fault("must be a JSON object")
            return
        self._data = data
        self._usable = True

    def fault(self, message: str) -> None:
        self._faults.append(f"{self._name} {message}")

    def integer(self, field: str, low: int, high: int) -> int:
        self._read.add(field)
        return self._checked(field, self._data.get(field), low, high)

    def choice(self, field: str, allowed: tuple[int, ...]) -> int:
        self._read.add(field)
        value = self._data.get(field)
        if value in allowed and type(value) is int:
            return value
        if self._usable:
            self.fault(f"{field} is {value!r}: must be one of {', '.join(map(str, allowed))}")
        return allowed[0]

    def ladder(self) -> tuple[LadderRow, ...]:
        self._read.add("ladder")
        rows = self._data.get("ladder")
        if not isinstance(rows, list) or not rows:
            if self._usable:
                self.fault("ladder must be a list of at least one row")
            return ()
        parsed = [self._row(f"ladder[{index}]", row) for index, row in enumerate(rows)]
        parsed.sort(key=lambda row: row.short_side)
        for lower, upper in pairwise(parsed):
            if lower.short_side >= upper.short_side or lower.max_bitrate_bps >= upper.max_bitrate_bps:
                self.fault(
                    f"ladder rows {lower.short_side} and {upper.short_side} must differ in short_side, "
                    "the larger with the larger max_bitrate_bps"
                )
        return tuple(parsed)

    def done(self) -> None:
        unknown = sorted(set(self._data) - self._read)
        if unknown:
            self.fault(f"has unknown fields: {', '.join(unknown)}")

    def _row(self, where: str, row: object) -> LadderRow:
        fields = {
            "short_side": (MIN_VIDEO_SIDE, MAX_LADDER_SHORT_SIDE),
            "max_bitrate_bps": (100_000, MAX_BITRATE_BPS),
            "quality_level": (1, 10),
        }
        data = row if isinstance(row, dict) else {}
        if set(data) != set(fields):
            self.fault(f"{where} must have exactly {', '.join(fields)}")
        values = {
            field: self._checked(f"{where}.{field}", data.get(field), low, high)
            for field, (low, high) in fields.items()
        }
        if values["short_side"] % 2:
            self.fault(f"{where}.short_side is {values['short_side']}: must be even")
        return LadderRow(**values)

    def _checked(self, field: str, value: object, low: int, high: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        if self._usable:
            self.fault(f"{field} is {value!r}: must be a whole number from {low} to {high}")
        return low


def parse_presets(documents: Mapping[str, str]) -> Presets:
    """Read the JSON text of each preset, by name.

    Raises PresetsInvalidError naming every fault: preset, field, value and allowed range.
    """
    faults: list[str] = []
    presets = Presets(
        hls=_streaming(PresetName.HLS, documents, faults),
        dash=_streaming(PresetName.DASH, documents, faults),
        mp4=_file(documents, faults),
        thumbnails=_thumbnails(documents, faults),
    )
    if faults:
        raise PresetsInvalidError(faults)
    return presets


def parse_profiles(text: str) -> Profiles:
    """Read the profiles document: profile name to preset names.

    Raises PresetsInvalidError naming every fault.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PresetsInvalidError([f"profiles is not JSON ({error})"]) from error
    if not isinstance(data, dict):
        raise PresetsInvalidError(["profiles must be a JSON object"])
    faults = [] if DEFAULT_PROFILE in data else [f"profiles must have the profile {DEFAULT_PROFILE!r}"]
    known = [name.value for name in PresetName]
    profiles: dict[str, tuple[PresetName, ...]] = {}
    for profile, names in data.items():
        if (
            not isinstance(names, list)
            or not all(isinstance(name, str) and name in known for name in names)
            or len(set(names)) != len(names)
        ):
            faults.append(f"profiles {profile} must be a list of distinct names out of {', '.join(known)}")
            continue
        profiles[profile] = tuple(PresetName(name) for name in names)
        # Source: MediaConvert refuses a job whose only outputs are frame captures.
        if set(profiles[profile]) <= {PresetName.THUMBNAILS}:
            faults.append(f"profiles {profile} must name a preset other than thumbnails")
    if faults:
        raise PresetsInvalidError(faults)
    return profiles


def _streaming(name: PresetName, documents: Mapping[str, str], faults: list[str]) -> StreamingPreset:
    document = _Document(name, documents.get(name), faults)
    preset = StreamingPreset(
        version=document.integer("version", 1, 1_000_000),
        segment_seconds=document.integer("segment_seconds", 1, 60),
        gop_seconds=document.integer("gop_seconds", 1, 10),
        audio_bitrate_bps=document.choice("audio_bitrate_bps", AAC_BITRATES_BPS),
        audio_sample_rate_hz=document.choice("audio_sample_rate_hz", AAC_SAMPLE_RATES_HZ),
        ladder=document.ladder(),
    )
    if preset.segment_seconds % preset.gop_seconds:
        document.fault(
            f"segment_seconds is {preset.segment_seconds}: "
            f"must be a multiple of gop_seconds ({preset.gop_seconds})"
        )
    document.done()
    return preset


def _file(documents: Mapping[str, str], faults: list[str]) -> FilePreset:
    document = _Document(PresetName.MP4, documents.get(PresetName.MP4), faults)
    preset = FilePreset(
        version=document.integer("version", 1, 1_000_000),
        gop_seconds=document.integer("gop_seconds", 1, 10),
        audio_bitrate_bps=document.choice("audio_bitrate_bps", AAC_BITRATES_BPS),
        audio_sample_rate_hz=document.choice("audio_sample_rate_hz", AAC_SAMPLE_RATES_HZ),
        ladder=document.ladder(),
        max_renditions=document.integer("max_renditions", 1, 10),
    )
    document.done()
    return preset


def _thumbnails(documents: Mapping[str, str], faults: list[str]) -> ThumbnailsPreset:
    document = _Document(PresetName.THUMBNAILS, documents.get(PresetName.THUMBNAILS), faults)
    preset = ThumbnailsPreset(
        version=document.integer("version", 1, 1_000_000),
        width=document.integer("width", MIN_VIDEO_SIDE, 4096),
        interval_seconds=document.integer("interval_seconds", 1, 3600),
        max_captures=document.integer("max_captures", 1, 10_000),
        quality=document.integer("quality", 1, 100),
    )
    document.done()
    return preset
