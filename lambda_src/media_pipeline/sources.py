"""What is known of an uploaded file before it is encoded, as MediaConvert's Probe tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from media_pipeline.errors import SourceError

# Source: MediaConvert API, InputRotate: AUTO reads the rotation of .mov and .mp4 files only.
AUTO_ROTATED_CONTAINERS = frozenset({"mp4", "quicktime"})
AUTO_ROTATED_SUFFIXES = (".mp4", ".m4v", ".mov")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """Describe the first video track; display sizes are in square pixels, after rotation.

    `duration_ms` is the track's own, 0 where it isn't known.
    """

    codec: str
    display_width: int
    display_height: int
    rotation_degrees: int
    frame_rate_numerator: int
    frame_rate_denominator: int
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """Describe one audio track; `channels` and `duration_ms` are 0 where they aren't known."""

    codec: str
    channels: int
    language: str
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """Describe a file that Probe could read."""

    container: str
    duration_ms: int
    video: VideoTrack
    audio: tuple[AudioTrack, ...]

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps (no floats: DynamoDB has none)."""
        return {
            "container": self.container,
            "duration_ms": self.duration_ms,
            "video": asdict(self.video),
            "audio": [asdict(track) for track in self.audio],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownSource:
    """Say why nothing is known of a file; its job is a safe choice instead of a fitted one."""

    reason: str

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps."""
        return {"fallback": self.reason}


Source = SourceInfo | UnknownSource


def source_from_record(record: Mapping[str, Any]) -> Source:
    """Read what a source's `as_record` wrote, now or in an earlier version of it."""
    if not record.get("video"):
        return UnknownSource(reason=str(record.get("fallback", "")))
    return SourceInfo(
        container=record["container"],
        duration_ms=record["duration_ms"],
        video=VideoTrack(**record["video"]),
        audio=tuple(AudioTrack(**track) for track in record["audio"]),
    )


def source_from_probe(response: Mapping[str, Any]) -> Source:
    """Read a Probe response (boto3's form).

    Raises SourceError where Probe could read the file and found neither picture nor sound, or sound alone.
    Returns UnknownSource where the response leaves the picture's size open.
    """
    results = response.get("ProbeResults") or []
    if not results:
        return UnknownSource(reason="Probe returned no result")
    container = results[0].get("Container") or {}
    tracks: Sequence[Mapping[str, Any]] = container.get("Tracks") or []
    videos = [track for track in tracks if track.get("TrackType") == "video"]
    audio = tuple(_audio_track(track) for track in tracks if track.get("TrackType") == "audio")
    if not videos and not audio:
        raise SourceError(
            "NOT_A_MEDIA_FILE",
            "This is not a media file: neither picture nor sound was found in it. Upload a video file.",
        )
    if not videos:
        raise SourceError(
            "NO_VIDEO_TRACK",
            "The file has sound but no picture; only videos are processed. Upload a file with a picture.",
        )
    video = _video_track(videos[0])
    if video is None:
        return UnknownSource(reason="Probe returned no picture size")
    seconds = container.get("Duration") or videos[0].get("Duration") or 0
    return SourceInfo(
        container=str(container.get("Format") or ""),
        duration_ms=_milliseconds(seconds),
        video=video,
        audio=audio,
    )


def _video_track(track: Mapping[str, Any]) -> VideoTrack | None:
    declared = track.get("VideoProperties") or {}
    # The container's values come first; MPEG-TS and others declare them in the codec's headers alone.
    coded = declared.get("CodecMetadata") or {}
    width = declared.get("Width") or coded.get("Width") or 0
    height = declared.get("Height") or coded.get("Height") or 0
    if width <= 0 or height <= 0:
        return None
    aspect = declared.get("SampleAspectRatio") or coded.get("SampleAspectRatio") or {}
    numerator, denominator = aspect.get("Numerator") or 1, aspect.get("Denominator") or 1
    if numerator > 0 and denominator > 0:
        width = max(1, round(width * numerator / denominator))
    rotation = round((declared.get("Rotation") or 0) / 90) * 90 % 360
    if rotation in (90, 270):
        width, height = height, width
    rate = declared.get("FrameRate") or coded.get("CodedFrameRate") or {}
    return VideoTrack(
        codec=str(track.get("Codec") or "UNKNOWN"),
        display_width=width,
        display_height=height,
        rotation_degrees=rotation,
        frame_rate_numerator=rate.get("Numerator") or 0,
        frame_rate_denominator=rate.get("Denominator") or 1,
        duration_ms=_milliseconds(track.get("Duration")),
    )


def _audio_track(track: Mapping[str, Any]) -> AudioTrack:
    declared = track.get("AudioProperties") or {}
    return AudioTrack(
        codec=str(track.get("Codec") or "UNKNOWN"),
        channels=declared.get("Channels") or 0,
        language=str(declared.get("LanguageCode") or ""),
        duration_ms=_milliseconds(track.get("Duration")),
    )


def _milliseconds(seconds: float | None) -> int:
    return round(float(seconds or 0) * 1000)
