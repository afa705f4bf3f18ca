"""Read what MediaConvert's Probe says of a file (boto3's form).

It was read from a file that anybody may have made, and boto3 checks no types of values: what isn't of its
type counts as not told.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from media_pipeline.domain.bounds import cut
from media_pipeline.domain.failures import failure
from media_pipeline.domain.source import (
    AUDIO_CONTAINERS,
    AudioTrack,
    DynamicRange,
    Source,
    SourceInfo,
    SubtitleTrack,
    UnknownSource,
    VideoTrack,
)

# Source: MediaConvert API, TransferCharacteristics, which names SMPTE ST 2084 and ARIB STD-B67.
_HIGH_RANGES = {"SMPTE_2084": DynamicRange.PQ, "ARIB_B67": DynamicRange.HLG}
# Source: MediaConvert API, CodecMetadata.ScanType, whose values are in no enum: any letter case is read.
_SCAN_TYPES = {"interlaced": True, "progressive": False}
_SUBTITLE_TRACKS = frozenset({"data", "text", "subtitle"})
# Average and declared rate differ by less where a file has a constant rate and an odd last frame.
_VARIABLE_RATE_SHARE = Fraction(1, 50)
# Of audio, and of subtitles: more are in no real file, and each is kept in the record and made anew.
MAX_TRACKS = 64
# Of a codec's or a language's name.
_MAX_TEXT_BYTES = 100
# No number of a real file comes near it, and DynamoDB holds what is computed of such.
_MAX_NUMBER = 2**48


def source_from_probe(response: Mapping[str, Any]) -> Source:
    """Read a Probe response.

    Raises SourceError where Probe could read the file and found neither picture nor sound.
    Returns UnknownSource where the response leaves the picture's size open, or tells no tracks at all:
    MediaConvert reads more kinds of files (FLV, GIF, elementary streams) than Probe, whose answer has no
    format then. Source: MediaConvert API, Container.Format and the formats that Probe supports.
    """
    results = _mappings(response.get("ProbeResults"))
    if not results:
        return UnknownSource(reason="Probe returned no result")
    container = _mapping(results[0].get("Container"))
    format_ = _text(container.get("Format"))
    tracks = _mappings(container.get("Tracks"))
    videos = [track for track in tracks if track.get("TrackType") == "video"]
    audio_tracks = [track for track in tracks if track.get("TrackType") == "audio"]
    subtitles = [track for track in tracks if _text(track.get("TrackType")) in _SUBTITLE_TRACKS]
    audio = tuple(_audio_track(track) for track in audio_tracks[:MAX_TRACKS])
    if format_ in AUDIO_CONTAINERS and audio:
        videos = []
    if not tracks:
        return UnknownSource(reason="Probe returned no tracks", is_answered=True)
    if not videos and not audio:
        raise failure("NOT_A_MEDIA_FILE").fault()
    video = _video_track(videos[0]) if videos else None
    if videos and video is None:
        return UnknownSource(reason="Probe returned no picture size", is_answered=True)
    longest = max(_milliseconds(track.get("Duration")) for track in tracks)
    return SourceInfo(
        container=format_,
        duration_ms=_milliseconds(container.get("Duration")) or longest,
        video=video,
        audio=audio,
        subtitles=tuple(
            SubtitleTrack(
                codec=_text(track.get("Codec")) or "UNKNOWN",
                language=_text(_mapping(track.get("DataProperties")).get("LanguageCode")),
            )
            for track in subtitles[:MAX_TRACKS]
        ),
        tracks_left_out=sum(max(0, len(kind) - MAX_TRACKS) for kind in (audio_tracks, subtitles)),
    )


def _video_track(track: Mapping[str, Any]) -> VideoTrack | None:
    declared = _mapping(track.get("VideoProperties"))
    # The container's values come first; MPEG-TS and others declare them in the codec's headers alone.
    coded = _mapping(declared.get("CodecMetadata"))
    width, height = (_whole(_either(name, declared, coded)) for name in ("Width", "Height"))
    if width <= 0 or height <= 0:
        return None
    aspect = _ratio(_either("SampleAspectRatio", declared, coded)) or Fraction(1)
    width = max(1, round(width * aspect))
    rotation = round((_number(declared.get("Rotation")) or _number(coded.get("Rotation"))) / 90) * 90 % 360
    if rotation in (90, 270):
        width, height = height, width
    is_interlaced = _SCAN_TYPES.get(_text(coded.get("ScanType")).lower())
    average, base = _ratio(declared.get("FrameRate")), _ratio(coded.get("CodedFrameRate"))
    rate = average or base
    transfer = _text(_either("TransferCharacteristics", declared, coded))
    return VideoTrack(
        codec=_text(track.get("Codec")) or "UNKNOWN",
        display_width=width,
        display_height=height,
        rotation_degrees=rotation,
        frame_rate_numerator=rate.numerator if rate else 0,
        frame_rate_denominator=rate.denominator if rate else 1,
        duration_ms=_milliseconds(track.get("Duration")),
        bitrate_bps=_whole(declared.get("BitRate")),
        bit_depth=_whole(_either("BitDepth", declared, coded)),
        dynamic_range=_HIGH_RANGES.get(transfer, DynamicRange.SDR).value,
        color_primaries=_text(_either("ColorPrimaries", declared, coded)),
        sample_aspect_ratio=f"{aspect.numerator}:{aspect.denominator}",
        is_interlaced=is_interlaced,
        # The codec of an interlaced picture may count fields.
        has_variable_frame_rate=bool(
            average and base and not is_interlaced and abs(average - base) > base * _VARIABLE_RATE_SHARE
        ),
    )


def _audio_track(track: Mapping[str, Any]) -> AudioTrack:
    declared = _mapping(track.get("AudioProperties"))
    return AudioTrack(
        codec=_text(track.get("Codec")) or "UNKNOWN",
        channels=_whole(declared.get("Channels")),
        language=_text(declared.get("LanguageCode")),
        duration_ms=_milliseconds(track.get("Duration")),
        sample_rate_hz=_whole(declared.get("SampleRate")),
    )


def _either(name: str, declared: Mapping[str, Any], coded: Mapping[str, Any]) -> Any:
    value = declared.get(name)
    return value if value and value != "UNSPECIFIED" else coded.get(name)


def _ratio(value: object) -> Fraction | None:
    told = _mapping(value)
    numerator, denominator = _whole(told.get("Numerator")), _whole(told.get("Denominator", 1))
    return Fraction(numerator, denominator) if numerator and denominator else None


def _milliseconds(seconds: object) -> int:
    return round(max(0.0, _number(seconds)) * 1000)


def _whole(value: object) -> int:
    """Return a whole number of at least 0; 0 where it is none."""
    return max(0, int(_number(value)))


def _number(value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not -_MAX_NUMBER < value < _MAX_NUMBER
    ):
        return 0
    return value


def _text(value: object) -> str:
    return cut(value, _MAX_TEXT_BYTES) if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
