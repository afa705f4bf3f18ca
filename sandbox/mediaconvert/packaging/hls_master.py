"""Arrange a group's outputs in an HLS master playlist: the variants, and the sound that plays beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.mediaconvert.packaging import hls
from sandbox.mediaconvert.packaging.segments import Segments
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import VideoEncode
from sandbox.mediaconvert.planning.manifest_settings import (
    AUDIO_ONLY_VARIANT,
    DEFAULT_TRACK,
    UNSELECTED_TRACK,
)
from sandbox.mediaconvert.planning.plan import Output
from sandbox.mediaconvert.probing.encoded import EncodedAudio, EncodedVideo

UNNAMED_GROUP = "program_audio_"


@dataclass(frozen=True, slots=True)
class Rendition:
    """Hold an output that has a media playlist.

    Attributes:
        name: File name of the playlist.
    """

    output: Output
    name: str
    segments: Segments


@dataclass(frozen=True, slots=True)
class Arranged:
    """Hold the lines of a master playlist."""

    variants: Sequence[hls.Variant]
    audio: Sequence[hls.AudioRendition]


def arrange(
    renditions: Sequence[Rendition],
    videos: Mapping[VideoEncode, EncodedVideo],
    audios: Mapping[AudioEncode, EncodedAudio],
    *,
    is_mp4: bool,
    has_resolution: bool,
) -> Arranged:
    """Arrange renditions as MediaConvert does."""
    beside = audio_groups([rendition.output for rendition in renditions], is_mp4=is_mp4)
    groups: dict[str, list[Rendition]] = {}
    for rendition, group in zip(renditions, beside, strict=True):
        if group is not None:
            groups.setdefault(group, []).append(rendition)
    variants: list[hls.Variant] = []
    muxed: dict[str, Output] = {}
    for rendition, group in zip(renditions, beside, strict=True):
        if group is not None:
            continue
        names: Sequence[str | None] = [None]
        if rendition.output.video is not None:
            wanted = rendition.output.rendition.audio_groups or groups
            # Where the source has no sound, neither have the groups.
            names = [name for name in wanted if name in groups] or [None]
        for name in names:
            variants.append(_variant(rendition, name, groups, videos, audios, has_resolution=has_resolution))
            if name is not None and rendition.output.audios:
                muxed.setdefault(name, rendition.output)
    audio = [one for name in groups for one in _audio_renditions(name, groups[name], muxed.get(name), audios)]
    return Arranged(variants, audio)


def audio_groups(outputs: Sequence[Output], *, is_mp4: bool) -> list[str | None]:
    """Return the group of each output whose sound plays beside a picture; None for those that play alone.

    In MP4 segments sound without a group's name is a group of its own; in MPEG-TS it is a variant.
    Source: botocore mediaconvert model, CmfcSettings and HlsSettings.
    """
    has_video = any(output.video is not None for output in outputs)
    found: list[str | None] = []
    for output in outputs:
        settings = output.rendition
        is_told = is_mp4 or settings.audio_group is not None or settings.track_type is not None
        if not has_video or output.video or not is_told or settings.track_type == AUDIO_ONLY_VARIANT:
            found.append(None)
        else:
            unnamed = sum(name is not None and name.startswith(UNNAMED_GROUP) for name in found)
            found.append(settings.audio_group or f"{UNNAMED_GROUP}{unnamed}")
    return found


def main_sound(outputs: Sequence[Output]) -> Output | None:
    """Return the output whose sound players begin with; None where no output has sound only."""
    alone = [output for output in outputs if output.video is None and output.audios]
    marked = (output for output in alone if output.rendition.track_type == DEFAULT_TRACK)
    return next(marked, alone[0] if alone else None)


def _variant(
    rendition: Rendition,
    group: str | None,
    groups: Mapping[str, Sequence[Rendition]],
    videos: Mapping[VideoEncode, EncodedVideo],
    audios: Mapping[AudioEncode, EncodedAudio],
    *,
    has_resolution: bool,
) -> hls.Variant:
    output, segments = rendition.output, rendition.segments
    joined = groups[group] if group is not None else []
    video = videos[output.video] if output.video else None
    encodes = [*output.audios, *(audio for other in joined for audio in other.output.audios)]
    codecs = [*([video.codec] if video else []), *(audios[audio].codec for audio in encodes)]
    return hls.Variant(
        name=rendition.name,
        peak_bps=segments.peak_bps + max((other.segments.peak_bps for other in joined), default=0),
        average_bps=segments.average_bps + max((other.segments.average_bps for other in joined), default=0),
        codecs=list(dict.fromkeys(codecs)),
        size=(video.width, video.height) if video and has_resolution else None,
        frame_rate=video.frame_rate if video else None,
        video_range=video.video_range if video else None,
        audio_group=group,
    )


def _audio_renditions(
    group: str,
    renditions: Sequence[Rendition],
    muxed: Output | None,
    audios: Mapping[AudioEncode, EncodedAudio],
) -> Iterator[hls.AudioRendition]:
    """Describe a group's sound, that in the variants' own segments first.

    Source: RFC 8216, 4.3.4.1.1: a name is given once in a group, and one rendition at most is the default.
    """
    outputs = [*([muxed] if muxed else []), *(rendition.output for rendition in renditions)]
    names = [*([None] if muxed else []), *(rendition.name for rendition in renditions)]
    defaults = [output.rendition.track_type == DEFAULT_TRACK for output in outputs]
    default = defaults.index(True) if any(defaults) else 0
    labels: list[str] = []
    for number, (output, name) in enumerate(zip(outputs, names, strict=True)):
        sound, settings = output.audios[0], output.rendition
        label = settings.label or sound.language or f"Audio {number + 1}"
        labels.append(f"{label} {number + 1}" if label in labels else label)
        yield hls.AudioRendition(
            name=name,
            group=group,
            label=labels[-1],
            channels=audios[sound].channels,
            language=sound.language,
            is_default=number == default and settings.track_type != UNSELECTED_TRACK,
            is_selectable=settings.track_type != UNSELECTED_TRACK,
            is_audio_description=settings.is_audio_description,
        )
