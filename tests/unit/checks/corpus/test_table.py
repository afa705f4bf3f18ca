"""The table is sound in itself: what it expects is possible, and no two cases are in each other's way."""

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import Any

import pytest

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import FORMATS, Facts
from checks.corpus.sources.recipes import Damage, Dynamics
from checks.corpus.table import all_cases, chosen
from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.publishing.caption_text.webvtt import webvtt_text
from media_pipeline.publishing.published_caption import variant
from media_pipeline.publishing.sidecars import SidecarNames

# So small a frame MediaConvert does not make.
SMALLEST_SIDE = 32
KINDS: dict[str, Callable[[Case], Any]] = {
    "sizes from tiny to 4K": lambda case: case.name in ("size-16x16", "size-3840x2160"),
    "portrait by rotation and by pixels": lambda case: case.name.startswith("portrait-by-"),
    "odd sizes": lambda case: case.recipe.picture and case.recipe.picture.width % 2,
    "pixels that aren't square": lambda case: case.recipe.picture and case.recipe.picture.sample_aspect != 1,
    "variable frame rate": lambda case: case.recipe.picture and case.recipe.picture.rate_varies,
    "time stamps that begin late": lambda case: case.recipe.starts_at,
    "fragments whose first are missing": lambda case: case.recipe.dropped_fragments,
    "size that changes": lambda case: case.recipe.second_size,
    "unknown side data": lambda case: case.recipe.has_exif,
    "rate beside a standard one": lambda case: case.name == "rate-60.058",
    "interlaced": lambda case: case.recipe.picture and case.recipe.picture.is_interlaced,
    "HLG": lambda case: case.recipe.picture and case.recipe.picture.dynamics is Dynamics.HLG,
    "PQ": lambda case: case.recipe.picture and case.recipe.picture.dynamics is Dynamics.PQ,
    "no sound": lambda case: not case.recipe.sounds and case.recipe.damage is None,
    "surround": lambda case: any(track.channels == 6 for track in case.outcome.sounds),
    "two languages": lambda case: len({track.language for track in case.outcome.sounds}) == 2,
    "sound alone": lambda case: case.recipe.picture is None,
    "subtitles": lambda case: case.recipe.subtitles,
    "captions beside": lambda case: case.captions,
    "captions in other encodings": lambda case: any(file.encoding == "cp1251" for file in case.captions),
    "Flash": lambda case: case.recipe.suffix == ".flv" and case.outcome.status == "COMPLETE",
    "GIF": lambda case: case.recipe.suffix == ".gif" and case.outcome.status == "COMPLETE",
    "streams without a container": lambda case: case.recipe.suffix == ".m2v",
    "renamed files": lambda case: case.renamed,
    "codecs that are no input": lambda case: case.outcome.error == ("MEDIACONVERT_1030", "source"),
    "sound that is no input": lambda case: case.outcome.error == ("UNSUPPORTED_SOUND", "source"),
    "encryption": lambda case: case.recipe.is_encrypted,
    "index first": lambda case: case.recipe.index_first and case.recipe.damage is None,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_source_has_a_case(kind: str) -> None:
    """Whatever the corpus is to cover has a case in the table."""
    assert any(KINDS[kind](case) for case in all_cases())


def test_each_kind_of_damage_and_container_has_a_case() -> None:
    """Every way to damage a file is tried, and every common container is to be completed."""
    assert {case.recipe.damage for case in all_cases()} >= set(Damage)
    completed = {case.recipe.suffix for case in all_cases() if case.outcome.status == "COMPLETE"}
    assert completed >= {".mp4", ".mov", ".mkv", ".webm", ".ts", ".avi", ".m4a", ".mp3", ".wav"}
    assert completed >= {".3gp", ".flv", ".gif", ".m2v", ".vob"}


def test_names_and_keys_are_distinct() -> None:
    """A case is found by its name, and no upload overwrites another one's."""
    cases = all_cases()
    assert len({case.name for case in cases}) == len({case.key for case in cases}) == len(cases)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_an_expected_ladder_is_possible(case: Case) -> None:
    """Expected sizes are even, get smaller, and are never larger than what the source shows."""
    sizes = case.outcome.ladder
    assert all(side % 2 == 0 and side >= SMALLEST_SIDE for size in sizes for side in size)
    assert all(larger[0] > smaller[0] and larger[1] > smaller[1] for larger, smaller in pairwise(sizes))
    picture = case.recipe.picture
    if case.outcome.status == "COMPLETE":
        assert (picture is None) == (sizes == ())
        if picture is not None and case.outcome.inner is None:
            assert sizes[0][0] <= picture.width * picture.sample_aspect
            assert sizes[0][1] <= picture.height


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_an_expected_outcome_is_whole(case: Case) -> None:
    """A failure has a code and a category and no ladder; a success has a known profile and its formats."""
    outcome = case.outcome
    assert outcome.profile in FORMATS
    if outcome.status == "FAILED":
        assert outcome.error is not None
        assert outcome.ladder == ()
        assert outcome.facts == Facts()
    else:
        assert outcome.error is None
        assert len(case.captions) >= len(outcome.captions)


@pytest.mark.parametrize("case", [case for case in all_cases() if case.captions], ids=lambda case: case.name)
def test_expected_captions_are_possible(case: Case) -> None:
    """The caption files of a case are what the functions read, and refuse, by name and by content."""
    names = SidecarNames(media_suffixes=(case.recipe.suffix,), caption_suffixes=(".srt", ".vtt"))
    files = {case.key.removesuffix(case.recipe.suffix) + file.suffix: file for file in case.captions}
    used = []
    for sidecar in names.sidecars(case.key, [*files]):
        try:
            read = webvtt_text(files[sidecar.key].body, duration_ms=2_000, language=sidecar.language)
        except UnreadableCaptionError:
            continue
        if not sidecar.problem:
            used.append(variant(sidecar.language, sidecar.role))
            assert all(line in read.text for line in files[sidecar.key].lines)
    assert sorted(used) == sorted(case.outcome.captions)


def test_every_kind_of_fact_is_compared_somewhere() -> None:
    """No fact of the record goes without a case that expects it."""
    for field in fields(Facts):
        assert any(getattr(case.outcome.facts, field.name) is not None for case in all_cases()), field.name


def test_cases_are_chosen_by_words() -> None:
    """Words choose the cases in whose names they are; an unknown word is an error."""
    assert {case.name for case in chosen(["hlg", "pq"])} == {"color-hlg-10bit", "color-pq-10bit"}
    assert chosen([]) == all_cases()
    with pytest.raises(ValueError, match="no-such-word"):
        chosen(["no-such-word"])
