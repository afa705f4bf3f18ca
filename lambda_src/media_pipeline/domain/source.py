"""What is known of an uploaded file before it is encoded, and how the asset's record keeps it."""

from collections.abc import Mapping
from dataclasses import asdict, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from media_pipeline.domain.bounds import cut
from media_pipeline.domain.redaction import redacted_text
from media_pipeline.domain.values import dataclass

MAX_REASON_BYTES = 1000

# Source: MediaConvert API, InputRotate: AUTO reads the rotation of .mov and .mp4 files only.
AUTO_ROTATED_CONTAINERS = frozenset({"mp4", "quicktime"})
AUTO_ROTATED_SUFFIXES = (".mp4", ".m4v", ".mov")
# A picture in such a file is its cover.
AUDIO_CONTAINERS = frozenset({"aac", "ac3", "eac3", "flac", "mp3", "wave"})
AUDIO_SUFFIXES = (
    *(".aac", ".ac3", ".aif", ".aiff", ".eac3", ".ec3", ".flac", ".m4a", ".mka", ".mp3", ".oga", ".ogg"),
    *(".gsm", ".opus", ".wav", ".wma"),
)


class DynamicRange(StrEnum):
    """Name how a picture's brightness is meant. Source: ITU-R BT.2100 for both kinds of high range."""

    SDR = "SDR"
    HLG = "HLG"
    PQ = "PQ"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """Describe the first video track; display sizes are in square pixels, after rotation.

    `duration_ms` is the track's own; it, `bitrate_bps` and `bit_depth` are 0 where they aren't known, and
    `is_interlaced` is None.
    `sample_aspect_ratio` is the width of a stored pixel to its height, `color_primaries` MediaConvert's word.
    """

    codec: str
    display_width: int
    display_height: int
    rotation_degrees: int
    frame_rate_numerator: int
    frame_rate_denominator: int
    duration_ms: int = 0
    bitrate_bps: int = 0
    bit_depth: int = 0
    dynamic_range: str = DynamicRange.SDR.value
    color_primaries: str = ""
    sample_aspect_ratio: str = "1:1"
    is_interlaced: bool | None = None
    has_variable_frame_rate: bool = False

    @property
    def frame_rate(self) -> Fraction | None:
        """Return the frames per second, None where they aren't known."""
        if self.frame_rate_numerator <= 0 or self.frame_rate_denominator <= 0:
            return None
        return Fraction(self.frame_rate_numerator, self.frame_rate_denominator)

    @property
    def is_hdr(self) -> bool:
        """Tell whether the picture has a high dynamic range."""
        return self.dynamic_range != DynamicRange.SDR


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """Describe one audio track; `channels`, `sample_rate_hz` and `duration_ms` are 0 where they aren't known.

    `language` is an ISO 639 code, empty where the file doesn't say.
    """

    codec: str
    channels: int
    language: str
    duration_ms: int = 0
    sample_rate_hz: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleTrack:
    """Describe one track of subtitles that lies in the file."""

    codec: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """Describe a file that Probe could read; `video` is None where it is sound alone.

    `tracks_left_out` counts tracks beyond the most of a kind that are looked at.
    """

    container: str
    duration_ms: int
    video: VideoTrack | None
    audio: tuple[AudioTrack, ...]
    subtitles: tuple[SubtitleTrack, ...] = ()
    tracks_left_out: int = 0

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps (no floats: DynamoDB has none)."""
        return {
            "container": self.container,
            "duration_ms": self.duration_ms,
            "video": asdict(self.video) if self.video else None,
            "audio": [asdict(track) for track in self.audio],
            "subtitles": [asdict(track) for track in self.subtitles],
            **({"tracks_left_out": self.tracks_left_out} if self.tracks_left_out else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownSource:
    """Say why nothing is known of a file; its job is a safe choice instead of a fitted one.

    `is_silent` is true where the file is of a kind that has no sound. `is_answered` is true where Probe
    answered and knows nothing of this kind of file: no other file is affected, so it is no sign of trouble.
    The record doesn't keep it.
    """

    reason: str
    is_silent: bool = False
    is_answered: bool = field(default=False, compare=False)

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps."""
        return {
            "fallback": cut(redacted_text(self.reason), MAX_REASON_BYTES),
            **({"is_silent": True} if self.is_silent else {}),
        }


Source = SourceInfo | UnknownSource
# Source: MediaConvert API, Codec
UNKNOWN_CODEC = "UNKNOWN"


def has_video(source: Source, source_uri: str) -> bool:
    """Tell whether a source is a video; of one that couldn't be inspected its name must tell."""
    if isinstance(source, SourceInfo):
        return source.video is not None
    return not source_uri.lower().endswith(AUDIO_SUFFIXES)


def has_audio(source: Source) -> bool:
    """Tell whether a source has sound; one that couldn't be inspected most probably has some."""
    return bool(source.audio) if isinstance(source, SourceInfo) else not source.is_silent


def video_of(source: Source) -> VideoTrack | None:
    """Return what is known of a source's picture."""
    return source.video if isinstance(source, SourceInfo) else None


def source_from_record(record: Mapping[str, Any]) -> Source:
    """Read what a source's `as_record` wrote, now or in an earlier version of it."""
    if not record.get("video") and not record.get("audio"):
        return UnknownSource(
            reason=str(record.get("fallback", "")), is_silent=record.get("is_silent") is True
        )
    return SourceInfo(
        container=record["container"],
        duration_ms=record["duration_ms"],
        video=VideoTrack(**record["video"]) if record["video"] else None,
        audio=tuple(AudioTrack(**track) for track in record["audio"]),
        subtitles=tuple(SubtitleTrack(**track) for track in record.get("subtitles", ())),
        tracks_left_out=record.get("tracks_left_out", 0),
    )
