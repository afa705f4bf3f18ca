"""What nothing here decodes, is encrypted or names other files: a job error of its own, never "damaged"."""

from pathlib import Path

import pytest

from media_pipeline.manifests.file_kinds import FileKind, kind_of
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.plan import make_plan
from sandbox.mediaconvert.probing.probe_result import probe_file
from sandbox.mediaconvert.probing.screening import (
    ASF_HEAD,
    ASF_PROTECTED,
    is_manifest,
    lacks_index,
    protection,
)
from sandbox.mediaconvert.probing.source import inspect_source
from tests.unit.sandbox.mediaconvert.media.inputs import (
    Input,
    encrypted,
    make_input,
    renamed,
    scrambled,
)
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    file,
    job,
    output,
    video,
)

BOTH = job(file(output("_v", "MP4", picture=video(64, 64), sound=STEREO)))
SOUND = job(file(output("_a", "MP4", sound=STEREO)))
VIDEO = Input(".mp4", "libx264", "aac")


def refusal(path: Path, settings: dict[str, object] = BOTH) -> JobError:
    """Plan a job for a file; return the error in which it ends."""
    with pytest.raises(JobError) as refused:
        make_plan(settings, inspect_source(path))
    return refused.value


@pytest.mark.parametrize(
    ("wanted", "kinds", "kind"),
    [
        (Input(".m4a", "", "aac"), {"mp4a": "ac-4", "esds": "dac4"}, "audio"),
        (Input(".m4a", "", "aac"), {"mp4a": "mhm1", "esds": "mhaC"}, "audio"),
        (VIDEO, {"mp4a": "ac-4", "esds": "dac4"}, "audio"),
        (VIDEO, {"avc1": "zzzz"}, "video"),
        (Input(".mp4", "libsvtav1"), {"av01": "dav1"}, "video"),
    ],
    ids=["AC-4", "MPEG-H", "AC-4 beside a picture", "a codec of tomorrow", "Dolby Vision AV1"],
)
def test_codecs_that_nothing_decodes_are_unsupported(
    wanted: Input, kinds: dict[str, str], kind: str, tmp_path: Path
) -> None:
    """AC-4, MPEG-H, Dolby Vision in AV1 and whatever comes are 1030, and Probe calls the codec UNKNOWN."""
    path = renamed(make_input(tmp_path, wanted), **kinds)
    error = refusal(path, BOTH if wanted.picture else SOUND)
    assert error.code == 1030
    assert error.message.endswith(f"is not a supported input {kind} codec")
    track = next(one for one in probe_file(path)["container"]["tracks"] if one["trackType"] == kind)
    assert track["codec"] == "UNKNOWN"


def test_an_encrypted_mp4_is_unsupported(tmp_path: Path) -> None:
    """Common Encryption is 1030, and Probe answers without a judgement on the file."""
    path = encrypted(make_input(tmp_path, VIDEO), tmp_path / "encrypted.mp4")
    assert protection(path) == "encv"
    assert refusal(path).code == 1030
    assert "encrypted" in refusal(path).message
    assert probe_file(path)["container"]["format"] == "mp4"


def test_a_scrambled_transport_stream_is_unsupported(tmp_path: Path) -> None:
    """Scrambled packets are 1030, though no picture can be found in them."""
    path = scrambled(make_input(tmp_path, Input(".ts", "libx264", "aac")))
    assert refusal(path).code == 1030
    assert protection(path) == "transport scrambling"


def test_a_few_flipped_bits_are_no_scrambling(tmp_path: Path) -> None:
    """A transport stream with one odd packet in many is not encrypted."""
    path = scrambled(make_input(tmp_path, Input(".ts", "mpeg2video", "mp2")), share=37)
    assert protection(path) is None


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        (ASF_HEAD + bytes(30) + ASF_PROTECTED[0] + bytes(99), "Content Encryption"),
        (ASF_HEAD + bytes(30) + ASF_PROTECTED[1] + bytes(99), "Content Encryption"),
        (ASF_HEAD + bytes(200), None),
        (bytes.fromhex("1a45dfa3") + bytes(40) + bytes.fromhex("503584 47e18105"), "ContentEncryption"),
        (bytes.fromhex("1a45dfa3") + bytes(200), None),
        (b"", None),
        (b"\0\0\0\x08ftyp", None),
        (b"\0\0\0\x08ftyp" + b"\0\0\0\x00moov" + b"\xff" * 40, None),
        (b"\0\0\0\x08ftyp" + b"\0\0\0\x01moov\0", None),
        (b"G" * 1000, "transport scrambling"),
    ],
)
def test_other_containers_say_that_they_are_protected(
    content: bytes, reported: str | None, tmp_path: Path
) -> None:
    """Windows Media and Matroska have words of their own for it; headers that are cut off are none."""
    path = tmp_path / "any"
    path.write_bytes(content)
    assert protection(path) == reported


@pytest.mark.parametrize("wanted", [VIDEO, Input(".mkv", "libx264", "aac"), Input(".ts", "libx264", "aac")])
def test_sound_files_are_neither_protected_nor_manifests(wanted: Input, tmp_path: Path) -> None:
    """A file as any other is neither of them."""
    path = make_input(tmp_path, wanted)
    assert protection(path) is None
    assert not is_manifest(path)
    assert not lacks_index(path)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:10,\na.ts\n",
        "\ufeff#EXTM3U\n",
        '<?xml version="1.0"?>\n<!-- made by hand -->\n<MPD type="static"/>',
        "<SmoothStreamingMedia/>",
    ],
)
def test_a_renamed_manifest_is_reported_apart(text: str, tmp_path: Path) -> None:
    """A manifest of HLS, DASH or Smooth Streaming is 3400, whatever its name."""
    path = tmp_path / "film.mp4"
    path.write_text(text)
    assert refusal(path).code == 3400


@pytest.mark.parametrize("text", ["", "EXTM3U", "<html><MP></html>", "a text about #EXTM3U and <MPD>"])
def test_other_texts_are_no_manifests(text: str, tmp_path: Path) -> None:
    """What only mentions a manifest is none: it can't be opened."""
    path = tmp_path / "film.mp4"
    path.write_text(text)
    assert refusal(path).code == 1010


def product_kind(path: Path) -> FileKind | None:
    """Tell what the pipeline says of a file."""
    content = path.read_bytes()
    return kind_of(len(content), lambda offset, length: content[offset : offset + length])


def test_the_pipeline_tells_what_the_endpoint_refuses(tmp_path: Path) -> None:
    """Files that are really encrypted are reported as such, those in the clear are not."""
    clear = make_input(tmp_path, VIDEO)
    stream = make_input(tmp_path, Input(".ts", "libx264", "aac"))
    assert (product_kind(clear), product_kind(stream)) == (None, None)
    assert product_kind(encrypted(clear, tmp_path / "encrypted.mp4")) is FileKind.ENCRYPTED
    assert product_kind(scrambled(stream)) is FileKind.ENCRYPTED
    playlist = tmp_path / "film.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:10,\na.ts\n")
    assert product_kind(playlist) is FileKind.PLAYLIST
