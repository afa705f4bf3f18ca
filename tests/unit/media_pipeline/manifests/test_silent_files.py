"""Files without sound, recognized by their first bytes among the kinds that Probe knows nothing of."""

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.source import UnknownSource, has_audio, source_from_record
from media_pipeline.manifests.silent_files import is_silent
from tests.support.ingest_world import IngestWorld

HEADER = b"FLV\x01%c\0\0\0\x09\0\0\0\0"
UNDECLARED, DECLARED = HEADER % 1, HEADER % 5


def tag(kind: int, size: int = 20) -> bytes:
    """Return a tag of Flash Video."""
    return bytes([kind]) + size.to_bytes(3) + bytes(7) + bytes(size) + (11 + size).to_bytes(4)


SCRIPT, PICTURE, SOUND = tag(18), tag(9, 400), tag(8)


@pytest.fixture
def world() -> IngestWorld:
    """Return a world whose Probe knows nothing of the upload."""
    world = IngestWorld()
    world.transcoder.source = UnknownSource(reason="Probe returned no tracks", is_answered=True)
    return world


@pytest.mark.parametrize(
    "head",
    [
        b"GIF89a\x40\0",
        b"GIF87a\x40\0",
        b"\0\0\1\xb3\x04\0",
        b"\0\0\0\1\x67\x64",
        b"\0\0\1\x09\xf0",
        b"\0\0\0\1\x40\1",
        b"\x1f\x07\0\xbf",
        UNDECLARED + SCRIPT + PICTURE * 3,
        UNDECLARED,
    ],
)
def test_kinds_without_sound_are_recognized(head: bytes) -> None:
    """GIF, elementary streams of pictures, DV (whose sound isn't read) and Flash without a tag of sound."""
    assert is_silent(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"FLV",
        b"\0\0\0\1",
        b"\0\0\1\xba\x44",
        b"\0\0\0\x20ftypisom",
        DECLARED + SCRIPT + PICTURE,
        UNDECLARED + SCRIPT + SOUND,
        UNDECLARED + PICTURE * 100 + SOUND,
        b"ID3\x04",
    ],
)
def test_any_other_file_may_have_sound(head: bytes) -> None:
    """What says that it has sound, or leaves it open, is taken to have some."""
    assert not is_silent(head)


@pytest.mark.parametrize(("head", "has_sound"), [(b"GIF89a", False), (DECLARED + SOUND, True), (b"", True)])
def test_no_sound_is_asked_of_a_silent_file(world: IngestWorld, head: bytes, has_sound: bool) -> None:
    """The job of a file without sound has no audio description, and the record keeps that it is silent."""
    world.uploads.contents[world.upload().key] = head
    world.deliver()
    assert world.asset.status is AssetStatus.SUBMITTED
    groups = world.transcoder.settings["job-1"]["OutputGroups"]
    outputs = [output for group in groups for output in group["Outputs"]]
    assert any("AudioDescriptions" in output for output in outputs) is has_sound
    assert has_audio(source_from_record(world.asset.source_info)) is has_sound
