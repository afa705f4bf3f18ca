"""Package encodes within this process, with the muxers and options that ``package`` gives ffmpeg."""

import heapq
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.stream import Disposition

from sandbox.mediaconvert.model import Cancelled
from sandbox.mediaconvert.packaging.segments import (
    Package,
    finish_package,
    main_file,
    muxer,
)
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import VideoEncode


def write_package(
    package: Package,
    folder: Path,
    encodes: Mapping[VideoEncode | AudioEncode, Path],
    cancelled: threading.Event,
) -> None:
    """Write a package's files into a folder.

    Raises:
        Cancelled: ``cancelled`` was set.
    """
    name, options = muxer(package, ".")
    with ExitStack() as opened:
        inputs = [opened.enter_context(av.open(str(encodes[encode]))) for encode in package.encodes]
        made = opened.enter_context(_opened(package, folder, name, options))
        streams = [made.add_stream_from_template(one.streams[0]) for one in inputs]
        for stream, one in zip(streams, inputs, strict=True):
            stream.metadata.update(one.streams[0].metadata)
        for number, stream in enumerate(streams[-len(package.audios) :] if package.audios else ()):
            stream.disposition = Disposition(0) if number else Disposition.default
        in_order = heapq.merge(*(_packets(number, one) for number, one in enumerate(inputs)))
        for _, number, _, packet in in_order:
            if cancelled.is_set():
                raise Cancelled
            packet.stream = streams[number]
            made.mux(packet)
    finish_package(package, folder)


def _opened(package: Package, folder: Path, name: str, options: dict[str, str]) -> OutputContainer:
    target = main_file(package, folder)
    if package.segment_seconds is None:
        return av.open(str(target), "w", format=name, options=options)
    # Segments are named by a pattern, in which the folder's own name had better not stand.
    return av.open(
        target.name, "w", format=name, options=options, io_open=lambda url, *_: (folder / url).open("wb")
    )


def _packets(number: int, container: InputContainer) -> "Iterator[tuple[Fraction, int, int, av.Packet[Any]]]":
    """Yield packets with what orders them: time, number of their stream, position in it."""
    for position, packet in enumerate(container.demux(0)):
        if packet.dts is not None:
            yield packet.dts * packet.time_base, number, position, packet
