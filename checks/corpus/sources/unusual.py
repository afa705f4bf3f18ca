"""Turn a plain source into what cameras, phones and packagers make of one, and few encoders by themselves."""

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

from checks.corpus.sources.recipes import Recipe
from sandbox.mediaconvert.encoding.ffmpeg import executable

# Orientation "top left", in the least of EXIF. Source: CIPA DC-008, 4.5 and 4.6.
EXIF = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0"
JPEG_START = b"\xff\xd8"
ODD_TICKS = 9


def finish(made: Path, recipe: Recipe) -> None:
    """Change a file in its place, as its recipe asks for."""
    if recipe.dropped_fragments:
        made.write_bytes(without_fragments(made.read_bytes(), recipe.dropped_fragments))
    if recipe.picture is not None and recipe.picture.has_odd_end:
        _shorten_end(made, recipe)
    if recipe.has_exif:
        _add_exif(made, recipe)
    if recipe.second_size is not None:
        _change_size(made, recipe, *recipe.second_size)


def without_fragments(content: bytes, dropped: int) -> bytes:
    """Return a fragmented MP4 without its first fragments, as one that begins with a later segment."""
    parts, seen = [], 0
    for kind, box in _boxes(content):
        seen += kind == b"moof"
        if kind not in (b"moof", b"mdat", b"sidx", b"mfra") or (
            kind in (b"moof", b"mdat") and seen > dropped
        ):
            parts.append(box)
    if seen <= dropped:
        raise ValueError(f"the file has {seen} fragments, of which {dropped} can't be dropped")
    return b"".join(parts)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        (size,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 8], content[at : at + size]
        at += size


def _shorten_end(made: Path, recipe: Recipe) -> None:
    """Show the last frame for next to no time, as phones do that change the speed of a film."""
    assert recipe.picture is not None
    assert recipe.picture.frames is not None
    # In ticks of the file's own clock, of which a second has thousands.
    shorter = f"setts=duration='if(eq(N,{recipe.picture.frames - 1}),{ODD_TICKS},DURATION)'"
    whole = made.with_name(f"shortened{made.suffix}")
    copied = ("-map", "0", "-c", "copy", "-bsf:v", shorter, "-fflags", "+bitexact")
    _ffmpeg("-i", made.name, *copied, whole.name, folder=made.parent)
    whole.replace(made)


def _add_exif(made: Path, recipe: Recipe) -> None:
    """Put EXIF into every picture of Motion JPEG."""
    assert recipe.picture is not None
    plain, tagged, whole = (
        made.with_name(name) for name in ("plain.mjpeg", "tagged.mjpeg", f"exif{made.suffix}")
    )
    _ffmpeg("-i", made.name, "-map", "0:v", "-c", "copy", plain.name, folder=made.parent)
    segment = b"\xff\xe1" + struct.pack(">H", len(EXIF) + 2) + EXIF
    tagged.write_bytes(plain.read_bytes().replace(JPEG_START + b"\xff", JPEG_START + segment + b"\xff"))
    pictures = ("-f", "mjpeg", "-r", str(recipe.picture.frame_rate), "-i", tagged.name)
    tracks = ("-map", "0:v", "-map", "1:a?", "-c", "copy", "-fflags", "+bitexact")
    _ffmpeg(*pictures, "-i", made.name, *tracks, whole.name, folder=made.parent)
    whole.replace(made)


def _change_size(made: Path, recipe: Recipe, width: int, height: int) -> None:
    """Encode the second half of the picture in another size, in one and the same track."""
    assert recipe.picture is not None
    half = str(recipe.seconds / 2)
    encoder = ("-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", "-bf", "0")
    _ffmpeg("-i", made.name, "-t", half, *encoder, "first.h264", folder=made.parent)
    _ffmpeg(
        "-ss",
        half,
        "-i",
        made.name,
        "-vf",
        f"scale={width}:{height}",
        *encoder,
        "second.h264",
        folder=made.parent,
    )
    first, second, joined = (made.with_name(f"{name}.h264") for name in ("first", "second", "joined"))
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    rate, whole = str(recipe.picture.frame_rate), made.with_name(f"changed{made.suffix}")
    copied = ("-c", "copy", "-fflags", "+bitexact")
    _ffmpeg("-r", rate, "-i", joined.name, *copied, whole.name, folder=made.parent)
    whole.replace(made)


def _ffmpeg(*arguments: str, folder: Path) -> None:
    run = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(run, check=True, stdin=subprocess.DEVNULL, cwd=folder)
