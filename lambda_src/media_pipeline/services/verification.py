"""Check that a finished job made what was planned, before its asset is called complete.

One listing tells what is there. Then the manifests and files are asked themselves: whatever they name must be
in that listing and not empty, their renditions must be those that were planned, with sound where the source
has some, and as long as the source is. Nothing is believed because the job reports success.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from functools import partial

from media_pipeline.domain.events import ProducedGroup
from media_pipeline.domain.failures import failure
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.ports import Document, OutputsBucket
from media_pipeline.domain.source import Source, SourceInfo
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.output_reader import OutputReader
from media_pipeline.manifests.rendition import FoundRendition

# Outputs of good sources are off by hundredths of a second: whole frames, an encoder's padding of sound. The
# share is for containers without an index, which only estimate how long they are; the second for short clips,
# of which one long frame is a large part.
TOLERANCE_SECONDS, TOLERANCE_SHARE = 1.0, 0.02
_MAX_NAMED = 5  # of each kind of fault: neither the record nor people take lists of thousands

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Say what was found: `missing` are keys, `invalid` are sentences; both are empty where all is well.

    `sizes` are the bytes of every object in the attempt's folder, by key; `durations_ms` is how long each
    planned output was found to be, as the longest of its tracks; `manifests` are those that were
    read, by key.
    """

    sizes: Mapping[str, int]
    missing: tuple[str, ...]
    invalid: tuple[str, ...]
    durations_ms: Mapping[str, int] = field(default_factory=dict, compare=False)
    manifests: Mapping[str, Document] = field(default_factory=dict, compare=False, repr=False)

    @property
    def objects(self) -> int:
        """Return how many objects were found."""
        return len(self.sizes)

    @property
    def error(self) -> AssetError | None:
        """Return the first faults of each kind as an asset's error, or None."""
        if not self.missing and not self.invalid:
            return None
        sentences = []
        if self.missing:
            sentences.append(f"Missing or empty: {_first(self.missing, ', ')}.")
        if self.invalid:
            sentences.append(f"{_first(self.invalid, '; ')}.")
        code = "OUTPUTS_MISSING" if self.missing else "OUTPUTS_INVALID"
        return failure(code).error(found=" ".join(sentences))


def verify(
    *,
    folder: str,
    planned: Sequence[PlannedOutput],
    source: Source,
    groups: Sequence[ProducedGroup],
    outputs: OutputsBucket,
) -> Verification:
    """Compare what lies in the attempt's folder (a key without a last slash) with the plan and the source.

    `groups` is what the job reports: its durations stand in for those of a source that is unknown.

    A fault counts when a second look finds one as well. Of two invocations that heard of the same end, one
    may publish captions while the other verifies: manifests then name files that its listing lacks.
    """
    look = partial(_look, folder=folder, planned=planned, source=source, groups=groups, outputs=outputs)
    found = look()
    return found if found.error is None else look()


