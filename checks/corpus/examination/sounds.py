"""Check the sounds that an asset delivers: tracks, languages, channels, tones, silence, loudness, length."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import PLAYED, Track
from checks.corpus.examination.delivery import Delivery, Rendition
from checks.corpus.examination.listening import Heard, listen, loudness_lufs
from checks.corpus.sources.recipes import Sound

SECONDS_TOLERANCE = 0.15
LOUDNESS_TOLERANCE_LU = 1.5
# A tone as quiet as this can't be distinguished from a codec's noise.
AUDIBLE = 0.02
CENTER, LOW = 2, 3


def sound_errors(case: Case, source: Path, delivery: Delivery) -> Iterator[str]:
    """Yield what is wrong with what is heard."""
    loudness: dict[tuple[Path, int], float | None] = {}
    heard: dict[tuple[Path, int], Heard] = {}
    originals = [listen(source, number) for number in range(len(case.recipe.sounds))]
    for format_ in sorted(case.outcome.formats & PLAYED):
        wanted, got = case.outcome.tracks(format_), delivery.sounds.get(format_, [])
        if len(got) != len(wanted):
            yield f"{format_} has {len(got)} sound tracks, not {len(wanted)}"
            continue
        for number, (rendition, track) in enumerate(zip(got, wanted, strict=True)):
            said = f"{format_} sound {number + 1}"
            if rendition.language != track.language:
                declared, language = rendition.language or "unsaid", track.language or "unsaid"
                yield f"{said} has language {declared}, not {language}"
            place = (rendition.path, rendition.track)
            if place in heard:
                continue
            heard[place] = listen(rendition.path, rendition.track)
            # Sound alone has rungs too: each track at several bitrates, one track after the other.
            original = number * len(originals) // len(wanted)
            sound = case.recipe.sounds[original]
            yield from (
                f"{said} {error}"
                for error in _errors_of(case, sound, track, heard[place], originals[original])
            )
            yield from _loudness_errors(said, case, source, original, track, rendition, loudness)


def _errors_of(case: Case, sound: Sound, track: Track, heard: Heard, original: Heard) -> Iterator[str]:
    if len(heard.channels) != track.channels:
        yield f"has {len(heard.channels)} channels, not {track.channels}"
        return
    if abs(heard.seconds - case.outcome.seconds) > SECONDS_TOLERANCE:
        yield f"plays for {heard.seconds:.2f} s, not {case.outcome.seconds:.2f} s"
    if sound.amplitude >= AUDIBLE:
        tones = heard.tones(_all_tones(case))
        for channel, (got, wanted) in enumerate(
            zip(tones, channel_tones(sound, track.channels), strict=True)
        ):
            if not wanted[0] <= got <= wanted[1]:
                yield f"has tones {sorted(got)} Hz in channel {channel + 1}, not {sorted(wanted[1])} Hz"
    gone = set(heard.silences()) - set(original.silences())
    if gone:
        yield f"is silent at {', '.join(f'{at:.1f}' for at in sorted(gone))} s, where the source is not"


def _all_tones(case: Case) -> Sequence[int]:
    return sorted({tone for sound in case.recipe.sounds for tone in sound.tones_hz})


def channel_tones(sound: Sound, channels: int) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Return for each channel the tones that it must hold, and those that it may."""
    tones = sound.tones_hz
    if channels == len(tones):
        return [(frozenset({tone}), frozenset({tone})) for tone in tones]
    if (len(tones), channels) == (6, 2):
        # A downmix: each side has its own tones and the center's; low frequencies are as a rule left out.
        sides = [frozenset({tones[side], tones[CENTER], tones[4 + side]}) for side in (0, 1)]
        return [(side, side | {tones[LOW]}) for side in sides]
    return [(frozenset(tones), frozenset(tones))] * channels


def _loudness_errors(
    said: str,
    case: Case,
    source: Path,
    original: int,
    track: Track,
    rendition: Rendition,
    measured: dict[tuple[Path, int], float | None],
) -> Iterator[str]:
    # A downmix is another mix: its loudness is not its source's.
    if track.channels != len(case.recipe.sounds[original].tones_hz) or case.outcome.seconds < 1:
        return
    for path, number in ((source, original), (rendition.path, rendition.track)):
        if (path, number) not in measured:
            measured[path, number] = loudness_lufs(path, number)
    before, after = measured[source, original], measured[rendition.path, rendition.track]
    is_alike = (
        before is after if before is None or after is None else abs(after - before) <= LOUDNESS_TOLERANCE_LU
    )
    if not is_alike:
        yield f"{said} is {_lufs(after)}, its source {_lufs(before)}"


def _lufs(loudness: float | None) -> str:
    return "silent" if loudness is None else f"at {loudness:.1f} LUFS"
