"""Check the rules of job settings that the service model can't say: those between fields.

Pure: settings in wire format go in, errors come out. Shapes, ranges and enums were checked before.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.mediaconvert.api.audio_rules import audio_only_errors, output_errors, rendition_errors
from sandbox.mediaconvert.api.validation import InvalidMember, Path
from sandbox.mediaconvert.api.video_rules import thumbnail_errors, video_errors
from sandbox.mediaconvert.api.wire import Document

# Group type -> the member that holds its settings, and the containers its outputs may have.
_GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "HLS_GROUP_SETTINGS": ("hlsGroupSettings", frozenset({"M3U8"})),
    "DASH_ISO_GROUP_SETTINGS": ("dashIsoGroupSettings", frozenset({"MPD"})),
    "CMAF_GROUP_SETTINGS": ("cmafGroupSettings", frozenset({"CMFC"})),
    "MS_SMOOTH_GROUP_SETTINGS": ("msSmoothGroupSettings", frozenset({"ISMV"})),
    "FILE_GROUP_SETTINGS": (
        "fileGroupSettings",
        frozenset({"F4V", "GIF", "M2TS", "MOV", "MP4", "MXF", "OGG", "RAW", "WEBM", "Y4M"}),
    ),
}
_SEPARATE_AUDIO = frozenset({"DASH_ISO_GROUP_SETTINGS", "CMAF_GROUP_SETTINGS", "MS_SMOOTH_GROUP_SETTINGS"})


def job_errors(settings: Document) -> Iterator[InvalidMember]:
    """Yield what forbids to run a job with these settings."""
    yield from _at_least_one(settings, "inputs", ())
    for index, input_ in enumerate(settings.get("inputs", [])):
        path: Path = ("inputs", index)
        uri = input_.get("fileInput")
        if uri is None:
            yield InvalidMember(path, "fileInput is a required property")
        elif not uri.startswith("s3://"):
            yield InvalidMember((*path, "fileInput"), "This endpoint reads inputs from s3:// only")
        elif not _names_an_object(uri):
            yield InvalidMember((*path, "fileInput"), "Should name a bucket and a key: s3://bucket/key")
    yield from _at_least_one(settings, "outputGroups", ())
    for index, group in enumerate(settings.get("outputGroups", [])):
        yield from _group_errors(group, ("outputGroups", index), destination_required=True)
    yield from _frame_capture_errors(settings)


def template_errors(settings: Document) -> Iterator[InvalidMember]:
    """Yield what forbids to keep a template; input files and destinations may be absent."""
    for index, group in enumerate(settings.get("outputGroups", [])):
        yield from _group_errors(group, ("outputGroups", index), destination_required=False)
    if settings.get("outputGroups"):
        yield from _frame_capture_errors(settings)


def _frame_capture_errors(settings: Document) -> Iterator[InvalidMember]:
    """Yield the error of a job that has frame captures and no other picture.

    Source: MediaConvert guide, "File group with a frame capture output": only in jobs that also have a
    regular audio and video output.
    """
    outputs = [output for group in settings.get("outputGroups", []) for output in group.get("outputs", [])]
    codecs = {_codec(output) for output in outputs if "videoDescription" in output}
    if codecs == {"FRAME_CAPTURE"}:
        message = "A job with frame captures needs at least one other output with video"
        yield InvalidMember(("outputGroups",), message)


def _group_errors(group: Document, path: Path, *, destination_required: bool) -> Iterator[InvalidMember]:
    settings, settings_path = group.get("outputGroupSettings", {}), (*path, "outputGroupSettings")
    type_ = settings.get("type")
    if type_ is None:
        yield InvalidMember(settings_path, "type is a required property")
        return
    member, containers = _GROUPS[type_]
    if type_ == "MS_SMOOTH_GROUP_SETTINGS":
        yield InvalidMember((*settings_path, "type"), "This endpoint makes no MS Smooth outputs")
    for other, _ in _GROUPS.values():
        if other != member and other in settings:
            yield InvalidMember((*settings_path, other), f"Should not be present when type is {type_}")
    if member not in settings:
        yield InvalidMember(settings_path, f"{member} is a required property when type is {type_}")
    else:
        member_path = (*settings_path, member)
        yield from _destination_errors(settings[member], member_path, required=destination_required)
        yield from thumbnail_errors(settings[member], member_path)
        if member == "hlsGroupSettings" and "minSegmentLength" not in settings[member]:
            yield InvalidMember(member_path, "minSegmentLength is a required property")
    yield from _at_least_one(group, "outputs", path)
    outputs = group.get("outputs", [])
    yield from _name_modifier_errors(
        outputs, path, required=len(outputs) > 1 or type_ != "FILE_GROUP_SETTINGS"
    )
    automated = "automatedEncodingSettings" in group
    for index, output in enumerate(outputs):
        output_path = (*path, "outputs", index)
        yield from _container_errors(output, output_path, type_, containers)
        yield from _track_errors(output, output_path, type_)
        yield from video_errors(output.get("videoDescription"), (*output_path, "videoDescription"), automated)
        yield from output_errors(output, output_path, is_file=type_ == "FILE_GROUP_SETTINGS")
    yield from rendition_errors(outputs, path)
    yield from audio_only_errors(outputs, path, is_file=type_ == "FILE_GROUP_SETTINGS")


def _destination_errors(settings: Document, path: Path, *, required: bool) -> Iterator[InvalidMember]:
    destination = settings.get("destination")
    if destination is None:
        if required:
            yield InvalidMember(path, "destination is a required property")
    elif not destination.removeprefix("s3://").partition("/")[0]:
        yield InvalidMember((*path, "destination"), "Should name a bucket: s3://bucket/path")


def _name_modifier_errors(outputs: list[Document], path: Path, *, required: bool) -> Iterator[InvalidMember]:
    seen: set[tuple[str, str]] = set()
    for index, output in enumerate(outputs):
        output_path = (*path, "outputs", index)
        modifier = output.get("nameModifier")
        if modifier is None:
            if required:
                yield InvalidMember(output_path, "nameModifier is a required property")
            continue
        # Two outputs may share a modifier where their files differ in extension.
        name = (modifier, output.get("extension") or output.get("containerSettings", {}).get("container", ""))
        if name in seen:
            yield InvalidMember((*output_path, "nameModifier"), "Should be unique within the output group")
        seen.add(name)


def _container_errors(
    output: Document, path: Path, type_: str, containers: frozenset[str]
) -> Iterator[InvalidMember]:
    if "preset" in output:
        yield InvalidMember((*path, "preset"), "This endpoint keeps no output presets")
        return
    container = output.get("containerSettings", {}).get("container")
    if container is None:
        yield InvalidMember((*path, "containerSettings"), "container is a required property")
    elif container not in containers:
        yield InvalidMember(
            (*path, "containerSettings", "container"),
            f"Should be one of {', '.join(sorted(containers))} in {type_}",
        )


def _track_errors(output: Document, path: Path, type_: str) -> Iterator[InvalidMember]:
    video, audio = "videoDescription" in output, output.get("audioDescriptions", [])
    captions = output.get("captionDescriptions", [])
    if not video and not audio and not captions:
        yield InvalidMember(
            path, "Should have at least one of videoDescription, audioDescriptions, captionDescriptions"
        )
    if type_ in _SEPARATE_AUDIO:
        if video and audio:
            yield InvalidMember(path, f"Video and audio should be in separate outputs in {type_}")
        if len(audio) > 1:
            yield InvalidMember((*path, "audioDescriptions"), f"Should have at most one item in {type_}")
    elif len(audio) > 1 and not video:
        # Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/audio-only.html
        yield InvalidMember(
            (*path, "audioDescriptions"), "Should have at most one item in an output without video"
        )
    if _codec(output) == "FRAME_CAPTURE":
        if type_ == "FILE_GROUP_SETTINGS" and output.get("containerSettings", {}).get("container") not in (
            None,
            "RAW",
        ):
            yield InvalidMember((*path, "containerSettings", "container"), "Should be RAW for frame capture")
        if audio:
            yield InvalidMember(
                (*path, "audioDescriptions"), "Should not be present in a frame capture output"
            )


def _at_least_one(document: Document, member: str, path: Path) -> Iterator[InvalidMember]:
    if not document.get(member):
        yield InvalidMember((*path, member), "Should have at least 1 items")


def _codec(output: Document) -> Any:
    return output.get("videoDescription", {}).get("codecSettings", {}).get("codec")


def _names_an_object(uri: str) -> bool:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bool(bucket and key)
