"""Plan a job: which encodes it needs, and into which outputs and groups they are packaged.

Pure: settings in wire format and a description of the source go in, a Plan comes out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.audio_settings import AudioEncode, audio_encode
from sandbox.mediaconvert.planning.encodes import FrameCapture, VideoEncode, segment_frames, unsupported
from sandbox.mediaconvert.planning.manifest_settings import (
    PLAIN_MANIFESTS,
    PLAIN_RENDITION,
    ManifestSettings,
    RenditionSettings,
    manifest_settings,
    matches_video_duration,
    rendition_settings,
)
from sandbox.mediaconvert.planning.track_selection import NO_AUDIO, rotation, select_audio, select_video
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails, tiled_thumbnails
from sandbox.mediaconvert.planning.video_settings import frame_capture, video_encode
from sandbox.mediaconvert.probing.source import Source

# Source: botocore mediaconvert model, SegmentLength of each group's settings.
DEFAULT_SEGMENT_SECONDS = {"hlsGroupSettings": 10, "dashIsoGroupSettings": 30, "cmafGroupSettings": 10}


class GroupKind(StrEnum):
    """Name the kinds of output groups as MediaConvert's events do."""

    HLS = "HLS_GROUP"
    DASH_ISO = "DASH_ISO_GROUP"
    CMAF = "CMAF_GROUP"
    FILE = "FILE_GROUP"


