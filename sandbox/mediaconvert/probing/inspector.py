"""Read a media file's headers with PyAV and print them as JSON.

Run as a script in a child process, not imported: a damaged file may crash or hang the libraries that read
it. Prints ``{"source": {...}}``; or ``{"refused": "why"}`` where FFmpeg's libraries can't read the file; or
``{"failed": "why"}`` where this program itself fails, which says nothing about the file. Only local files of
the listed containers are opened, so that a playlist dressed up as a video cannot make this process read other
files or the network.
"""

import json
import re
import struct
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.sidedata.sidedata import Type as SideData
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

HEAD_BYTES = 256
MATROSKA_DURATION = re.compile(r"(\d+):(\d+):([\d.]+)")
NO_FRAME = {"rotation": 0, "interlaced": False, "light_levels": None, "mastering": None}
NO_PICTURE = NO_FRAME | {
    **{"width": 0, "height": 0, "sample_aspect": None, "pixel_format": None, "bit_depth": 8, "level": None},
    **{"average_rate": None, "base_rate": None, "coded_rate": None, "frames": None, "top_field_first": None},
    **{"primaries": 2, "transfer": 2, "matrix": 2},
}
# Red, green, blue and white, x and y, in steps of 0.00002; least and greatest light in 0.0001 cd/m2.
MASTERING_UNITS = (*[50_000] * 8, 10_000, 10_000)
ID3_HEADER_BYTES = 10
FIRST_MP3_FRAME_BYTES = 4096
MP3_INDEXES = (b"Xing", b"Info", b"VBRI")
INTERLACED_FIELD_ORDERS = frozenset({2, 3, 4, 5})
# Of ffmpeg's field orders, those of which muxers and demuxers agree which field is shown first.
TOP_FIELD_FIRST = {2: True, 3: False}


def ratio(value: Fraction | int | None) -> list[int] | None:
    """Express a positive fraction as [numerator, denominator]; None where unknown."""
    return [Fraction(value).numerator, Fraction(value).denominator] if value else None


def seconds(stream: Stream) -> float | None:
    """Return how long the stream says it lasts; None where it doesn't say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    tagged = MATROSKA_DURATION.fullmatch(stream.metadata.get("DURATION", ""))
    return (
        sum(float(part) * unit for part, unit in zip(tagged.groups(), (3600, 60, 1), strict=True))
        if tagged
        else None
    )


def bits_per_second(stream: Stream) -> int | None:
    """Return the bit rate that a Matroska file's statistics say; None where there are none."""
    tagged = stream.metadata.get("BPS", "")
    return int(tagged) if tagged.isdecimal() else None


def common(stream: Stream) -> dict[str, Any]:
    """Describe what all kinds of streams have."""
    context = stream.codec_context
    return {
        "index": stream.index,
        "codec": context.codec.canonical_name if context is not None else "unknown",
        "decodable": context is not None,
        "profile": getattr(stream, "profile", None),
        "bit_rate": getattr(context, "bit_rate", None) or bits_per_second(stream),
        "duration": seconds(stream),
        "language": stream.metadata.get("language"),
        "default": Disposition.default in stream.disposition,
    }


def unnamed(kinds: Any, number: int) -> Any:
    """Make a member of PyAV's enumeration for a number that it has no name for."""
    kind = object.__new__(kinds)
    kind._name_, kind._value_ = f"UNNAMED_{number}", number
    return kind


# FFmpeg knows more kinds of side data than PyAV, which would refuse a whole picture for one of them.
SideData._missing_ = classmethod(unnamed)  # type: ignore[method-assign,assignment]


def static_metadata(frame: av.VideoFrame) -> dict[str, list[int] | None]:
    """Return the light levels and the mastering display of HDR10, in the units of SMPTE ST 2086.

    Source: ffmpeg's AVContentLightMetadata and AVMasteringDisplayMetadata, whose fractions are pairs.
    """
    light, display = None, None
    data: Any  # which PyAV's stubs take for a name
    for data in frame.side_data:
        if data.type == SideData.CONTENT_LIGHT_LEVEL:
            light = list(struct.unpack_from("=II", bytes(data)))
        if data.type == SideData.MASTERING_DISPLAY_METADATA:
            *numbers, has_primaries, has_luminance = struct.unpack_from("=22i", bytes(data))
            if has_primaries and has_luminance:
                pairs = zip(numbers[::2], numbers[1::2], MASTERING_UNITS, strict=True)
                display = [round(value * unit / divisor) for value, divisor, unit in pairs]
    return {"light_levels": light, "mastering": display}


def first_frame(path: Path, index: int) -> dict[str, Any]:
    """Describe what only a decoded picture tells; its rotation is counter-clockwise in degrees."""
    try:
        with open_media(path) as container:
            for frame in container.decode(container.streams[index]):
                assert isinstance(frame, av.VideoFrame)
                return {
                    "rotation": frame.rotation,
                    "interlaced": bool(frame.interlaced_frame),
                } | static_metadata(frame)
    except av.FFmpegError:
        pass
    return NO_FRAME


