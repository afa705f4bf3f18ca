"""Which keys of the uploads bucket are captions of which source: a matter of names alone.

`dir/movie.srt`, `dir/movie.en.srt` and `dir/movie.pt-BR.sdh.VTT` are sidecars of `dir/movie.mp4`: the same
folder and stem, then what `sidecar_names` reads, then the suffix in any letter case. `movie-en.srt`,
`movie_en.srt` and `movie.mp4.en.srt` are as well. Where `movie.en.mp4` is there, `movie.en.srt` is beside
that one, whose stem it has as a whole.

A name is the same name in another normal form of Unicode (macOS writes accents in their own way), and in
other letters' cases where no video has the very same.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping

from media_pipeline.domain.languages import UNDETERMINED
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.sidecar_names import CaptionTags, UnknownTagsError, read_tags

_SEPARATORS = ".-_ "
# A word behind a blank is part of a title, unless it can't be: so many letters a language's name has.
_MIN_NAME_CHARACTERS = 4
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """Name a caption file: its key, its language (BCP 47), its role, its suffix in lower case.

    `problem` is a sentence where the name can't be understood: the file is beside the source, and can't be
    used under that name.
    """

    key: str
    language: str
    suffix: str
    role: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarNames:
    """Say what media and caption files end in; suffixes are lower case, with their dot."""

    media_suffixes: tuple[str, ...]
    caption_suffixes: tuple[str, ...]

    def is_caption(self, key: str) -> bool:
        """Tell whether a key is that of a caption file."""
        return key.lower().endswith(self.caption_suffixes)

    def folders(self, key: str) -> tuple[str, ...]:
        """Return the prefixes of the folder that a key lies in, one for each form of its name."""
        return _forms(_folder(key))

    def prefixes_beside(self, key: str) -> tuple[str, ...]:
        """Return what keys begin with that lie beside a source or caption file, and few others do."""
        whole = _stem(key, (*self.media_suffixes, *self.caption_suffixes))
        stem = key if whole is None else whole
        if self.is_caption(key):
            stem = self._shortest_source_stem(stem)
        folder = _folder(stem)
        name = stem[len(folder) :]
        cased = [folder + one for one in (name, name.lower(), name.upper(), name[:1].upper() + name[1:])]
        dotted = [f"{form}." for one in cased for form in _forms(one)]
        return tuple(dict.fromkeys([*dotted, *(f"{form}{sign}" for form in _forms(stem) for sign in "-_")]))

    def sidecars(self, source_key: str, keys: Collection[str]) -> tuple[Sidecar, ...]:
        """Return the sidecars of a source among the keys, by language and role, the preferred of each first.

        Of two files for the same WebVTT, which needs no conversion, comes before the others; those that
        can't be used come last.
        """
        found = [sidecar for sidecar, sources in self._matches({*keys, source_key}) if source_key in sources]
        return tuple(sorted(found, key=_preference))

    def sources_of(self, caption_key: str, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the keys of the sources that a caption file is beside."""
        for sidecar, sources in self._matches({*keys, caption_key}):
            if sidecar.key == caption_key:
                return tuple(sorted(sources))
        return ()

    def _matches(self, keys: Collection[str]) -> Iterator[tuple[Sidecar, Collection[str]]]:
        """Yield each caption file that lies beside sources, and these."""
        stems: dict[str, list[tuple[str, str]]] = {}
        for key in keys:
            stem = _stem(key, self.media_suffixes)
            for name in (stem, key) if stem is not None else ():
                stems.setdefault(_folded(name), []).append((name, key))
        for key in keys:
            suffix = _suffix(key, self.caption_suffixes)
            if suffix:
                yield from self._match(key, suffix, stems)

    def _match(
        self, key: str, suffix: str, stems: Mapping[str, Collection[tuple[str, str]]]
    ) -> Iterator[tuple[Sidecar, Collection[str]]]:
        stem = key[: -len(suffix)]
        misnamed: tuple[Sidecar, Collection[str]] | None = None
        for shorter, separator, text in _cuts(stem):
            named = stems.get(_folded(shorter), ())
            if not named:
                continue
            sources = _closest(shorter, named)
            try:
                tags = read_tags(text) if separator else CaptionTags()
            except UnknownTagsError as error:
                if separator == "." and misnamed is None:
                    problem = f"{error}. Name it like {_shown(shorter)}.en{suffix}."
                    unusable = Sidecar(key=key, language=UNDETERMINED, suffix=suffix, problem=problem)
                    misnamed = unusable, sources
                continue
            yield Sidecar(key=key, language=tags.language, role=tags.role, suffix=suffix), sources
            return
        if misnamed is not None:
            yield misnamed

    def _shortest_source_stem(self, stem: str) -> str:
        """Return what the name of a caption file's source can begin with at the least, without its suffix."""
        shortest = stem
        for shorter, separator, text in _cuts(stem):
            try:
                if separator:
                    read_tags(text)
            except UnknownTagsError:
                continue
            shortest = shorter
        if shortest == stem:
            # The name can't be understood: its last part is what the video's lacks.
            shortest = next((shorter for shorter, sign, _ in _cuts(stem) if sign == "."), stem)
        return _stem(shortest, self.media_suffixes) or shortest


def _cuts(stem: str) -> Iterator[tuple[str, str, str]]:
    """Yield the ways to part a stem into a video's name and what follows, the longest name first."""
    yield stem, "", ""
    begin = len(_folder(stem))
    for at in range(len(stem) - 1, begin, -1):
        if stem[at] not in _SEPARATORS:
            continue
        shorter, text = stem[:at].rstrip(" "), stem[at + 1 :].strip(" ")
        if stem[at] != " " or text[:1] in ("(", "[") or len(text) >= _MIN_NAME_CHARACTERS:
            yield shorter, stem[at], text


def _closest(stem: str, named: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """Return the sources whose names are written most alike."""
    for same in (str, _composed, _folded):
        sources = tuple(dict.fromkeys(key for name, key in named if same(name) == same(stem)))
        if sources:
            return sources
    return ()


def _folder(key: str) -> str:
    return key[: key.rfind("/") + 1]


def _forms(text: str) -> tuple[str, ...]:
    """Return a name as it is and in the normal forms that file systems write."""
    return tuple(dict.fromkeys([text, _composed(text), unicodedata.normalize("NFD", text)]))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(key: str) -> str:
    """Return what is equal for names that are one name: in a folder, letter case counts."""
    folder = _folder(key)
    return _composed(folder) + _composed(_composed(key[len(folder) :]).casefold())


def _shown(stem: str) -> str:
    name = stem.rpartition("/")[2]
    return name if len(name) <= _SHOWN_CHARACTERS else f"{name[:_SHOWN_CHARACTERS]}…"


def _preference(sidecar: Sidecar) -> tuple[bool, str, str, bool, str]:
    return (
        bool(sidecar.problem),
        sidecar.language,
        sidecar.role,
        sidecar.suffix != ".vtt",
        sidecar.key,
    )


def _stem(key: str, suffixes: tuple[str, ...]) -> str | None:
    suffix = _suffix(key, suffixes)
    return key[: -len(suffix)] if suffix else None


def _suffix(key: str, suffixes: tuple[str, ...]) -> str:
    return max((suffix for suffix in suffixes if key.lower().endswith(suffix)), key=len, default="")
