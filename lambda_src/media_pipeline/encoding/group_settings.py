"""What all output groups of one kind have in common (boto3's form); destinations are added by the job."""

from collections.abc import Iterable
from typing import Any

# A part of a request, as boto3 takes it.
Settings = dict[str, Any]

_FIELDS = {
    "CMAF_GROUP_SETTINGS": "CmafGroupSettings",
    "HLS_GROUP_SETTINGS": "HlsGroupSettings",
    "DASH_ISO_GROUP_SETTINGS": "DashIsoGroupSettings",
    "FILE_GROUP_SETTINGS": "FileGroupSettings",
}
_SEGMENTS = {"SegmentControl": "SEGMENTED_FILES", "SegmentLengthControl": "GOP_MULTIPLE"}
_PLAYLISTS = {
    "ManifestDurationFormat": "FLOATING_POINT",
    "ManifestCompression": "NONE",
    "StreamInfResolution": "INCLUDE",
    "CodecSpecification": "RFC_6381",
    "TargetDurationCompatibilityMode": "SPEC_COMPLIANT",
}


def hls_settings(segment_seconds: int) -> Settings:
    """Return the settings of an Apple HLS group."""
    return {
        **_SEGMENTS,
        **_PLAYLISTS,
        "SegmentLength": segment_seconds,
        "MinSegmentLength": 0,
        "DirectoryStructure": "SINGLE_DIRECTORY",
        "OutputSelection": "MANIFESTS_AND_SEGMENTS",
        "CaptionLanguageSetting": "NONE",
    }


def dash_settings(segment_seconds: int, *, fragment_seconds: int) -> Settings:
    """Return the settings of a DASH ISO group."""
    return {
        **_SEGMENTS,
        "SegmentLength": segment_seconds,
        "FragmentLength": fragment_seconds,
        "MpdProfile": "MAIN_PROFILE",
    }


def cmaf_settings(segment_seconds: int, *, fragment_seconds: int) -> Settings:
    """Return the settings of a CMAF group, which HLS and DASH share."""
    return {
        **_SEGMENTS,
        **_PLAYLISTS,
        "SegmentLength": segment_seconds,
        "FragmentLength": fragment_seconds,
        "WriteHlsManifest": "ENABLED",
        "WriteDashManifest": "ENABLED",
        "MpdProfile": "MAIN_PROFILE",
        # The exact times of segments, beside each representation.
        "WriteSegmentTimelineInRepresentation": "ENABLED",
    }


def progressive_mp4() -> Settings:
    """Return the container of a film whose index comes first."""
    return {"Container": "MP4", "Mp4Settings": {"MoovPlacement": "PROGRESSIVE_DOWNLOAD"}}


def output_group(name: str, kind: str, settings: Settings, outputs: Iterable[Settings]) -> Settings:
    """Return an output group of a kind."""
    return {
        "Name": name,
        "OutputGroupSettings": {"Type": kind, _FIELDS[kind]: settings},
        "Outputs": list(outputs),
    }
