"""Encoding presets: their schema, and reading them with every fault reported at once.

A preset is a small JSON document that an operator edits in SSM; each makes one output group of a job.
Pure: the stack validates the files it deploys with the very code that the functions read them with.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.aac import SAMPLE_RATES_HZ, STEREO_BITRATES_BPS, sound_faults
from media_pipeline.encoding.ladder import LadderRow
from media_pipeline.encoding.preset_reader import PresetDocument

# Source: MediaConvert API, AudioNormalizationSettings.TargetLkfs: -59 to 0. EBU R 128 asks for -23, streaming
# services for -14 to -16; louder than -5 nothing is left to normalise.
LOUDNESS_LUFS = (-59, -5)
MAX_VERSION = 1_000_000


class PresetName(StrEnum):
    """Name the presets that exist."""

    CMAF = "cmaf"
    HLS = "hls"
    DASH = "dash"
    MP4 = "mp4"
    AUDIO = "audio"
    M4A = "m4a"
    THUMBNAILS = "thumbnails"


AUDIO_PRESETS = frozenset({PresetName.AUDIO, PresetName.M4A})
VIDEO_PRESETS = frozenset({PresetName.CMAF, PresetName.HLS, PresetName.DASH, PresetName.MP4})


class HighFrameRates(StrEnum):
    """Say what becomes of frame rates above 30 a second.

    `keep` keeps those up to 60 and halves those above, `halve` halves until none is above 30.
    """

    KEEP = "keep"
    HALVE = "halve"


class Surround(StrEnum):
    """Say what becomes of 5.1 sound."""

    KEEP = "keep"
    DOWNMIX = "downmix"


class HdrLadder(StrEnum):
    """Say whether a source of high dynamic range gets HEVC rungs that keep it, beside those of AVC."""

    NONE = "none"
    HEVC = "hevc"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrackPreset:
    """Describe what presets with sound share; a loudness of None leaves it as it is."""

    version: int
    audio_sample_rate_hz: int
    loudness_lufs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPreset(AudioTrackPreset):
    """Describe what the presets with a picture share; the ladder is sorted from small to large."""

    gop_seconds: int
    high_frame_rates: str
    audio_bitrate_bps: int
    surround: str
    ladder: tuple[LadderRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamingPreset(VideoPreset):
    """Describe a segmented output group.

    Its storyboard is made of pictures `storyboard_width` pixels wide every so many seconds; 0 makes none.
    """

    segment_seconds: int
    storyboard_interval_seconds: int
    storyboard_width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CmafPreset(StreamingPreset):
    """Describe the output group that HLS and DASH share."""

    hdr_ladder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePreset(VideoPreset):
    """Describe MP4 files for download; the `max_renditions` best rungs are made."""

    max_renditions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPreset(AudioTrackPreset):
    """Describe an output group of sound alone, one rendition a bitrate."""

    segment_seconds: int
    audio_bitrates_bps: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFilePreset(AudioTrackPreset):
    """Describe an M4A file for download."""

    audio_bitrate_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailsPreset:
    """Describe stills: JPEG captures every `interval_seconds`, or spread over longer sources.

    Shorter sources have about ten, so that one of them can be the poster.
    """

    version: int
    width: int
    interval_seconds: int
    max_captures: int
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Presets:
    """Hold one validated preset of each name."""

    cmaf: CmafPreset
    hls: StreamingPreset
    dash: StreamingPreset
    mp4: FilePreset
    audio: AudioPreset
    m4a: AudioFilePreset
    thumbnails: ThumbnailsPreset

    def version(self, name: PresetName) -> int:
        """Return the version that a preset carries."""
        preset: AudioTrackPreset | ThumbnailsPreset = getattr(self, name.value)
        return preset.version


def parse_presets(documents: Mapping[str, str]) -> Presets:
    """Read the JSON text of each preset, by name.

    Raises PresetsInvalidError naming every fault: preset, field, value and allowed range.
    """
    faults: list[str] = []
    read = {name: PresetDocument(name.value, documents.get(name.value), faults) for name in PresetName}
    presets = Presets(
        cmaf=CmafPreset(
            **_streaming(read[PresetName.CMAF]),
            hdr_ladder=read[PresetName.CMAF].word("hdr_ladder", [kind.value for kind in HdrLadder]),
        ),
        hls=StreamingPreset(**_streaming(read[PresetName.HLS])),
        dash=StreamingPreset(**_streaming(read[PresetName.DASH])),
        mp4=FilePreset(
            **_video(read[PresetName.MP4]),
            max_renditions=read[PresetName.MP4].integer("max_renditions", 1, 10),
        ),
        audio=_audio(read[PresetName.AUDIO]),
        m4a=_m4a(read[PresetName.M4A]),
        thumbnails=_thumbnails(read[PresetName.THUMBNAILS]),
    )
    for document in read.values():
        document.done()
    if faults:
        raise PresetsInvalidError(faults)
    return presets


class _Sound(TypedDict):
    version: int
    audio_sample_rate_hz: int
    loudness_lufs: int | None


class _Video(_Sound):
    gop_seconds: int
    high_frame_rates: str
    audio_bitrate_bps: int
    surround: str
    ladder: tuple[LadderRow, ...]


class _Streaming(_Video):
    segment_seconds: int
    storyboard_interval_seconds: int
    storyboard_width: int


def _sound(document: PresetDocument) -> _Sound:
    return {
        "version": document.integer("version", 1, MAX_VERSION),
        "audio_sample_rate_hz": document.choice("audio_sample_rate_hz", SAMPLE_RATES_HZ),
        "loudness_lufs": document.integer_or_none("loudness_lufs", *LOUDNESS_LUFS),
    }


def _video(document: PresetDocument) -> _Video:
    preset: _Video = {
        **_sound(document),
        "gop_seconds": document.integer("gop_seconds", 1, 10),
        "high_frame_rates": document.word("high_frame_rates", [policy.value for policy in HighFrameRates]),
        "audio_bitrate_bps": document.choice("audio_bitrate_bps", STEREO_BITRATES_BPS),
        "surround": document.word("surround", [policy.value for policy in Surround]),
        "ladder": document.ladder(),
    }
    _check_sound(
        document, preset, (preset["audio_bitrate_bps"],), keeps_surround=preset["surround"] == Surround.KEEP
    )
    return preset


def _check_sound(
    document: PresetDocument, sound: _Sound, bitrates_bps: tuple[int, ...], *, keeps_surround: bool = False
) -> None:
    """Find fault with fields of sound that AAC takes one by one, and not together."""
    if not document.is_faultless:
        return
    for fault in sound_faults(
        sample_rate_hz=sound["audio_sample_rate_hz"],
        stereo_bitrates_bps=bitrates_bps,
        keeps_surround=keeps_surround,
    ):
        document.fault(fault)


def _streaming(document: PresetDocument) -> _Streaming:
    preset: _Streaming = {
        **_video(document),
        "segment_seconds": document.integer("segment_seconds", 1, 60),
        "storyboard_interval_seconds": document.integer("storyboard_interval_seconds", 0, 3600),
        # Source: MediaConvert API, CmafImageBasedTrickPlaySettings.ThumbnailWidth: from 8, in steps of 8
        "storyboard_width": document.integer("storyboard_width", 8, 640),
    }
    if preset["storyboard_width"] % 8:
        document.fault(f"storyboard_width is {preset['storyboard_width']}: must be a multiple of 8")
    if preset["segment_seconds"] % preset["gop_seconds"]:
        document.fault(
            f"segment_seconds is {preset['segment_seconds']}: "
            f"must be a multiple of gop_seconds ({preset['gop_seconds']})"
        )
    return preset


def _audio(document: PresetDocument) -> AudioPreset:
    sound, bitrates_bps = _sound(document), document.choices("audio_bitrates_bps", STEREO_BITRATES_BPS)
    _check_sound(document, sound, bitrates_bps)
    return AudioPreset(
        **sound,
        segment_seconds=document.integer("segment_seconds", 1, 60),
        audio_bitrates_bps=bitrates_bps,
    )


def _m4a(document: PresetDocument) -> AudioFilePreset:
    sound, bitrate_bps = _sound(document), document.choice("audio_bitrate_bps", STEREO_BITRATES_BPS)
    _check_sound(document, sound, (bitrate_bps,))
    return AudioFilePreset(**sound, audio_bitrate_bps=bitrate_bps)


def _thumbnails(document: PresetDocument) -> ThumbnailsPreset:
    width = document.integer("width", 32, 4096)
    # Earlier presets had a width for each of stills and poster: the poster stays as wide as it was.
    width = max(width, document.optional_integer("poster_width", 32, 4096))
    return ThumbnailsPreset(
        version=document.integer("version", 1, MAX_VERSION),
        width=width,
        interval_seconds=document.integer("interval_seconds", 1, 3600),
        max_captures=document.integer("max_captures", 1, 10_000),
        quality=document.integer("quality", 1, 100),
    )
