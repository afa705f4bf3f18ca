"""Hold MediaConvert's table of inputs, container by codec, and tell what it lacks.

Source: AWS Elemental MediaConvert User Guide, "Supported containers and codecs reference tables" (a table for
each container, and one for each codec) and "Supported input formats for audio-only workflows". Where a
container's table and a codec's differ, what either has counts: Vorbis in Matroska and VC-3 in MXF are in the
codec's table alone.

Not confirmed, for want of a word in the guide:

- The guide has a row for MPEG-1 system streams and one for MPEG-2 program streams. The first lists MPEG-2
  video, AC-3 and AAC, which MPEG-1 system streams never hold, so here both are one.
- "MPEG Audio" is taken for layers I and II, since layer III has rows of its own.
- The service may read more than the guide says. What the table lacks is refused here all the same, since
  no user can rely on it; ``--undocumented-inputs`` lets it through.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# ffmpeg's names of codecs -> the guide's, in the words of Probe's Codec enum where it has one.
# Source: botocore mediaconvert model, Codec; ffmpeg's codec descriptors.
CODECS_OF_GUIDE = {
    # WMV 9 is VC-1 in its simple and main profiles. Source: SMPTE ST 421, annex J.
    "wmv3": "VC1",
    "vc1": "VC1",
    "h261": "H261",
    "h263": "H263",
    "h263i": "H263",
    "h263p": "H263",
    # Flash's H.263 is Sorenson's. Source: Adobe Flash Video File Format Specification 10.1, E.4.3.1.
    "flv1": "SORENSON_H263",
    "h264": "AVC",
    "hevc": "HEVC",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "dvvideo": "DV",
    "dnxhd": "VC3",
    "gif": "GIF",
    "hq_hqa": "CANOPUS_HQ",
    "hqx": "CANOPUS_HQ",
    "jpeg2000": "JPEG2000",
    "mjpeg": "MJPEG",
    "mpeg1video": "MPEG1",
    "mpeg2video": "MPEG2",
    "mpeg4": "MP4V",
    "prores": "PRORES",
    "qtrle": "QTRLE",
    **dict.fromkeys(("rawvideo", "v210", "v308", "v408", "v410", "r210", "r10k", "yuv4"), "UNCOMPRESSED"),
    "aac": "AAC",
    "aac_latm": "AAC",
    "ac3": "AC3",
    "amr_nb": "AMR",
    "amr_wb": "AMR",
    "dolby_e": "DOLBY_E",
    "eac3": "EAC3",
    "flac": "FLAC",
    "gsm": "GSM",
    "gsm_ms": "GSM",
    "mp1": "MP2",
    "mp2": "MP2",
    "mp3": "MP3",
    "opus": "OPUS",
    "s302m": "PCM",
    "vorbis": "VORBIS",
    "wmav1": "WMA",
    "wmav2": "WMA2",
    "wmapro": "WMAPRO",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """Hold a container's row.

    Attributes:
        video: Codecs of pictures.
        audio: Codecs of sound that comes with a picture.
        audio_alone: Codecs of sound in a file without a picture.
        has_format: Whether Probe's Format enum has it. Of any other file Probe tells no format.
    """

    video: frozenset[str] = frozenset()
    audio: frozenset[str] = frozenset()
    audio_alone: frozenset[str] = frozenset()
    has_format: bool = True


def _row(video: str = "", audio: str = "", alone: str = "", *, has_format: bool = True) -> Container:
    return Container(
        video=frozenset(video.split()),
        audio=frozenset(audio.split()),
        audio_alone=frozenset(alone.split()),
        has_format=has_format,
    )


_DOLBY = "AC3 EAC3"
_WMA = "WMA WMA2 WMAPRO"
_THREE_GP = _row("AVC H263 MP4V", "AAC AMR")

# By the names of ``source.FORMATS``: those of Probe's Format enum, else ffmpeg's of the demuxer.
CONTAINERS: Mapping[str, Container] = {
    "three_gp": _THREE_GP,
    "three_g2": _THREE_GP,
    "asf": _row("VC1", _WMA, _WMA),
    # DivX and Xvid are MPEG-4 part 2.
    "avi": _row("CANOPUS_HQ DV MJPEG MP4V UNCOMPRESSED", f"{_DOLBY} DOLBY_E MP2 MP3 PCM"),
    "flv": _row("AVC H263 SORENSON_H263", "AAC", has_format=False),
    "gif": _row("GIF", has_format=False),
    "matroska": _row("AVC MPEG2 MP4V VC1", f"AAC {_DOLBY} FLAC OPUS PCM VORBIS WMA WMA2", "FLAC OPUS VORBIS"),
    "quicktime": _row(
        "AVC DV H261 H263 HEVC JPEG2000 MJPEG MPEG2 MP4V PRORES QTRLE UNCOMPRESSED", "AAC MP3 PCM", "PCM"
    ),
    "mp3": _row(alone="MP3"),
    "mp4": _row(
        "AV1 AVC H261 H263 HEVC JPEG2000 MPEG2 MP4V UNCOMPRESSED VC1 VP9",
        f"AAC {_DOLBY} FLAC PCM WMA WMA2",
        "AAC FLAC",
    ),
    "mpegps": _row("MPEG1 MPEG2", f"AAC {_DOLBY} MP2 PCM"),
    "mpegts": _row("AVC HEVC MPEG2 VC1", f"AAC {_DOLBY} DOLBY_E MP2 PCM WMA WMA2", "MP2 PCM"),
    "mxf": _row("AVC DV JPEG2000 MPEG2 PRORES UNCOMPRESSED VC3", "AAC DOLBY_E MP2 PCM"),
    "ogg": _row(alone="FLAC OPUS VORBIS"),
    "wave": _row(alone="GSM PCM"),
    "webm": _row("VP8 VP9", "OPUS VORBIS"),
    # No container: elementary streams. Bare PCM is in the table, but nothing in it tells its sample rate.
    "h264": _row("AVC", has_format=False),
    "hevc": _row("HEVC", has_format=False),
    "mpegvideo": _row("MPEG1 MPEG2", has_format=False),
    "dv": _row("DV", has_format=False),
    "aac": _row(alone="AAC"),
    "ac3": _row(alone="AC3"),
    "eac3": _row(alone="EAC3"),
    "flac": _row(alone="FLAC"),
    "gsm": _row(alone="GSM", has_format=False),
}
# Elementary streams of video are "video-only inputs"; a DV stream's sound is not read.
VIDEO_ALONE = frozenset({"h264", "hevc", "mpegvideo", "dv", "gif"})


def codec_of_guide(coding: str) -> str | None:
    """Return the guide's codec for ffmpeg's name of one; None where no container may hold it."""
    return "PCM" if coding.startswith("pcm_") else CODECS_OF_GUIDE.get(coding)


def is_documented(container: str, codec: str | None, *, is_video: bool, has_video: bool) -> bool:
    """Return whether the table has a codec in a container.

    Args:
        container: A name of ``CONTAINERS``; any other has no row.
        codec: In the guide's words.
        is_video: Whether it is that of a picture, or of sound.
        has_video: Whether the file has a picture.
    """
    row = CONTAINERS.get(container, Container())
    if is_video:
        return codec in row.video
    return codec in (row.audio if has_video else row.audio_alone)