def _look(
    *,
    folder: str,
    planned: Sequence[PlannedOutput],
    source: Source,
    groups: Sequence[ProducedGroup],
    outputs: OutputsBucket,
) -> Verification:
    sizes = outputs.sizes(f"{folder}/")
    reader, check = OutputReader(sizes=sizes, outputs=outputs), _Check(folder=f"{folder}/", sizes=sizes)
    durations_ms: dict[str, int] = {}
    manifests: dict[str, Document] = {}
    for output in planned:
        check.exist(output.key, (output.key, *output.files))
        if sizes.get(output.key):
            found = reader.read(output.format, output.key)
            check.invalid += found.faults
            if found.manifest is not None:
                manifests[output.key] = found.manifest
            tracks = (found.duration_seconds, *(one.duration_seconds for one in found.renditions))
            durations_ms[output.key] = round(1000 * max(seconds or 0.0 for seconds in tracks))
            expected = _expectation(source, output, groups)
            if found.duration_seconds is not None:
                check.duration(output.key, found.duration_seconds, expected.picture)
            if found.renditions:
                check.renditions(output, found.renditions, expected)
    return Verification(
        sizes=sizes,
        missing=tuple(check.missing),
        # In sentences the attempt's folder goes without saying.
        invalid=tuple(fault.replace(f"{folder}/", "") for fault in check.invalid)
        if planned
        else ("no outputs were planned",),
        durations_ms=durations_ms,
        manifests=manifests,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expectation:
    """Say how long picture and sound may be, and how many audio renditions there are; None where unknown."""

    picture: Span | None
    sound: Span | None
    audio_renditions: int | None


def _expectation(source: Source, output: PlannedOutput, groups: Sequence[ProducedGroup]) -> _Expectation:
    """Return what is expected of an output.

    A track may be as long as the source's own, which ends before the file does where the other is longer, or
    be continued to the end of the file.
    """
    audio_renditions = len(output.audio) if output.audio is not None else None
    if isinstance(source, SourceInfo) and source.duration_ms:
        picture = _span(source.duration_ms, source.video.duration_ms if source.video else 0)
        sound = _span(source.duration_ms, *(track.duration_ms for track in source.audio))
    else:
        reported = groups[output.group].outputs if output.group < len(groups) else ()
        picture = sound = _span(*(each.duration_ms for each in reported))
    return _Expectation(picture=picture, sound=sound, audio_renditions=audio_renditions)


def _span(*durations_ms: int) -> Span | None:
    """Return the shortest and the longest of the durations that are known, in seconds."""
    known = [duration_ms / 1000 for duration_ms in durations_ms if duration_ms]
    return (min(known), max(known)) if known else None


def _tolerance(seconds: float) -> float:
    return max(TOLERANCE_SECONDS, seconds * TOLERANCE_SHARE)


class _Check:
    """Collect faults instead of stopping at the first; `missing` is a set in the order of discovery.

    Where it is unknown how long a picture should be, all must be as long as the first, which `picture` keeps.
    """

    def __init__(self, *, folder: str, sizes: Mapping[str, int]) -> None:
        self.folder = folder
        self.sizes = sizes
        self.missing: dict[str, None] = {}
        self.invalid: list[str] = []
        self.picture: Span | None = None

    def exist(self, name: str, keys: Iterable[str]) -> None:
        """Check that objects that something names are there and not empty."""
        for key in keys:
            if not key.startswith(self.folder):
                self.invalid.append(f"{name} names {key}, which is not in its job's folder")
            elif not self.sizes.get(key):
                self.missing[key] = None

    def renditions(
        self, output: PlannedOutput, found: Sequence[FoundRendition], expected: _Expectation
    ) -> None:
        """Check an output's renditions, and that they are those that were planned."""
        for rendition in found:
            self.exist(rendition.name, rendition.files)
            self._track(rendition, expected)
        for key in sorted(set(output.files) - {rendition.name for rendition in found}):
            self.invalid.append(f"{output.key} does not name {key}")
        self._sizes(output, Counter(rendition.size for rendition in found if rendition.has_video))
        if expected.audio_renditions is not None:
            self._sound(output, found, expected=expected.audio_renditions)

    def duration(self, name: str, seconds: float, expected: Span | None) -> None:
        """Check that something is as long as it should be, and not empty where that is unknown."""
        shortest, longest = expected or (seconds, seconds)
        if seconds > 0 and shortest - _tolerance(shortest) <= seconds <= longest + _tolerance(longest):
            return
        span = f"{shortest:.1f} s" if longest - shortest < 0.1 else f"{shortest:.1f} to {longest:.1f} s"
        self.invalid.append(f"{name} lasts {seconds:.1f} s instead of {span}")

    def _track(self, rendition: FoundRendition, expected: _Expectation) -> None:
        seconds = rendition.duration_seconds
        if seconds is None:
            return
        if rendition.has_video:
            self.picture = self.picture or (seconds, seconds)
            self.duration(rendition.name, seconds, expected.picture or self.picture)
        elif rendition.has_audio:
            self.duration(rendition.name, seconds, expected.sound)

    def _sizes(self, output: PlannedOutput, found: Counter[tuple[int, int] | None]) -> None:
        planned: Counter[tuple[int, int] | None] = Counter(output.sizes)
        if not output.has_video:
            if found:
                self.invalid.append(f"{output.key} has a picture, which was not planned")
        elif not found:
            self.invalid.append(f"{output.key} has no picture")
        elif planned:
            for size in planned - found:
                self.invalid.append(f"{output.key} has no rendition of {_shown(size)}")
            for size in found - planned:
                self.invalid.append(f"{output.key} has a rendition of {_shown(size)}, which was not planned")

    def _sound(self, output: PlannedOutput, found: Sequence[FoundRendition], *, expected: int) -> None:
        """Check that every picture has all of the source's sound, in it or beside it, or none has any."""
        if not expected:
            if any(rendition.has_audio for rendition in found):
                self.invalid.append(f"{output.key} has sound, but its source has none")
            return
        beside = [rendition for rendition in found if rendition.has_audio and not rendition.has_video]
        if beside:
            self._count(output.key, len(beside), expected)
            return
        for rendition in found:
            if rendition.sound_tracks:
                self._count(rendition.name, rendition.sound_tracks, expected)
        pictures = [rendition for rendition in found if rendition.has_video]
        silent = [rendition.name for rendition in pictures if not rendition.has_audio]
        names = [output.key] if len(silent) == len(pictures) else silent
        self.invalid += [f"{name} has no sound, but its source has" for name in names]

    def _count(self, name: str, found: int, expected: int) -> None:
        if found != expected:
            self.invalid.append(f"{name} has {found} renditions of sound instead of {expected}")


def _shown(size: tuple[int, int] | None) -> str:
    return f"{size[0]}x{size[1]}" if size else "untold size"


def _first(faults: Sequence[str], separator: str) -> str:
    more = len(faults) - _MAX_NAMED
    return separator.join(faults[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
