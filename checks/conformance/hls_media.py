"""Check HLS media playlists against RFC 8216 and against their segments."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.conformance import UnreadableError
from checks.conformance.images import Tile, tile_errors
from checks.conformance.media import (
    Rendition,
    Segment,
    measure_mp4,
    measure_packed_audio,
    measure_stream,
)
from checks.conformance.packed_audio import is_packed_audio
from checks.conformance.playlists import MEDIA, Playlist, read_playlist
from checks.conformance.webvtt import webvtt_errors

LEAST_TOLERANCE_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold a checked media playlist and what its segments hold; None where that isn't sound or picture.

    Attributes:
        seconds: Sum of the durations it tells.
    """

    playlist: Playlist
    rendition: Rendition | None
    seconds: float
    errors: list[str]

    @property
    def target_seconds(self) -> int:
        """Target duration that it declares."""
        return int(self.playlist.value("EXT-X-TARGETDURATION", "1"))


def check_media_playlist(path: Path) -> Checked:
    """Check a playlist of sound or picture."""
    playlist = read_playlist(path, MEDIA)
    durations = _durations(playlist)
    errors = [*playlist.errors, *_structure_errors(playlist, durations), *_missing(playlist)]
    if errors:
        return Checked(playlist, None, sum(durations), errors)
    try:
        rendition = _measured(playlist)
    except UnreadableError as error:
        return Checked(playlist, None, sum(durations), [f"{playlist.name}: {error}"])
    errors = [f"{playlist.name}: {error}" for error in _segment_errors(playlist, rendition, durations)]
    return Checked(playlist, rendition, sum(durations), errors)


def check_subtitles_playlist(path: Path) -> Checked:
    """Check a playlist of WebVTT."""
    playlist = read_playlist(path, MEDIA)
    durations = _durations(playlist)
    errors = [*playlist.errors, *_structure_errors(playlist, durations), *_missing(playlist)]
    for entry in [] if errors else playlist.entries:
        errors += webvtt_errors(playlist.neighbour(entry.uri))
    return Checked(playlist, None, sum(durations), errors)


def check_image_playlist(path: Path, declared_size: str | None, cover_seconds: float) -> Checked:
    """Check a playlist of tiled pictures that is to cover a time."""
    playlist = read_playlist(path, MEDIA)
    durations = _durations(playlist)
    errors = [*playlist.errors, *_structure_errors(playlist, durations)]
    if not playlist.has("EXT-X-IMAGES-ONLY"):
        errors.append(f"{playlist.name}: it has no EXT-X-IMAGES-ONLY")
    longest, tiles = 0.0, None
    for entry, seconds in zip(playlist.entries, durations, strict=False):
        tiles = entry.tag("EXT-X-TILES") or tiles
        if tiles is None or {"RESOLUTION", "LAYOUT", "DURATION"} - tiles.attributes.keys():
            errors.append(f"{playlist.name}: {entry.uri} has no EXT-X-TILES")
            continue
        size, layout = (tiles.attributes[name] for name in ("RESOLUTION", "LAYOUT"))
        if declared_size not in (None, size):
            errors.append(f"{playlist.name}: {entry.uri} is declared as {declared_size}, its tiles as {size}")
        columns, rows = map(int, layout.split("x"))
        width, height = map(int, size.split("x"))
        each = float(tiles.attributes["DURATION"])
        longest = max(longest, each)
        if seconds > each * columns * rows + LEAST_TOLERANCE_SECONDS:
            errors.append(f"{playlist.name}: {entry.uri} has too few tiles of {each} s for {seconds} s")
        errors += tile_errors(Tile(playlist.neighbour(entry.uri), (width, height), (columns, rows), seconds))
    if abs(sum(durations) - cover_seconds) > max(longest / 2, LEAST_TOLERANCE_SECONDS):
        errors.append(f"{playlist.name}: its tiles cover {sum(durations):.3f} of {cover_seconds:.3f} s")
    return Checked(playlist, None, sum(durations), errors)


def _durations(playlist: Playlist) -> list[float]:
    found = [entry.tag("EXTINF") for entry in playlist.entries]
    texts = [tag.value.split(",")[0] if tag else "0" for tag in found]
    return [float(text) if text.replace(".", "", 1).isdigit() else 0.0 for text in texts]


