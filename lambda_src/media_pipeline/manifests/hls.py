"""Read HLS playlists: what the master offers, and what each media playlist is played from.

Source: RFC 8216. The package `m3u8` reads the text; it takes whatever it doesn't know for a comment, so what
must be there is checked here.
"""

from collections.abc import Iterable
from math import fsum, isfinite
from typing import Any

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.uris import location, object_key, resolved

IMAGES = "#EXT-X-IMAGE-STREAM-INF:"
_OPENING = "#EXTM3U"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Describe one way to play everything; `size` is None where the playlist doesn't tell it."""

    key: str
    codecs: tuple[str, ...]
    size: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterPlaylist:
    """List the variants, and the keys of playlists beside them: of sound, and others (as subtitles)."""

    variants: tuple[Variant, ...]
    audio: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def playlists(self) -> tuple[str, ...]:
        """Return the keys of all playlists."""
        return (*(variant.key for variant in self.variants), *self.audio, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPlaylist:
    """List the keys that a playlist is played from, segments and their init files, each once.

    The duration is None where nothing could be read.
    """

    duration_seconds: float | None
    files: tuple[str, ...]


def read_master_playlist(key: str, text: str) -> MasterPlaylist:
    """Read the master playlist that lies at `key`, but for images for seeking, without which it plays.

    Raises UnreadableOutputError where it is none.
    """
    lines = (line for line in text.splitlines(keepends=True) if not line.startswith(IMAGES))
    playlist = _opened("".join(lines))
    base = location(key)
    variants = tuple(
        Variant(
            key=_key(base, entry.uri),
            codecs=tuple((entry.stream_info.codecs or "").split(",")),
            size=entry.stream_info.resolution,
        )
        for entry in playlist.playlists
    )
    if not variants:
        raise UnreadableOutputError("names no variant")
    media = [entry for entry in playlist.media if entry.uri]
    beside = [entry.uri for entry in media if entry.type != "AUDIO"]
    beside += [entry.uri for entry in playlist.iframe_playlists]
    return MasterPlaylist(
        variants=variants,
        audio=_keys(base, (entry.uri for entry in media if entry.type == "AUDIO")),
        others=_keys(base, beside),
    )


def read_media_playlist(key: str, text: str) -> MediaPlaylist:
    """Read the media playlist that lies at `key`.

    Raises UnreadableOutputError where it is none, or not to its end.
    """
    playlist = _opened(text)
    if not playlist.is_endlist:
        raise UnreadableOutputError("is cut off: it has no EXT-X-ENDLIST")
    durations = [segment.duration for segment in playlist.segments]
    if not durations:
        raise UnreadableOutputError("names no segment")
    if not all(isinstance(duration, float) and isfinite(duration) for duration in durations):
        raise UnreadableOutputError("has a segment without a duration")
    maps = (section.uri if section else None for section in playlist.segment_map)
    uris = (segment.uri for segment in playlist.segments)
    return MediaPlaylist(duration_seconds=fsum(durations), files=_keys(location(key), (*maps, *uris)))


def _opened(text: str) -> Any:
    if not text.startswith(_OPENING):
        raise UnreadableOutputError(f"is no playlist: it does not begin with {_OPENING}")
    return parsed_playlist(text)


def _keys(base: str, uris: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_key(base, uri) for uri in uris))


def _key(base: str, uri: str | None) -> str:
    if not uri:
        raise UnreadableOutputError("has an entry without its file's name")
    return object_key(resolved(base, uri))


def parsed_playlist(text: str) -> Any:
    """Return a playlist as the package `m3u8` reads it.

    Raises UnreadableOutputError where that can't read it.
    """
    # Loaded with the first playlist: a cold start waits for none.
    import m3u8  # type: ignore[import-untyped]

    try:
        return m3u8.loads(text)
    # The package has no error of its own for values that it can't read.
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, m3u8.ParseError) as error:
        raise UnreadableOutputError(f"is not a playlist that can be read ({error})") from error