def video(path: Path, stream: VideoStream) -> dict[str, Any]:
    """Describe a video stream."""
    context = stream.codec_context
    pixel_format = context.format
    is_huge = context.width * context.height > int(sys.argv[4])
    frame = NO_FRAME if is_huge else first_frame(path, stream.index)
    return common(stream) | {
        "width": context.width,
        "height": context.height,
        "sample_aspect": ratio(stream.sample_aspect_ratio),
        "average_rate": ratio(stream.average_rate),
        "base_rate": ratio(stream.base_rate),
        "coded_rate": ratio(context.framerate),
        "frames": stream.frames or None,
        "level": context.level if getattr(context, "level", -1) > 0 else None,
        "pixel_format": pixel_format.name if pixel_format else None,
        "bit_depth": max((part.bits for part in pixel_format.components), default=8) if pixel_format else 8,
        "interlaced": frame["interlaced"] or int(context.field_order) in INTERLACED_FIELD_ORDERS,
        "top_field_first": TOP_FIELD_FIRST.get(int(context.field_order)),
        "rotation": frame["rotation"],
        "light_levels": frame["light_levels"],
        "mastering": frame["mastering"],
        "primaries": int(context.color_primaries),
        "transfer": int(context.color_trc),
        "matrix": int(context.colorspace),
    }


def undecodable_video(stream: VideoStream) -> dict[str, Any]:
    """Describe a video stream in a codec that nothing here decodes: no more of it is known."""
    return common(stream) | NO_PICTURE


def undecodable_audio(stream: AudioStream) -> dict[str, Any]:
    """Describe an audio stream in a codec that nothing here decodes."""
    return common(stream) | {"channels": 0, "layout": None, "sample_rate": 0, "bit_depth": None}


def audio(stream: AudioStream) -> dict[str, Any]:
    """Describe an audio stream."""
    return common(stream) | {
        "channels": stream.channels,
        "layout": stream.layout.name,
        "sample_rate": stream.sample_rate,
        "bit_depth": stream.format.bits if stream.format else None,
    }


def is_estimated(format_: str, path: Path) -> bool:
    """Return whether a duration is guessed from a file's size: neither ADTS nor a bare MP3 has an index."""
    if format_ != "mp3":
        return format_ == "aac"
    with path.open("rb") as file:
        tag = file.read(ID3_HEADER_BYTES)
        if tag.startswith(b"ID3"):
            # Its length is written in seven bits a byte.
            file.seek(ID3_HEADER_BYTES + sum(byte << 7 * place for place, byte in enumerate(tag[:5:-1])))
        else:
            file.seek(0)
        head = file.read(FIRST_MP3_FRAME_BYTES)
    return not any(index in head for index in MP3_INDEXES)


def counted_seconds(path: Path) -> float | None:
    """Return how long the first sound lasts by reading all of it; None where there is none."""
    end = Fraction(0)
    with open_media(path) as container:
        for packet in container.demux(container.streams.audio[0]):
            if packet.pts is not None and packet.duration:
                end = max(end, (packet.pts + packet.duration) * packet.time_base)
    return float(end) or None


def open_media(path: Path) -> "av.container.InputContainer":
    """Open a local file as one of the allowed containers."""
    return av.open(
        f"file:{path}",
        options={
            "protocol_whitelist": "file",
            "format_whitelist": sys.argv[2],
            "max_streams": sys.argv[3],
        },
        # Titles may be of any encoding.
        metadata_errors="replace",
    )


def inspect(path: Path) -> dict[str, Any]:
    """Describe the file and every stream that can carry anything."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    with open_media(path) as container:
        videos = [
            undecodable_video(stream) if stream.codec_context is None else video(path, stream)
            for stream in container.streams.video
            if Disposition.attached_pic not in stream.disposition
            and (stream.codec_context is None or stream.codec_context.width > 0)
        ]
        audios = [
            undecodable_audio(stream) if stream.codec_context is None else audio(stream)
            for stream in container.streams.audio
            if stream.codec_context is None or (stream.sample_rate > 0 and stream.channels > 0)
        ]
        duration = container.duration / av.time_base if container.duration else None
        if audios and is_estimated(container.format.name, path):
            duration = counted_seconds(path)
            audios = [described | {"duration": duration} for described in audios]
        return {
            "format": container.format.name,
            "brand": container.metadata.get("major_brand", "").strip(),
            "webm": b"webm" in head,
            "start": container.start_time / av.time_base if container.start_time else 0.0,
            "duration": duration,
            "size": path.stat().st_size,
            "videos": videos,
            "audios": audios,
            "subtitles": [common(stream) for stream in container.streams.subtitles],
        }


def main() -> None:
    """Print the description of the file named on the command line."""
    try:
        answer: dict[str, Any] = {"source": inspect(Path(sys.argv[1]))}
    except MemoryError:
        answer = {"refused": "reading it takes more memory than allowed"}
    except av.FFmpegError as error:
        answer = {"refused": error.strerror or str(error)}
    except Exception as error:  # the boundary of this program: its own errors are none of the file's
        answer = {"failed": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
