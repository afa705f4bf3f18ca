"""The whole table, and parts of it by name."""

from collections.abc import Sequence

from checks.corpus.cases import (
    containers as cases_of_containers,
)
from checks.corpus.cases import (
    damage as cases_of_damage,
)
from checks.corpus.cases import (
    inputs as cases_of_inputs,
)
from checks.corpus.cases import (
    pictures as cases_of_pictures,
)
from checks.corpus.cases import (
    sounds as cases_of_sounds,
)
from checks.corpus.cases import (
    times as cases_of_times,
)
from checks.corpus.cases.case import Case

MODULES = (
    cases_of_pictures,
    cases_of_times,
    cases_of_sounds,
    cases_of_containers,
    cases_of_inputs,
    cases_of_damage,
)


def all_cases() -> tuple[Case, ...]:
    """Return the whole table, the costly cases first."""

    return tuple(sorted((case for module in MODULES for case in module.CASES), key=_pixels, reverse=True))


def chosen(words: Sequence[str]) -> tuple[Case, ...]:
    """Return the cases whose names hold one of some words; all where there is no word.

    Raises:
        ValueError: A word is in no name.
    """
    unknown = [word for word in words if not any(word in case.name for case in all_cases())]
    if unknown:
        raise ValueError(f"No case has {', '.join(unknown)} in its name: {', '.join(sorted(names_of()))}")
    return tuple(case for case in all_cases() if not words or any(word in case.name for word in words))


def names_of() -> list[str]:
    """Return the names of all cases."""
    return [case.name for case in all_cases()]


def _pixels(case: Case) -> float:
    picture = case.recipe.picture
    return picture.width * picture.height * case.recipe.seconds if picture else 0.0
