"""Write what an encoder would have made of a source: gray, silent, and as long as it should be."""

import io
import threading
from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from pathlib import Path

import av

from sandbox.mediaconvert.encoding.command import CAPTURE_NAME, THUMBNAILS_NAME
from sandbox.mediaconvert.instant import aac as silence
from sandbox.mediaconvert.instant import h264 as picture
from sandbox.mediaconvert.instant import hevc
from sandbox.mediaconvert.model import Cancelled
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.color import UNSPECIFIED
from sandbox.mediaconvert.planning.encodes import FrameCapture, VideoEncode
from sandbox.mediaconvert.planning.scaling import Size
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails

GRAY = 128


def write_video(path: Path, encode: VideoEncode, seconds: Fraction, cancelled: threading.Event) -> None:
    """Write an MP4 with keyframes where the encoder puts them.

    Raises:
        Cancelled: ``cancelled`` was set.
    """
    frame, rate = encode.placement.frame, encode.frame_rate
    count = max(1, round(seconds * rate))
    keyframes = [*_keyframes(encode, count)]
    if encode.codec == "H_265":
        look = _look(encode)
        sample, content = hevc.sample(look), hevc.pictures(look, iter(keyframes))
    else:
        sample = picture.sample(frame.width, frame.height, rate)
        content = picture.pictures(frame.width, frame.height, rate, iter(keyframes))
    format_ = "hevc" if encode.codec == "H_265" else "h264"
    _write(path, format_, sample, content, iter(keyframes), 1 / rate, cancelled, tag=encode.mp4_tag)


def _look(encode: VideoEncode) -> hevc.Look:
    frame, color = encode.placement.frame, encode.color.output
    declared = (color.primaries, color.transfer, color.matrix)
    is_declared = encode.color.is_declared
    return hevc.Look(
        width=frame.width,
        height=frame.height,
        frame_rate=encode.frame_rate,
        pixel_format=encode.pixel_format,
        color=declared if is_declared else (UNSPECIFIED, UNSPECIFIED, UNSPECIFIED),
    )


def write_audio(path: Path, encode: AudioEncode, seconds: Fraction, cancelled: threading.Event) -> None:
    """Write an MP4 with silence.

    Raises:
        Cancelled: ``cancelled`` was set.
    """
    count = max(1, ceil(seconds * encode.sample_rate / silence.SAMPLES))
    frame = silence.frame(encode.channels, encode.sample_rate)
    content = (frame for _ in range(count))
    duration = Fraction(silence.SAMPLES, encode.sample_rate)
    always = iter(lambda: True, None)
    _write(path, "aac", frame * 4, content, always, duration, cancelled, language=encode.language)


def write_pictures(folder: Path, capture: FrameCapture, seconds: Fraction) -> None:
    """Write gray JPEG pictures, one an interval."""
    content = _gray_picture(capture.placement.frame)
    for number in range(min(capture.max_captures, max(1, ceil(seconds / capture.interval_seconds)))):
        (folder / (CAPTURE_NAME % number)).write_bytes(content)


def write_thumbnails(folder: Path, tiled: TiledThumbnails, seconds: Fraction) -> None:
    """Write gray JPEG pictures, each for the time that its thumbnails cover."""
    content = _gray_picture(tiled.picture_size)
    for number in range(1, max(1, ceil(seconds / tiled.picture_seconds)) + 1):
        (folder / (THUMBNAILS_NAME % number)).write_bytes(content)


def _gray_picture(frame: Size) -> bytes:
    context = av.CodecContext.create("mjpeg", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = frame.width, frame.height, "yuvj420p"
    context.time_base = Fraction(1, 25)
    gray = av.VideoFrame(frame.width, frame.height, "yuvj420p")
    for plane in gray.planes:
        plane.update(bytes([GRAY]) * plane.buffer_size)
    gray.pts = 0
    return b"".join(bytes(packet) for packet in (*context.encode(gray), *context.encode(None)))


def _write(
    path: Path,
    format_: str,
    sample: bytes,
    content: Iterator[bytes],
    keyframes: Iterator[bool],
    duration: Fraction,
    cancelled: threading.Event,
    language: str | None = None,
    tag: str | None = None,
) -> None:
    with av.open(str(path), "w", format="mp4") as made:
        with av.open(io.BytesIO(sample), format=format_) as described:
            stream = made.add_stream_from_template(described.streams[0])
        if tag is not None:
            stream.codec_context.codec_tag = tag
        if language is not None:
            stream.metadata["language"] = language
        for number, (data, is_keyframe) in enumerate(zip(content, keyframes, strict=False)):
            if cancelled.is_set():
                raise Cancelled
            packet = av.Packet(data)
            packet.stream = stream
            packet.time_base = duration
            packet.pts = packet.dts = number
            packet.duration = 1
            packet.is_keyframe = is_keyframe
            made.mux(packet)


def _keyframes(encode: VideoEncode, count: int) -> Iterator[bool]:
    """Yield for each picture whether it is a keyframe: at each cut, and a GOP after the one before."""
    since = 0
    for number in range(count):
        is_cut = encode.cut_frames is not None and number % encode.cut_frames == 0
        since = 0 if is_cut or since == encode.gop_frames else since
        yield since == 0
        since += 1
