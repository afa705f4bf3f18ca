"""Find what an asset delivers: follow its record and manifests to every picture and sound that they name."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import av
import m3u8  # type: ignore[import-untyped]

MPD = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}
# BCP 47's shortest code -> ISO 639-2, in which the table is written.
LANGUAGES = {"en": "eng", "fr": "fra", "fre": "fra", "nb": "nob", "und": "", "": ""}


class DeliveryError(Exception):
    """Say that a manifest names what isn't there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """Name one picture or sound track that a format delivers.

    Attributes:
        format: HLS, DASH, MP4 or M4A.
        name: For people.
        path: A file that plays: the download itself, or the segments one after the other.
        track: Which of the file's tracks of this kind.
        declared_size: As the manifest says; None where it says nothing.
    """

    format: str
    name: str
    path: Path
    track: int = 0
    language: str = ""
    declared_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold what an asset delivers, by format."""

    pictures: Mapping[str, Sequence[Rendition]]
    sounds: Mapping[str, Sequence[Rendition]]


def delivery(outputs: Sequence[Mapping[str, Any]], folder: Path, scratch: Path) -> Delivery:
    """Follow every output of a record.

    Args:
        outputs: As the record lists them: format and key.
        folder: Holds the outputs bucket's objects under their keys.
        scratch: Segments are joined there.

    Raises:
        DeliveryError: A manifest names what isn't there.
    """
    pictures: dict[str, list[Rendition]] = {}
    sounds: dict[str, list[Rendition]] = {}
    for output in outputs:
        path = folder / str(output["key"])
        match str(output["format"]):
            case "HLS":
                found = _hls(path, scratch)
            case "DASH":
                found = _dash(path, scratch)
            case "MP4" | "M4A" as kind:
                found = _file(kind, path)
            case _:
                continue
        # A record tells the language of sound alone, which variants of a playlist can't.
        recorded = str(output.get("language") or "")
        for is_picture, one in found:
            language = one.language or LANGUAGES.get(recorded, recorded)
            rendition = one if is_picture else replace(one, language=language)
            (pictures if is_picture else sounds).setdefault(rendition.format, []).append(rendition)
    for each in pictures.values():
        each.sort(key=lambda rendition: rendition.declared_size or (0, 0), reverse=True)
    return Delivery(pictures, sounds)


def _hls(master_path: Path, scratch: Path) -> Iterator[tuple[bool, Rendition]]:
    master = m3u8.loads(_text(master_path))
    audio = [media for media in master.media if media.type == "AUDIO"]
    for media in audio:
        # Without an address, it is the sound that is muxed into the variants.
        uri = media.uri or master.playlists[0].uri
        path = _playlist(master_path.parent / unquote(uri), scratch)
        language = LANGUAGES.get(media.language or "", media.language or "")
        yield False, Rendition(format="HLS", name=media.name or uri, path=path, language=language)
    with_sound: set[Path] = set()
    for variant in master.playlists:
        path = _playlist(master_path.parent / unquote(variant.uri), scratch)
        pictures, sounds = _streams(path)
        name = Path(variant.uri).stem
        if pictures:
            size = variant.stream_info.resolution
            yield True, Rendition(format="HLS", name=name, path=path, declared_size=size)
        # Sound muxed into the variants is one rendition, however many variants repeat it.
        if sounds and not audio and not (pictures and with_sound):
            with_sound.add(path)
            for number, language in enumerate(sounds):
                yield False, Rendition(format="HLS", name=name, path=path, track=number, language=language)


def _playlist(path: Path, scratch: Path) -> Path:
    playlist = m3u8.loads(_text(path))
    parts = [segment.init_section.uri for segment in playlist.segments[:1] if segment.init_section]
    parts += [segment.uri for segment in playlist.segments]
    return _joined([path.parent / unquote(part) for part in parts], scratch)


def _dash(path: Path, scratch: Path) -> Iterator[tuple[bool, Rendition]]:
    root = ElementTree.fromstring(_text(path))
    for group in root.iterfind(".//mpd:AdaptationSet", MPD):
        for element in group.iterfind("mpd:Representation", MPD):
            template = element.find("mpd:SegmentTemplate", MPD)
            template = group.find("mpd:SegmentTemplate", MPD) if template is None else template
            kind = (group.get("mimeType") or element.get("mimeType") or group.get("contentType") or "")[:5]
            if template is None or kind not in ("video", "audio"):
                continue
            size = (
                (int(element.get("width", "0")), int(element.get("height", "0"))) if kind == "video" else None
            )
            language = group.get("lang") or ""
            yield (
                kind == "video",
                Rendition(
                    format="DASH",
                    name=element.get("id", ""),
                    path=_joined(list(_segments(path, element, template)), scratch),
                    language=LANGUAGES.get(language, language),
                    declared_size=size,
                ),
            )


def _segments(manifest: Path, element: ElementTree.Element, template: ElementTree.Element) -> Iterator[Path]:
    identity = element.get("id", "")
    start = template.get("initialization", "").replace("$RepresentationID$", identity)
    yield manifest.parent / unquote(start)
    entries = template.findall("mpd:SegmentTimeline/mpd:S", MPD)
    count = sum(int(entry.get("r", "0")) + 1 for entry in entries)
    first = int(template.get("startNumber", "1"))
    media = template.get("media", "").replace("$RepresentationID$", identity)
    before, _, rest = media.partition("$Number")
    pattern, _, after = rest.partition("$")
    for number in range(first, first + count):
        yield manifest.parent / unquote(f"{before}{(pattern or '%d') % number}{after}")


def _file(kind: str, path: Path) -> Iterator[tuple[bool, Rendition]]:
    if not path.is_file():
        raise DeliveryError(f"{path.name} is missing")
    pictures, sounds = _streams(path)
    for size in pictures:
        yield True, Rendition(format=kind, name=path.stem, path=path, declared_size=size)
    for number, language in enumerate(sounds):
        yield False, Rendition(format=kind, name=path.stem, path=path, track=number, language=language)


def _streams(path: Path) -> tuple[list[tuple[int, int]], list[str]]:
    """Return the size of each picture track and the language of each sound track."""
    with av.open(str(path)) as container:
        sizes = [(stream.width, stream.height) for stream in container.streams.video]
        languages = [stream.metadata.get("language", "") for stream in container.streams.audio]
    return sizes, [LANGUAGES.get(language, language) for language in languages]


def _joined(parts: Sequence[Path], scratch: Path) -> Path:
    missing = [part.name for part in parts if not part.is_file()]
    if missing or not parts:
        raise DeliveryError(f"segments are missing: {', '.join(missing) or 'all of them'}")
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
    path = scratch / f"{digest}{parts[0].suffix}"
    if not path.exists():
        path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def _text(path: Path) -> str:
    if not path.is_file():
        raise DeliveryError(f"{path.name} is missing")
    return path.read_text(encoding="utf-8")