GROUP_MEMBERS = {
    "HLS_GROUP_SETTINGS": (GroupKind.HLS, "hlsGroupSettings"),
    "DASH_ISO_GROUP_SETTINGS": (GroupKind.DASH_ISO, "dashIsoGroupSettings"),
    "CMAF_GROUP_SETTINGS": (GroupKind.CMAF, "cmafGroupSettings"),
    "FILE_GROUP_SETTINGS": (GroupKind.FILE, "fileGroupSettings"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Describe one output: what goes into it and how it is named.

    Attributes:
        container: Value of MediaConvert's ContainerType.
        segment_seconds: Length of its segments; None in a FILE group.
        rendition: How it appears in its group's manifests.
        moov_first: Whether an MP4 begins with its index.
    """

    name_modifier: str
    container: str
    extension: str | None = None
    video: VideoEncode | None = None
    capture: FrameCapture | None = None
    audios: tuple[AudioEncode, ...] = ()
    segment_seconds: Fraction | None = None
    rendition: RenditionSettings = PLAIN_RENDITION
    moov_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Describe an output group.

    Attributes:
        base_key: Key of the destination without suffix; every file's key begins with it.
        thumbnails: Shown while a viewer seeks; None for none.
    """

    kind: GroupKind
    bucket: str
    base_key: str
    outputs: tuple[Output, ...]
    writes_hls: bool
    writes_dash: bool
    manifests: ManifestSettings = PLAIN_MANIFESTS
    thumbnails: TiledThumbnails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Hold everything a job is to make from its source.

    Attributes:
        rotation: Clockwise degrees by which the picture is turned.
    """

    source: Source
    rotation: int
    groups: tuple[Group, ...]

    @property
    def outputs(self) -> list[Output]:
        """List the outputs of all groups."""
        return [output for group in self.groups for output in group.outputs]

    @property
    def video_encodes(self) -> list[VideoEncode]:
        """List the distinct video encodes, in order of first use."""
        return list(dict.fromkeys(output.video for output in self.outputs if output.video))

    @property
    def audio_encodes(self) -> list[AudioEncode]:
        """List the distinct audio encodes, in order of first use."""
        return list(dict.fromkeys(audio for output in self.outputs for audio in output.audios))

    @property
    def captures(self) -> list[FrameCapture]:
        """List the distinct series of pictures, in order of first use."""
        return list(dict.fromkeys(output.capture for output in self.outputs if output.capture))

    @property
    def thumbnails(self) -> list[TiledThumbnails]:
        """List the distinct series of tiled thumbnails, in order of first use."""
        return list(dict.fromkeys(group.thumbnails for group in self.groups if group.thumbnails))


@dataclass(frozen=True, slots=True)
class _Segments:
    """Hold how a group cuts its outputs; exact ones begin with a keyframe of their own."""

    seconds: Fraction
    is_exact: bool


def input_uri(settings: Mapping[str, Any]) -> str:
    """Return the S3 URI of a job's one input.

    Raises:
        JobError: 1040, the job joins several inputs or changes the one in a way that isn't made here.
    """
    inputs = settings["inputs"]
    if len(inputs) != 1:
        raise unsupported("jobs with several inputs")
    for member in ("inputClippings", "crop", "position", "imageInserter", "videoOverlays", "videoGenerator"):
        if inputs[0].get(member):
            raise unsupported(f"inputs[0].{member}")
    for member, made in (("colorSpace", "FOLLOW"), ("sampleRange", "FOLLOW"), ("padVideo", "DISABLED")):
        if inputs[0].get("videoSelector", {}).get(member, made) != made:
            raise unsupported(f"inputs[0].videoSelector.{member}")
    uri: str = inputs[0]["fileInput"]
    return uri


def make_plan(settings: Mapping[str, Any], source: Source) -> Plan:
    """Plan a job for its source.

    Raises:
        JobError: 1020 or 1021, the source lacks the video or audio that an output needs; 1030, its codec is
            unknown or it is encrypted; 1040, a setting that isn't made here.
    """
    uri = input_uri(settings)
    groups = tuple(_group(group, settings["inputs"][0], uri, source) for group in settings["outputGroups"])
    return Plan(source=source, rotation=rotation(settings["inputs"][0], source), groups=groups)


def _group(group: Mapping[str, Any], job_input: Mapping[str, Any], uri: str, source: Source) -> Group:
    type_ = group["outputGroupSettings"]["type"]
    if type_ not in GROUP_MEMBERS:
        raise unsupported(f"output groups of type {type_}")
    if "automatedEncodingSettings" in group:
        raise unsupported("automated ABR")
    kind, member = GROUP_MEMBERS[type_]
    settings = group["outputGroupSettings"].get(member, {})
    segments = None if kind is GroupKind.FILE else _segments(settings, DEFAULT_SEGMENT_SECONDS[member])
    outputs = [_output(output, job_input, source, segments) for output in group["outputs"]]
    outputs = _aligned(outputs, segments) if segments else outputs
    bucket, base_key = _destination(settings["destination"], uri)
    is_cmaf = kind is GroupKind.CMAF
    return Group(
        kind=kind,
        bucket=bucket,
        base_key=base_key,
        outputs=tuple(outputs),
        writes_hls=kind is GroupKind.HLS or (is_cmaf and settings.get("writeHlsManifest") != "DISABLED"),
        writes_dash=kind is GroupKind.DASH_ISO
        or (is_cmaf and settings.get("writeDashManifest") != "DISABLED"),
        manifests=manifest_settings(settings),
        thumbnails=_thumbnails(settings, outputs, job_input, source),
    )


def _thumbnails(
    settings: Mapping[str, Any],
    outputs: Sequence[Output],
    job_input: Mapping[str, Any],
    source: Source,
) -> TiledThumbnails | None:
    for output in outputs:
        if output.video is not None and output.segment_seconds is not None:
            turn = rotation(job_input, source)
            return tiled_thumbnails(
                settings, output.video, select_video(source), turn, output.segment_seconds
            )
    return None


def _segments(settings: Mapping[str, Any], default_seconds: int) -> _Segments:
    for member, made in (
        ("segmentControl", "SEGMENTED_FILES"),
        ("directoryStructure", "SINGLE_DIRECTORY"),
        ("manifestCompression", "NONE"),
    ):
        if settings.get(member, made) != made:
            raise unsupported(f"{member} {settings[member]}")
    if settings.get("captionLanguageSetting") == "INSERT":
        raise unsupported("captionLanguageSetting INSERT")
    for member in ("encryption", "additionalManifests"):
        if settings.get(member):
            raise unsupported(member)
    return _Segments(
        seconds=Fraction(settings.get("segmentLength", default_seconds)),
        is_exact=settings.get("segmentLengthControl", "EXACT") == "EXACT",
    )


def _output(
    output: Mapping[str, Any], job_input: Mapping[str, Any], source: Source, segments: _Segments | None
) -> Output:
    for member in ("preset", "captionDescriptions"):
        if output.get(member):
            raise unsupported(f"outputs with {member}")
    description, audio_descriptions = output.get("videoDescription"), output.get("audioDescriptions", [])
    video, capture = None, None
    if description is not None:
        track, turn = select_video(source), rotation(job_input, source)
        if description["codecSettings"]["codec"] == "FRAME_CAPTURE":
            capture = frame_capture(description, track, turn)
        else:
            cuts = segments.seconds if segments and segments.is_exact else None
            video = video_encode(description, track, turn, cuts)
    seconds = _video_seconds(source) if matches_video_duration(output) else None
    audios = tuple(
        audio_encode(audio, sound, seconds)
        for audio in audio_descriptions
        if (sound := select_audio(audio, job_input, source)) is not None
    )
    if description is None and not audios:
        raise JobError(NO_AUDIO, "The input file has no audio, and an audio-only output needs it.")
    container = output.get("containerSettings", {})
    return Output(
        name_modifier=output.get("nameModifier", ""),
        container=container.get("container", "MP4"),
        extension=output.get("extension"),
        video=video,
        capture=capture,
        audios=audios,
        rendition=rendition_settings(output),
        moov_first=container.get("mp4Settings", {}).get("moovPlacement") != "NORMAL",
    )


def _video_seconds(source: Source) -> Fraction | None:
    """Return the duration of the picture; None where the file doesn't say."""
    declared = source.videos[0].duration_seconds if source.videos else None
    return Fraction(declared).limit_denominator(1_000_000) if declared else None


def _aligned(outputs: Sequence[Output], segments: _Segments) -> list[Output]:
    """Give each output its segment length, in whole frames; audio is cut where the first video is."""
    lengths = [
        segment_frames(output.video, segments.seconds, exact=segments.is_exact) / output.video.frame_rate
        if output.video
        else None
        for output in outputs
    ]
    of_audio = next((length for length in lengths if length is not None), segments.seconds)
    return [
        replace(output, segment_seconds=of_audio if length is None else length)
        for output, length in zip(outputs, lengths, strict=True)
    ]


def _destination(destination: str, uri: str) -> tuple[str, str]:
    """Split a destination into bucket and base key; a folder gets the source's name as its base name."""
    bucket, _, key = destination.removeprefix("s3://").partition("/")
    if not key or key.endswith("/"):
        key += PurePosixPath(uri.removeprefix("s3://")).stem
    return bucket, key
