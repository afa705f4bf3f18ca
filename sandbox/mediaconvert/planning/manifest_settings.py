"""Read what a job says of manifests: of a group's as a whole, and of an output's place in them.

Some members change nothing here, because what they choose between is the same: both of CodecSpecification's
spellings are those of RFC 6381 for AVC, HEVC and AAC, and the first picture's time is 0 either way, which is
what PtsOffsetHandlingForBFrames chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AUDIO_ONLY_VARIANT = "AUDIO_ONLY_VARIANT_STREAM"
DEFAULT_TRACK = "ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT"
UNSELECTED_TRACK = "ALTERNATE_AUDIO_NOT_AUTO_SELECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSettings:
    """Say how a group's manifests are written.

    Attributes:
        has_resolution: Whether HLS variants declare their picture's size.
        has_whole_seconds: Whether HLS declares durations in whole seconds.
        has_timeline: Whether DASH declares each segment's duration; else one for all of them.
        bandwidth: AVERAGE or MAX, what DASH declares of pictures; None for their densest segment's.
        denies_captions: Whether each HLS variant says that it holds no closed captions.
    """

    has_resolution: bool = True
    has_whole_seconds: bool = False
    has_timeline: bool = True
    bandwidth: str | None = None
    denies_captions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionSettings:
    """Say how an output appears in manifests.

    Attributes:
        label: Of its sound, for people; may be empty.
        audio_group: Group of its sound; None where the job names none.
        audio_groups: Groups that play beside its picture; empty where the job names none.
        track_type: Value of AudioTrackType; None where the job says nothing.
        is_audio_description: Whether its sound describes the picture to people who don't see it.
        is_bare_sound: Whether HLS segments that have only sound hold it bare, and not in MPEG-TS.
    """

    label: str = ""
    audio_group: str | None = None
    audio_groups: tuple[str, ...] = ()
    track_type: str | None = None
    is_audio_description: bool = False
    is_bare_sound: bool = True


PLAIN_MANIFESTS, PLAIN_RENDITION = ManifestSettings(), RenditionSettings()


def manifest_settings(group_settings: Mapping[str, Any]) -> ManifestSettings:
    """Read the settings of an HLS, DASH ISO or CMAF group."""
    return ManifestSettings(
        has_resolution=group_settings.get("streamInfResolution") != "EXCLUDE",
        has_whole_seconds=group_settings.get("manifestDurationFormat") == "INTEGER",
        has_timeline=group_settings.get("writeSegmentTimelineInRepresentation") != "DISABLED",
        bandwidth=group_settings.get("mpdManifestBandwidthType"),
        # Only HLS groups have this member: the masters of CMAF groups say nothing of closed captions.
        denies_captions=group_settings.get("captionLanguageSetting") == "NONE",
    )


def rendition_settings(output: Mapping[str, Any]) -> RenditionSettings:
    """Read the settings of an output: CMAF has them beside the container's, HLS beside the output's own."""
    settings = output.get("containerSettings", {}).get("cmfcSettings") or output.get(
        "outputSettings", {}
    ).get("hlsSettings", {})
    labels = (audio["streamName"] for audio in output.get("audioDescriptions", []) if "streamName" in audio)
    return RenditionSettings(
        label=next(labels, ""),
        audio_group=settings.get("audioGroupId") or None,
        audio_groups=named_groups(settings),
        track_type=settings.get("audioTrackType"),
        is_audio_description=settings.get("descriptiveVideoServiceFlag") == "FLAG",
        is_bare_sound=settings.get("audioOnlyContainer") != "M2TS",
    )


def named_groups(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Split the list of audio groups that a picture's output names."""
    names = (name.strip() for name in settings.get("audioRenditionSets", "").split(","))
    return tuple(name for name in names if name)


def matches_video_duration(output: Mapping[str, Any]) -> bool:
    """Return whether an output's sound must be as long as its group's picture."""
    members: Mapping[str, Any] = output.get("containerSettings", {})
    return any(
        isinstance(settings, dict) and settings.get("audioDuration") == "MATCH_VIDEO_DURATION"
        for settings in members.values()
    )
