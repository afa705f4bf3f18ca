"""What a manifest or a file says of one rendition, whatever its format."""

from collections.abc import Iterable

from media_pipeline.domain.values import dataclass

# Sample entries that begin the codecs of a manifest. Source: RFC 6381 and the MP4 Registration Authority.
_PICTURE_CODECS = ("avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "av01", "vp09")
_SOUND_CODECS = ("mp4a", "ac-3", "ec-3", "ac-4", "Opus", "opus", "fLaC", "flac", "alac")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRendition:
    """Describe a rendition as it was found.

    `name` tells people where it was found, `files` are the keys of all that it is played from, `size` is its
    width and height where they are told, `sound_tracks` how many a file has. The duration is None where what
    tells it can't be read. Subtitles and other tracks have neither picture nor sound.
    """

    name: str
    has_video: bool
    has_audio: bool
    duration_seconds: float | None
    size: tuple[int, int] | None = None
    sound_tracks: int | None = None
    files: tuple[str, ...] = ()


def has_video(codecs: Iterable[str]) -> bool:
    """Tell whether one of these codecs is of a picture."""
    return any(codec.strip().startswith(_PICTURE_CODECS) for codec in codecs)


def has_audio(codecs: Iterable[str]) -> bool:
    """Tell whether one of these codecs is of sound."""
    return any(codec.strip().startswith(_SOUND_CODECS) for codec in codecs)
