"""Name containers and codecs in MediaConvert's words; ffmpeg has its own.

Source: botocore mediaconvert model, Format and Codec, the enums of Probe.
"""

from sandbox.mediaconvert.probing.input_table import CONTAINERS, codec_of_guide

# Demuxers that may open a source. Playlists (hls, dash, concat, image2 ...) stay out: they name other files.
# Source: AWS Elemental MediaConvert User Guide, "Supported containers and codecs reference tables"
DEMUXERS = (
    "mov,matroska,webm,mxf,wav,avi,mpegts,mpeg,mp3,flac,asf,ogg,aac,ac3,eac3,"
    "flv,gif,mpegvideo,h264,hevc,dv,gsm"
)
QUICKTIME, MP4, WEBM, DV = "quicktime", "mp4", "webm", "dv"
# They have neither time stamps nor lengths.
BARE_STREAMS = frozenset({"h264", "hevc", "mpegvideo"})
UNKNOWN_CODEC = "UNKNOWN"
# ffmpeg's name of a codec that it can't decode.
UNKNOWN_CODING = "unknown"

_DEMUXED = {"matroska,webm": "matroska", "wav": "wave", "mpeg": "mpegps"}
_BRANDS = {"qt": QUICKTIME, "3gp": "three_gp", "3g2": "three_g2"}
_ONLY_OF_PROBE = {"theora": "THEORA", "eia_608": "C608", "webvtt": "WEBVTT"}
_NOT_OF_PROBE = frozenset({"CANOPUS_HQ", "DOLBY_E", "GIF", "GSM", "H261", "SORENSON_H263"})


def container_format(demuxer: str, brand: str, *, is_webm: bool) -> str:
    """Return a container's name: of Probe's Format enum, else ffmpeg's of its demuxer.

    Args:
        demuxer: ffmpeg's name of it.
        brand: The major brand; QuickTime files of before 2001 have none. Source: ISO/IEC 14496-12, 4.3.
        is_webm: Whether a Matroska file calls itself WebM.
    """
    if demuxer.startswith("mov,"):
        found = next((format_ for start, format_ in _BRANDS.items() if brand.startswith(start)), MP4)
        return found if brand else QUICKTIME
    if is_webm and demuxer == "matroska,webm":
        return WEBM
    return _DEMUXED.get(demuxer, demuxer)


def probe_format(format_: str) -> str | None:
    """Return a container's name in Probe's Format enum; None where it has none."""
    row = CONTAINERS.get(format_)
    return format_ if row is not None and row.has_format else None


def probe_codec(coding: str) -> str:
    """Return a codec's name in Probe's Codec enum for ffmpeg's name of it."""
    found = _ONLY_OF_PROBE.get(coding) or codec_of_guide(coding)
    return UNKNOWN_CODEC if found is None or found in _NOT_OF_PROBE else found
