"""MP4 files: what their headers tell, and how little of them is read for it."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.manifests.mp4 import Mp4File, read_mp4
from media_pipeline.manifests.mp4_boxes import WINDOW_BYTES
from tests.support.made_outputs import box, made_mp4


def read(film: bytes) -> Mp4File:
    """Read a file."""
    return read_mp4(len(film), lambda offset, length: film[offset : offset + length])


@pytest.mark.parametrize("version", [0, 1])
def test_duration_and_tracks_are_read(version: int) -> None:
    """Both versions of the header tell the duration, and each track its kind."""
    film = made_mp4(12.5, "vide", "soun", "text", version=version)
    assert read(film) == Mp4File(duration_seconds=12.5, handlers=("vide", "soun", "text"))


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(
    ("starts", "seconds"), [((8.0, 8.5), 2.0), ((8.0, 0.0), 10.0), ((2.5, 2.5), 7.5), ((0.0, 0.0), 10.0)]
)
def test_a_duration_is_the_end_minus_the_start(
    starts: tuple[float, float], seconds: float, version: int
) -> None:
    """A film whose tracks begin late is as long as from the first one's start to the end."""
    film = made_mp4(10, "vide", "soun", version=version, starts=starts)
    assert read(film) == Mp4File(duration_seconds=seconds, handlers=("vide", "soun"))


def test_a_large_index_is_walked_over() -> None:
    """A film whose tables take megabytes is read in a handful of pieces of 64 KiB."""
    film = made_mp4(7200, "vide", "soun", padding=3 * 1024**2)
    pieces: list[tuple[int, int]] = []

    def read_piece(offset: int, length: int) -> bytes:
        pieces.append((offset, length))
        return film[offset : offset + length]

    assert read_mp4(len(film), read_piece).handlers == ("vide", "soun")
    assert len(pieces) <= 6
    assert all(0 < length <= WINDOW_BYTES and offset + length <= len(film) for offset, length in pieces)


def test_boxes_may_have_long_sizes_or_none() -> None:
    """A box beyond 4 GiB tells its size in eight bytes, and the last one may reach to the end of the file."""
    head = made_mp4(5, "vide")[: -len(box("mdat", bytes(100)))]
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + 10) + bytes(10)
    open_ended = struct.pack(">I4s", 0, b"mdat") + bytes(10)
    for film in (head + long, long + head, head + open_ended):
        assert read(film).duration_seconds == 5


FILM = made_mp4(5, "vide", "soun")


@pytest.mark.parametrize(
    ("film", "what"),
    [
        (b"#EXTM3U", "cut off within its header"),
        (bytes(100), "it has no moov box"),
        (struct.pack(">I4s", 4, b"ftyp"), "a box of 4 bytes"),
        (box("ftyp", b"") + box("mdat", bytes(9)), "no moov box"),
        (FILM[:-1], "its box mdat ends 1 bytes after it"),
        (box("moov", box("trak", b"")), "a track without a mdia box"),
        (box("moov", box("free", b"")), "no mvhd box"),
        (FILM.replace(struct.pack(">II", 1000, 5000), struct.pack(">II", 0, 5000)), "not tell its duration"),
        (FILM.replace(struct.pack(">II", 1000, 5000), struct.pack(">II", 1000, 2**32 - 1)), "not tell"),
        (box("free", b"") * 1001, "more than 1000 boxes"),
    ],
)
def test_what_is_no_whole_film_is_said(film: bytes, what: str) -> None:
    """Each way of not being a whole MP4 has its own words."""
    with pytest.raises(UnreadableOutputError, match=what):
        read(film)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, len(FILM)), st.binary(max_size=6)).map(
            lambda cut: FILM[: cut[0]] + cut[1] + FILM[cut[0] + len(cut[1]) :]
        ),
    )
)
def test_any_bytes_are_read_or_refused(film: bytes) -> None:
    """No bytes make the reader fail in another way than by its own error."""
    with suppress(UnreadableOutputError):
        read(film)
