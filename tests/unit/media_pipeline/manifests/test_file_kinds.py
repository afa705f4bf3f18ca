"""Kinds of files that no transcoder can process: known by their headers, in a few short reads."""

import pytest

from media_pipeline.manifests.file_kinds import FileKind, kind_of
from media_pipeline.manifests.mp4_boxes import WINDOW_BYTES
from tests.support.made_outputs import encrypted_mp4, made_mp4

PACKET = b"G\x01\x00\x10" + bytes(184)
SCRAMBLED = b"G\x01\x00\x90" + bytes(184)
NULL_PACKET = b"G\x1f\xff\x90" + bytes(184)
MATROSKA, ASF = bytes.fromhex("1a45dfa3"), bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def kind(content: bytes) -> FileKind | None:
    """Tell a file's kind."""
    return kind_of(len(content), lambda offset, length: content[offset : offset + length])


@pytest.mark.parametrize(
    "content",
    [
        encrypted_mp4(),
        encrypted_mp4("mp4a", "encv"),
        encrypted_mp4("drms"),
        encrypted_mp4("drmi", clear=3),
        SCRAMBLED * 5,
        PACKET * 3 + SCRAMBLED * 3,
        MATROSKA + bytes(40) + bytes.fromhex("47e18105"),
        ASF + bytes(14) + bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
        ASF + bytes(14) + bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
    ],
    ids=[
        "CENC",
        "CENC of one track",
        "FairPlay",
        "index last",
        "TS",
        "TS in part",
        "Matroska",
        "ASF",
        "ASF2",
    ],
)
def test_an_encrypted_file_is_recognized(content: bytes) -> None:
    """Every container that has a word for encryption is understood."""
    assert kind(content) is FileKind.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXTINF:4,\na.ts\n",
        b"\xef\xbb\xbf#EXTM3U\n",
        b'<?xml version="1.0"?>\n<MPD type="static"></MPD>',
        b"<SmoothStreamingMedia/>",
    ],
)
def test_a_playlist_is_recognized(content: bytes) -> None:
    """Manifests of HLS, DASH and Smooth Streaming are known by how they begin."""
    assert kind(content) is FileKind.PLAYLIST


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        made_mp4(5.0, "vide", "soun"),
        encrypted_mp4("avc1", "mp4a"),
        encrypted_mp4()[:-20],
        encrypted_mp4()[:100],
        PACKET * 40,
        PACKET * 39 + SCRAMBLED,
        NULL_PACKET * 9,
        MATROSKA + bytes(300),
        ASF + bytes(300),
        b"This text speaks of #EXTM3U and <MPD>.",
        b"<html><body>#EXTM3U</body></html>",
    ],
)
def test_any_other_file_is_of_no_such_kind(content: bytes) -> None:
    """Files in the clear, damaged ones and texts are none of them; a flipped bit is no encryption."""
    assert kind(content) is None


def test_a_file_that_is_gone_is_of_no_such_kind() -> None:
    """A file that can't be read is of no known kind."""
    assert kind_of(5_000, lambda offset, length: b"") is None


def test_little_is_read_of_a_large_file() -> None:
    """A film whose index comes last is recognized by a handful of reads, whatever its size."""
    film = encrypted_mp4(clear=20)
    lengths: list[int] = []

    def read(offset: int, length: int) -> bytes:
        lengths.append(length)
        return film[offset : offset + length]

    assert kind_of(len(film), read) is FileKind.ENCRYPTED
    assert sum(lengths) <= 25 * WINDOW_BYTES
    assert max(lengths) <= WINDOW_BYTES
