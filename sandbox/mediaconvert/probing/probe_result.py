"""Answer MediaConvert's Probe: a media file's description in the wire format of ProbeResult."""

import mimetypes
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.probing.formats import probe_format
from sandbox.mediaconvert.probing.source import (
    AudioTrack,
    Source,
    Track,
    VideoTrack,
    inspect_source,
)

# Color codes of ITU-T H.273 -> the enums of MediaConvert's Probe. Source: botocore mediaconvert model.
PRIMARIES = {
    1: "ITU_709", 4: "ITU_470M", 5: "ITU_470BG", 6: "SMPTE_170M", 7: "SMPTE_240M", 8: "GENERIC_FILM",
    9: "ITU_2020", 10: "SMPTE_428_1", 11: "SMPTE_431_2", 12: "SMPTE_EG_432_1", 22: "EBU_3213_E",
}  # fmt: skip
TRANSFERS = {
    1: "ITU_709", 4: "ITU_470M", 5: "ITU_470BG", 6: "SMPTE_170M", 7: "SMPTE_240M", 8: "LINEAR", 9: "LOG10_2",
    10: "LOC10_2_5", 11: "IEC_61966_2_4", 12: "ITU_1361", 13: "IEC_61966_2_1", 14: "ITU_2020_10bit",
    15: "ITU_2020_12bit", 16: "SMPTE_2084", 17: "SMPTE_428_1", 18: "ARIB_B67",
}  # fmt: skip
MATRICES = {
    0: "RGB", 1: "ITU_709", 4: "FCC", 5: "ITU_470BG", 6: "SMPTE_170M", 7: "SMPTE_240M", 8: "YCgCo",
    9: "ITU_2020_NCL", 10: "ITU_2020_CL", 11: "SMPTE_2085", 12: "CD_NCL", 13: "CD_CL", 14: "ITU_2100ICtCp",
}  # fmt: skip
LIGHT_LEVELS = ("maxContentLightLevel", "maxFrameAverageLightLevel")
MASTERING = (
    *("redPrimaryX", "redPrimaryY", "greenPrimaryX", "greenPrimaryY", "bluePrimaryX", "bluePrimaryY"),
    *("whitePointX", "whitePointY", "minLuminance", "maxLuminance"),
)
UNSPECIFIED = "UNSPECIFIED"
CODECS_WITH_METADATA = frozenset({"AVC", "HEVC", "MPEG2"})
NOMINAL_BIT_DEPTH = 16
CHROMA = {"420": "4:2:0", "422": "4:2:2", "444": "4:4:4"}


def probe_file(path: Path) -> dict[str, Any]:
    """Read a file's headers and describe them; keys that don't apply are left out.

    Raises:
        JobError: 1010, the file is not media; 1075, it has no index; 3400, it is a manifest.
    """
    return probe_result(inspect_source(path))


def probe_result(source: Source) -> dict[str, Any]:
    """Express a source as ProbeResult in wire format (camelCase); durations in seconds.

    A container that Probe doesn't recognize has no format. Source: botocore mediaconvert model,
    Container.Format. Whether it has tracks then isn't said; here it has none, so no caller relies on them.
    """
    if probe_format(source.format) is None:
        return {"container": {}, "metadata": {"fileSize": source.size_bytes}, "trackMappings": []}
    tracks = [
        *(_track("video", track, videoProperties=_video(track, source.format)) for track in source.videos),
        *(_track("audio", track, audioProperties=_audio(track)) for track in source.audios),
        *(
            _track("data", track, dataProperties=_known(languageCode=track.language))
            for track in source.subtitles
        ),
    ]
    tracks.sort(key=lambda track: int(track["index"]))
    seconds = source.duration_seconds
    return {
        "container": _known(
            format=source.format,
            duration=seconds,
            bitRate=round(source.size_bytes * 8 / seconds) if seconds else None,
            tracks=tracks,
        ),
        "metadata": _known(
            fileSize=source.size_bytes,
            mimeType=mimetypes.guess_type(f"source.{_suffix(source.format)}")[0],
        ),
        "trackMappings": [
            {
                "videoTrackIndexes": [track.index + 1 for track in source.videos],
                "audioTrackIndexes": [track.index + 1 for track in source.audios],
                "dataTrackIndexes": [track.index + 1 for track in source.subtitles],
            }
        ],
    }


