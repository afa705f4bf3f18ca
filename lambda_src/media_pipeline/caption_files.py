"""Which keys of the uploads bucket are captions of which source: a matter of names alone.

`dir/movie.srt`, `dir/movie.en.srt` and `dir/movie.pt-BR.VTT` are sidecars of `dir/movie.mp4`: the same folder
and stem, then at most one language tag, then the suffix in any letter case. Where `movie.en.mp4` is there as
well, `movie.en.srt` is beside that one, whose stem it has as a whole.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from media_pipeline.languages import UNDETERMINED, language_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """Name a caption file: its key, its language (BCP 47), its suffix in lower case."""

    key: str
    language: str
    suffix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarNames:
    """Say what media and caption files end in; suffixes are lower case, with their dot."""

    media_suffixes: tuple[str, ...]
    caption_suffixes: tuple[str, ...]

    def is_caption(self, key: str) -> bool:
        """Tell whether a key is that of a caption file."""
        return key.lower().endswith(self.caption_suffixes)

    def prefix_beside(self, key: str) -> str:
        """Return what all keys begin with that lie beside a source or caption file, and few others do."""
        stem = _stem(key, (*self.media_suffixes, *self.caption_suffixes))
        if self.is_caption(key) and stem is not None:
            stem = _parted(stem)[0]
        return f"{stem}."

    def sidecars(self, source_key: str, keys: Collection[str]) -> tuple[Sidecar, ...]:
        """Return the sidecars of a source among the keys, by language, the preferred of each first.

        Of two files for one language WebVTT, which needs no conversion, comes before the others.
        """
        stem = _stem(source_key, self.media_suffixes)
        source_stems = {_stem(key, self.media_suffixes) for key in keys}
        found = [
            Sidecar(key=key, language=language, suffix=_suffix(key, self.caption_suffixes))
            for key in set(keys)
            if (language := self._language(key, stem, source_stems)) is not None
        ]
        return tuple(
            sorted(found, key=lambda sidecar: (sidecar.language, sidecar.suffix != ".vtt", sidecar.key))
        )

    def sources_of(self, caption_key: str, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the keys of the sources that a caption file is beside."""
        all_keys = {*keys, caption_key}
        return tuple(
            key
            for key in sorted(all_keys)
            if _stem(key, self.media_suffixes) is not None
            and any(sidecar.key == caption_key for sidecar in self.sidecars(key, all_keys))
        )

    def _language(self, key: str, source_stem: str | None, source_stems: set[str | None]) -> str | None:
        """Return a caption file's language, None where it isn't beside a source of this stem."""
        stem = _stem(key, self.caption_suffixes)
        if stem is None or source_stem is None:
            return None
        if stem == source_stem:
            return UNDETERMINED
        shorter, language = _parted(stem)
        return language if shorter == source_stem and stem not in source_stems else None


def _stem(key: str, suffixes: tuple[str, ...]) -> str | None:
    suffix = _suffix(key, suffixes)
    return key[: -len(suffix)] if suffix else None


def _suffix(key: str, suffixes: tuple[str, ...]) -> str:
    return max((suffix for suffix in suffixes if key.lower().endswith(suffix)), key=len, default="")


def _parted(stem: str) -> tuple[str, str | None]:
    """Part a stem into what is before its language tag, and the tag; the whole and None where it has none."""
    shorter, dot, text = stem.rpartition(".")
    language = language_tag(text) if dot and "/" not in text else None
    return (shorter, language) if language else (stem, None)
