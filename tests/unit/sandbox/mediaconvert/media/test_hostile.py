"""Files made to do harm: they end as failed jobs with a code, cheaply, and reach nothing but themselves."""

import socket
import struct
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.demo.clip import Clip
from sandbox.mediaconvert.encoding import ffmpeg as running
from sandbox.mediaconvert.encoding.ffmpeg import run_ffmpeg, source_arguments
from sandbox.mediaconvert.isolation.limits import (
    INSPECTION,
    MAX_DURATION_SECONDS,
    MAX_PIXELS,
    TRANSCODE,
    Limits,
)
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing import inspection as inspecting
from sandbox.mediaconvert.probing.source import inspect_source
from sandbox.mediaconvert.transcode import transcode_file
from tests.unit.sandbox.mediaconvert.media.clips import ffmpeg
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip
from tests.unit.sandbox.mediaconvert.media.jobs import (
    file,
    job,
    output,
    video,
)

ENDLESS = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=30")


class Trap:
    """Be a server that must not be called."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def was_called(self) -> bool:
        """Return whether a connection was made."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Return a server that must not be called."""
    listening = Trap()
    yield listening
    listening.close()


def never() -> threading.Event:
    """Return an event that is never set."""
    return threading.Event()


def png(side: int, *, in_color: bool = False) -> bytes:
    """Make a black picture of one bit a pixel, or of three bytes: of any size, in few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    packer = zlib.compressobj(9)
    line = bytes(1 + (side * 3 if in_color else side // 8))
    rows = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    bits, color = (8, 2) if in_color else (1, 0)
    header = struct.pack(">IIBBBBB", side, side, bits, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


POLYGLOTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{place}\n#EXT-X-ENDLIST\n",
    "hls over a protocol in a protocol": "#EXTM3U\n#EXTINF:5,\nconcat:{place}|crypto:{place}\n",
    "concat": "ffconcat version 1.0\nfile '{place}'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1">'
    "<BaseURL>{place}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "smooth streaming": '<?xml version="1.0"?><SmoothStreamingMedia><StreamIndex Url="{place}"/>'
    "</SmoothStreamingMedia>",
    "asx": '<asx version="3.0"><entry><ref href="{place}"/></entry></asx>',
    "rtsp": "RTSP/1.0 302 Found\r\nLocation: {place}\r\n\r\n",
    "text": "{place}\n" * 50,
    "html": "<html><video src='{place}'></html>",
    "ass": "[Script Info]\nScriptType: v4.00+\n[Events]\nDialogue: 0,0:00:00.00,0:00:05.00,{place}\n",
}
MANIFESTS = frozenset({"hls", "hls over a protocol in a protocol", "dash", "smooth streaming"})


@pytest.mark.parametrize("kind", POLYGLOTS)
@pytest.mark.parametrize("aim", ["a file", "the network"])
def test_a_playlist_in_a_videos_clothes_opens_nothing(
    kind: str, aim: str, trap: Trap, clip: MakeClip, tmp_path: Path
) -> None:
    """What names other files or hosts is no media: neither the inspector nor ffmpeg goes where it points."""
    victim = clip(Clip(width=64, height=64, seconds=1))
    place = str(victim) if aim == "a file" else f"http://127.0.0.1:{trap.port}/a.mp4"
    path = tmp_path / "polyglot.mp4"
    path.write_text(POLYGLOTS[kind].format(place=place, port=trap.port))
    with pytest.raises(JobError) as refused:
        inspect_source(path)
    assert refused.value.code == (3400 if kind in MANIFESTS else 1010)
    with pytest.raises(JobError):
        run_ffmpeg([*source_arguments(path, 1), "-f", "null", "-"], folder=tmp_path, cancelled=never())
    assert not trap.was_called()


@pytest.mark.parametrize("url", ["http", "tcp", "ftp", "rtmp", "rtp"])
def test_ffmpeg_has_no_network(url: str, trap: Trap, tmp_path: Path) -> None:
    """Even if a URL got as far as ffmpeg's input, the protocols' whitelist would not let it out."""
    arguments = source_arguments(tmp_path / "none", 1)
    arguments[-1] = f"{url}://127.0.0.1:{trap.port}/a.mp4"
    with pytest.raises(JobError):
        run_ffmpeg([*arguments, "-f", "null", "-"], folder=tmp_path, cancelled=never())
    assert not trap.was_called()


@pytest.mark.parametrize(
    "head",
    [
        png(64),
        b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(200),
        b"GIF86a\1\0\1\0" + bytes(50),
        b"PK\3\4" + bytes(99),
    ],
    ids=["png", "jpeg", "gif", "zip"],
)
def test_pictures_and_archives_are_no_video(head: bytes, tmp_path: Path) -> None:
    """A picture or an archive that is called .mp4 is refused as no media."""
    path = tmp_path / "a.mp4"
    path.write_bytes(head)
    with pytest.raises(JobError) as refused:
        inspect_source(path)
    assert refused.value.code == 1010


def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path) -> None:
    """A few kilobytes that unpack to a quarter of a billion pixels are refused by their header."""
    side = 16_000
    (tmp_path / "bomb.png").write_bytes(png(side))
    bomb = tmp_path / "bomb.mov"
    ffmpeg("-i", str(tmp_path / "bomb.png"), "-c", "copy", str(bomb))
    assert bomb.stat().st_size < 200_000
    assert side * side > MAX_PIXELS
    with pytest.raises(JobError, match="16000 x 16000") as refused:
        inspect_source(bomb)
    assert refused.value.code == 1030


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory that a process writes to")
def test_an_inspection_may_not_take_all_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A picture that doesn't fit into the inspector's memory is described by its header; less is refused."""
    (tmp_path / "large.png").write_bytes(png(8_192, in_color=True))
    large = tmp_path / "large.mov"
    ffmpeg("-i", str(tmp_path / "large.png"), "-c", "copy", str(large))
    monkeypatch.setattr(inspecting, "INSPECTION", replace(INSPECTION, memory_bytes=100_000_000))
    assert inspect_source(large).videos[0].width == 8_192
    monkeypatch.setattr(inspecting, "INSPECTION", replace(INSPECTION, memory_bytes=10_000_000))
    with pytest.raises(JobError, match="or too large") as refused:
        inspect_source(large)
    assert refused.value.code == 1010