def _known(**members: Any) -> dict[str, Any]:
    """Keep what has a value."""
    return {name: value for name, value in members.items() if value is not None}


def _track(kind: str, track: Track, **properties: dict[str, Any]) -> dict[str, Any]:
    return properties | _known(
        index=track.index + 1, trackType=kind, codec=track.codec, duration=track.duration_seconds
    )


def _video(track: VideoTrack, container: str) -> dict[str, Any]:
    codes = (
        ("colorPrimaries", PRIMARIES, track.primaries),
        ("transferCharacteristics", TRANSFERS, track.transfer),
        ("matrixCoefficients", MATRICES, track.matrix),
    )
    codes_known = _known(**{name: names.get(code) for name, names, code in codes})
    if not track.width or not track.height:
        return {}
    size = {"width": track.width, "height": track.height, "bitDepth": track.bit_depth}
    display = track.sample_aspect * track.width / track.height
    metadata = None
    if track.codec in CODECS_WITH_METADATA:
        metadata = (
            {name: codes_known.get(name, UNSPECIFIED) for name, _, _ in codes} | _codec_metadata(track) | size
        )
    return size | _known(
        bitRate=track.bitrate_bps,
        frameRate=_ratio(track.average_rate or track.frame_rate),
        rotation=track.rotation or None,
        sampleAspectRatio=_ratio(track.sample_aspect),
        displayAspectRatio=_ratio(display),
        codecMetadata=metadata,
        hdrMetadata=_hdr_metadata(track),
        # Source: botocore mediaconvert model, CodecMetadata: of these two the codec alone tells the colors.
        **({} if container in ("mpegts", "mpegps") else codes_known),
    )


def _codec_metadata(track: VideoTrack) -> dict[str, Any]:
    first = {True: "TopFieldFirst", False: "BottomFieldFirst", None: None}[track.is_top_field_first]
    return _known(
        chromaSubsampling=next(
            (name for digits, name in CHROMA.items() if digits in (track.pixel_format or "")), None
        ),
        codedFrameRate=_ratio(track.coded_rate or track.frame_rate),
        profile=track.profile,
        level=str(track.level) if track.level is not None else None,
        scanType="interlaced" if track.is_interlaced else "progressive",
        fieldOrder=first if track.is_interlaced else None,
    )


def _hdr_metadata(track: VideoTrack) -> dict[str, Any] | None:
    light = dict(zip(LIGHT_LEVELS, track.light_levels or (), strict=False))
    display = dict(zip(MASTERING, track.mastering or (), strict=False))
    metadata = _known(contentLightLevel=light or None, masteringDisplayColorVolume=display or None)
    return metadata or None


def _audio(track: AudioTrack) -> dict[str, Any]:
    is_exact = track.codec in ("PCM", "FLAC")
    return _known(
        bitDepth=track.bit_depth if is_exact else NOMINAL_BIT_DEPTH,
        bitRate=track.bitrate_bps,
        channelLayout=track.layout,
        channels=track.channels,
        languageCode=track.language,
        sampleRate=track.sample_rate,
    )


def _ratio(value: Fraction) -> dict[str, int]:
    divisor = gcd(value.numerator, value.denominator)
    return {"numerator": value.numerator // divisor, "denominator": value.denominator // divisor}


def _suffix(container_format: str) -> str:
    return {
        "quicktime": "mov", "matroska": "mkv", "wave": "wav", "mpegts": "ts", "mpegps": "mpg",
        "three_gp": "3gp", "three_g2": "3g2", "asf": "wmv",
    }.get(container_format, container_format)  # fmt: skip
