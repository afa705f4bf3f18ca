"""Read when each packet of a media file is shown, and print it as JSON.

Run as a script in a child process, not imported. Its arguments: the file, the allowed containers, the most
streams, and the numbers of those to read. Prints an object by stream number; of a file that can't be read to
its end it tells what could be read.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
from av.packet import Packet
from av.stream import Stream

# A film of two hours takes a few seconds. What is read within these has to do.
READING_SECONDS = 20.0
# Nine hours at 60 a second.
MAX_PICTURES = 2_000_000
# A file whose clock goes back by more has several clocks: its time stamps can't be compared.
SET_BACK_SECONDS = 1


@dataclass(slots=True)
class Times:
    """Collect when a stream's packets are shown, in ticks counted from the file's first time stamp.

    Attributes:
        tick: In seconds.
        lasting: All durations together.
        is_trusted: Whether every packet has a time stamp, and all are of one clock.
        pictures: When each picture is shown first, in the order of the file.
    """

    tick: Fraction
    offset: int
    start: int | None = None
    end: int = 0
    lasting: int = 0
    decoded_at: int | None = None
    is_trusted: bool = True
    pictures: list[int] = field(default_factory=list)

    def add(self, packet: "Packet[Any]") -> None:
        """Take note of a packet; those that an edit list leaves out are not shown."""
        if packet.is_discard:
            return
        duration = packet.duration or 0
        self.lasting += duration
        if packet.dts is not None:
            if self.decoded_at is not None and (self.decoded_at - packet.dts) * self.tick > SET_BACK_SECONDS:
                self.is_trusted = False
            self.decoded_at = packet.dts
        if packet.pts is None:
            self.is_trusted = False
            return
        shown_at = packet.pts - self.offset
        self.start = shown_at if self.start is None else min(self.start, shown_at)
        self.end = max(self.end, shown_at + duration)
        self.pictures.append(shown_at)

    def described(self, *, is_picture: bool) -> dict[str, Any] | None:
        """Describe them in seconds, but for the pictures; None where no packet has a time stamp."""
        if self.start is None:
            return None
        return {
            "start": float(self.start * self.tick),
            "end": float(self.end * self.tick),
            "lasting": float(self.lasting * self.tick),
            "is_trusted": self.is_trusted,
            "tick": [self.tick.numerator, self.tick.denominator],
            "pictures": sorted(self.pictures) if is_picture and self.is_trusted else [],
        }


def read(path: str, formats: str, max_streams: str, indexes: Sequence[int]) -> dict[str, Any]:
    """Read the packets of streams; nothing of a file that has more than can be read in time."""
    options = {"protocol_whitelist": "file", "format_whitelist": formats, "max_streams": max_streams}
    deadline, left = time.monotonic() + READING_SECONDS, MAX_PICTURES
    with av.open(f"file:{path}", options=options, metadata_errors="replace") as container:
        streams = [container.streams[index] for index in indexes]
        first = Fraction(container.start_time or 0, av.time_base)
        found = {
            one.index: Times(one.time_base, round(first / one.time_base)) for one in streams if one.time_base
        }
        for packet in packets(container, streams):
            left -= 1
            if left < 0 or time.monotonic() > deadline:
                return {}
            if packet.size and packet.stream_index in found:
                found[packet.stream_index].add(packet)
        pictures = {one.index for one in streams if one.type == "video"}
    return {str(index): times.described(is_picture=index in pictures) for index, times in found.items()}


def packets(container: "av.container.InputContainer", streams: Sequence[Stream]) -> "Iterator[Packet[Any]]":
    """Yield what can be read: a damaged file's packets end where the damage is."""
    try:
        yield from container.demux(*streams)
    except av.FFmpegError:
        return


def main() -> None:
    """Print the times of the file named on the command line."""
    path, formats, max_streams, *indexes = sys.argv[1:]
    print(json.dumps(read(path, formats, max_streams, [int(index) for index in indexes])))


if __name__ == "__main__":
    main()