def _structure_errors(playlist: Playlist, durations: list[float]) -> Iterator[str]:
    name = playlist.name
    if not playlist.entries:
        yield f"{name}: it has no segment"
    for entry in playlist.entries:
        if entry.tag("EXTINF") is None:
            yield f"{name}: {entry.uri} has no EXTINF"
    if not playlist.has("EXT-X-TARGETDURATION"):
        yield f"{name}: it has no EXT-X-TARGETDURATION"
    else:
        target = int(playlist.value("EXT-X-TARGETDURATION", "0"))
        for entry, seconds in zip(playlist.entries, durations, strict=True):
            if math.floor(seconds + 0.5) > target:
                yield f"{name}: {entry.uri} lasts {seconds} s, longer than the target duration {target}"
        if durations and target > max(1, math.ceil(max(durations))):
            yield f"{name}: its target duration is {target}, its longest segment {max(durations)} s"
    if playlist.tags[-1:] and playlist.tags[-1].name != "EXT-X-ENDLIST":
        yield f"{name}: it does not end with EXT-X-ENDLIST"
    if playlist.value("EXT-X-PLAYLIST-TYPE", "VOD") != "VOD":
        yield f"{name}: its type isn't VOD"
    needed = _needed_version(playlist)
    if playlist.version < needed:
        yield f"{name}: it says version {playlist.version}, and needs {needed}"


def _needed_version(playlist: Playlist) -> int:
    """Return the version that its tags need. Source: RFC 8216, section 7."""
    if playlist.has("EXT-X-MAP"):
        return 6
    return 3 if any("." in tag.value.split(",")[0] for tag in playlist.all("EXTINF")) else 1


def _missing(playlist: Playlist) -> Iterator[str]:
    named = [entry.uri for entry in playlist.entries]
    named += [tag.attributes["URI"] for tag in playlist.all("EXT-X-MAP") if "URI" in tag.attributes]
    for uri in named:
        if not playlist.neighbour(uri).is_file():
            yield f"{playlist.name}: {uri} does not exist"
    for uri in sorted({uri for uri in named if named.count(uri) > 1}):
        yield f"{playlist.name}: {uri} is there twice"


def _measured(playlist: Playlist) -> Rendition:
    paths = [playlist.neighbour(entry.uri) for entry in playlist.entries]
    maps = playlist.all("EXT-X-MAP")
    if not maps:
        first = paths[0].read_bytes()
        if is_packed_audio(first):
            return measure_packed_audio(paths)
        if first[4:8] in (b"ftyp", b"styp", b"moof", b"sidx"):
            raise UnreadableError("its segments are MP4, and it has no EXT-X-MAP")
        return measure_stream(paths)
    if len(maps) > 1 or maps[0] not in playlist.entries[0].tags:
        raise UnreadableError("EXT-X-MAP isn't there once, before the first segment")
    return measure_mp4(playlist.neighbour(maps[0].attributes["URI"]), paths)


def _segment_errors(playlist: Playlist, rendition: Rendition, durations: list[float]) -> Iterator[str]:
    # A picture's time is exact. Of sound in MP4, a frame may be left out as the encoder's delay. A stream of
    # frames can leave nothing out: it has the delay's frame, and fills up the last one.
    frames = 0.5 if rendition.size is not None else 1.0 if rendition.track is not None else 2.0
    tolerance = frames * rendition.frame_seconds + LEAST_TOLERANCE_SECONDS
    for segment, declared in zip(rendition.segments, durations, strict=True):
        if abs(float(segment.seconds) - declared) > tolerance:
            yield f"{segment.path.name} lasts {float(segment.seconds):.3f} s, not {declared} s"
        if playlist.has("EXT-X-INDEPENDENT-SEGMENTS") and segment.begins_anew is False:
            yield f"{segment.path.name} does not begin with a keyframe"
    for before, after in itertools.pairwise(rendition.segments):
        gap = _gap_seconds(before, after)
        if abs(gap) > tolerance:
            yield f"between {before.path.name} and {after.path.name} there are {gap:.3f} s"


def _gap_seconds(before: Segment, after: Segment) -> float:
    return float(after.start_seconds - before.start_seconds - before.seconds)
