"""Say in a few lines what is known of a source, and what it was encoded with."""

from collections.abc import Iterator

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.source import (
    AudioTrack,
    SourceInfo,
    UnknownSource,
    VideoTrack,
    source_from_record,
)

_CHANNELS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


def profile_line(asset: Asset) -> str:
    """Return the profile's name and its presets' versions, as the asset's job had them."""
    versions = ", ".join(f"{name} {version}" for name, version in sorted(asset.preset_versions.items()))
    return f"{asset.profile} ({versions})" if versions else str(asset.profile)


def source_lines(asset: Asset) -> Iterator[str]:
    """Yield what Probe found in the source, a line a track; nothing before it ran."""
    if not asset.source_info:
        return
    source = source_from_record(asset.source_info)
    if isinstance(source, UnknownSource):
        yield f"not known: {source.reason}"
        return
    yield f"{source.container or 'unknown container'}, {source.duration_ms / 1000:.1f} s"
    yield from _tracks(source)


def _tracks(source: SourceInfo) -> Iterator[str]:
    if source.video is not None:
        yield ", ".join(_picture(source.video))
    for track in source.audio:
        yield ", ".join(_sound(track))
    for subtitles in source.subtitles:
        yield f"subtitles {subtitles.language or 'without a language'} ({subtitles.codec})"


def _picture(video: VideoTrack) -> Iterator[str]:
    yield f"{video.codec} {video.display_width}x{video.display_height}"
    if video.rotation_degrees:
        yield f"turned by {video.rotation_degrees} degrees"
    if video.sample_aspect_ratio != "1:1":
        yield f"pixels of {video.sample_aspect_ratio}"
    if video.frame_rate is not None:
        varies = ", varying" if video.has_variable_frame_rate else ""
        yield f"{float(video.frame_rate):.5g} frames a second{varies}"
    if video.is_interlaced:
        yield "interlaced"
    if video.bit_depth:
        yield f"{video.bit_depth} bits"
    yield video.dynamic_range


def _sound(track: AudioTrack) -> Iterator[str]:
    channels = _CHANNELS.get(track.channels, f"{track.channels} channels" if track.channels else "")
    yield " ".join(part for part in (track.codec, channels) if part)
    if track.language:
        yield track.language