def two_frames(path: Path, *, hours: int) -> Path:
    """Make a video of two frames, so many hours apart."""
    gap = f"setpts='if(eq(N,0),0,{hours}*3600/TB)'"
    ffmpeg(
        *(*ENDLESS, "-frames:v", "2", "-vf", gap),
        *("-fps_mode", "passthrough", "-c:v", "libx264", str(path)),
    )
    assert path.stat().st_size < 50_000
    return path


def test_a_file_that_lasts_for_days_is_refused(tmp_path: Path) -> None:
    """A duration beyond a day is refused before anything is encoded, however small the file."""
    with pytest.raises(JobError, match=f"longer than {MAX_DURATION_SECONDS:.0f} s") as refused:
        inspect_source(two_frames(tmp_path / "days.mkv", hours=60))
    assert refused.value.code == 1030


@pytest.mark.parametrize(
    ("limits", "output"),
    [
        (replace(TRANSCODE, total_seconds=1.0), ("-f", "null", "-")),
        (replace(TRANSCODE, cpu_seconds=1), ("-f", "null", "-")),
        (replace(TRANSCODE, file_bytes=100_000), ("-f", "rawvideo", "a")),
        (replace(TRANSCODE, folder_bytes=100_000), ("-f", "rawvideo", "a")),
        (replace(TRANSCODE, folder_files=20), ("-f", "image2", "%d.jpg")),
    ],
    ids=["time", "processor", "file", "folder", "files"],
)
def test_an_endless_transcode_ends(
    limits: Limits, output: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A transcode that shows progress for ever fails with 1050 at each limit, within seconds."""
    monkeypatch.setattr(running, "TRANSCODE", limits)
    begun = time.monotonic()
    with pytest.raises(JobError) as failed:
        run_ffmpeg([*ENDLESS, *output], folder=tmp_path, cancelled=never())
    assert failed.value.code == 1050, failed.value.message
    assert time.monotonic() - begun < 15


def test_a_transcode_that_wants_too_much_memory_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pictures that don't fit into the memory of a job are its failure, with 1050."""
    monkeypatch.setattr(running, "TRANSCODE", replace(TRANSCODE, memory_bytes=100_000_000))
    arguments = ["-f", "lavfi", "-i", "color=size=8192x8192:rate=30", "-t", "1", "-f", "null", "-"]
    with pytest.raises(JobError) as failed:
        run_ffmpeg(arguments, folder=tmp_path, cancelled=never())
    assert failed.value.code == 1050, failed.value.message


def test_a_gap_of_hours_between_two_frames_is_bounded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two frames, hours apart, which a constant rate makes millions of: the job ends at its limit."""
    path = two_frames(tmp_path / "gap.mkv", hours=20)
    monkeypatch.setattr(running, "TRANSCODE", replace(TRANSCODE, total_seconds=2.0))
    begun = time.monotonic()
    settings = job(file(output("", "MP4", picture=video(64, 64))))
    with pytest.raises(JobError) as failed:
        transcode_file(settings, path, tmp_path, threads=1)
    assert failed.value.code in (1050, 1076), failed.value.message
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("rate", ["1000000", "1000000000/7"])
def test_a_huge_frame_rate_is_brought_down(rate: str, tmp_path: Path) -> None:
    """A source that claims a million frames a second is described with a rate that can be encoded."""
    path = tmp_path / "fast.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size=64x64:rate={rate}", "-frames:v", "20", "-c:v", "mjpeg", str(path)
    )
    assert inspect_source(path).videos[0].frame_rate <= 120


def test_boxes_within_boxes_are_no_problem(tmp_path: Path) -> None:
    """Thousands of nested boxes are read, or refused, without taking the inspector down for long."""
    body = b""
    for _ in range(5_000):
        body = struct.pack(">I4s", 8 + len(body), b"moov") + body
    path = tmp_path / "deep.mp4"
    path.write_bytes(struct.pack(">I4s", 16, b"ftyp") + b"isom\0\0\2\0" + body)
    begun = time.monotonic()
    with pytest.raises(JobError) as refused:
        inspect_source(path)
    assert refused.value.code == 1010
    assert time.monotonic() - begun < 20
