"""Read what MediaConvert's Probe says of a file (boto3's form)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from media_pipeline.failures import failure
from media_pipeline.sources import (
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
_SUBTITLE_TRACKS = frozenset({"data", "text", "subtitle"})
# Average and declared rate differ by less where a file has a constant rate and an odd last frame.
_VARIABLE_RATE_SHARE = Fraction(1, 50)


def source_from_probe(response: Mapping[str, Any]) -> Source:
    """Read a Probe response.

    Raises SourceError where Probe could read the file and found neither picture nor sound.
    Returns UnknownSource where the response leaves the picture's size open.
    """
    results = response.get("ProbeResults") or []
    if not results:
        return UnknownSource(reason="Probe returned no result")
    container = results[0].get("Container") or {}
    format_ = str(container.get("Format") or "")
    tracks: Sequence[Mapping[str, Any]] = container.get("Tracks") or []
    videos = [track for track in tracks if track.get("TrackType") == "video"]
    audio = tuple(_audio_track(track) for track in tracks if track.get("TrackType") == "audio")
    if format_ in AUDIO_CONTAINERS and audio:
        videos = []
    if not videos and not audio:
        raise failure("NOT_A_MEDIA_FILE").fault()
    video = _video_track(videos[0]) if videos else None
    if videos and video is None:
        return UnknownSource(reason="Probe returned no picture size")
    longest = max((track.get("Duration") or 0 for track in (*videos[:1], *tracks)), default=0)
    return SourceInfo(
        container=format_,
        duration_ms=_milliseconds(container.get("Duration") or longest),
        video=video,
        audio=audio,
        subtitles=tuple(
            SubtitleTrack(
                codec=str(track.get("Codec") or "UNKNOWN"),
                language=str((track.get("DataProperties") or {}).get("LanguageCode") or ""),
            )
            for track in tracks
            if track.get("TrackType") in _SUBTITLE_TRACKS
        ),
    )


def _video_track(track: Mapping[str, Any]) -> VideoTrack | None:
    declared = track.get("VideoProperties") or {}
    # The container's values come first; MPEG-TS and others declare them in the codec's headers alone.
    coded = declared.get("CodecMetadata") or {}
    width, height = _either("Width", declared, coded) or 0, _either("Height", declared, coded) or 0
    if width <= 0 or height <= 0:
        return None
    aspect = _ratio(_either("SampleAspectRatio", declared, coded)) or Fraction(1)
    width = max(1, round(width * aspect))
    rotation = round((declared.get("Rotation") or coded.get("Rotation") or 0) / 90) * 90 % 360
    if rotation in (90, 270):
        width, height = height, width
    is_interlaced = str(coded.get("ScanType") or "").lower() == "interlaced"
    average, base = _ratio(declared.get("FrameRate")), _ratio(coded.get("CodedFrameRate"))
    rate = average or base
    transfer = _either("TransferCharacteristics", declared, coded) or ""
    return VideoTrack(
        codec=str(track.get("Codec") or "UNKNOWN"),
        display_width=width,
        display_height=height,
        rotation_degrees=rotation,
        frame_rate_numerator=rate.numerator if rate else 0,
        frame_rate_denominator=rate.denominator if rate else 1,
        duration_ms=_milliseconds(track.get("Duration")),
        bitrate_bps=declared.get("BitRate") or 0,
        bit_depth=_either("BitDepth", declared, coded) or 0,
        dynamic_range=_HIGH_RANGES.get(transfer, DynamicRange.SDR).value,
        color_primaries=str(_either("ColorPrimaries", declared, coded) or ""),
        sample_aspect_ratio=f"{aspect.numerator}:{aspect.denominator}",
        is_interlaced=is_interlaced,
        # The codec of an interlaced picture may count fields.
        has_variable_frame_rate=bool(
            average and base and not is_interlaced and abs(average - base) > base * _VARIABLE_RATE_SHARE
        ),
    )


def _audio_track(track: Mapping[str, Any]) -> AudioTrack:
    declared = track.get("AudioProperties") or {}
    return AudioTrack(
        codec=str(track.get("Codec") or "UNKNOWN"),
        channels=declared.get("Channels") or 0,
        language=str(declared.get("LanguageCode") or ""),
        duration_ms=_milliseconds(track.get("Duration")),
        sample_rate_hz=declared.get("SampleRate") or 0,
    )


def _either(name: str, declared: Mapping[str, Any], coded: Mapping[str, Any]) -> Any:
    value = declared.get(name)
    return value if value and value != "UNSPECIFIED" else coded.get(name)


def _ratio(value: Mapping[str, Any] | None) -> Fraction | None:
    numerator = (value or {}).get("Numerator") or 0
    denominator = (value or {}).get("Denominator") or 1
    return Fraction(numerator, denominator) if numerator > 0 and denominator > 0 else None


def _milliseconds(seconds: float | None) -> int:
    return round(float(seconds or 0) * 1000)
