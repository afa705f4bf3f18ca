"""The score of a sample of mutants: how many are killed in each package, and how certain that is."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.guards.accepted import ACCEPTED, Accepted
from checks.guards.mutation import FoundMutant, Outcome

LEAST_SCORE = 0.9
NOTICED = frozenset({Outcome.KILLED, Outcome.TIMED_OUT})
# Of the normal distribution, for 95 %.
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Count the mutants of a package: all of them, those that were run, and those that tests noticed."""

    package: str
    mutants: int
    run: int
    killed: int

    @property
    def killed_share(self) -> float:
        """Return the share of those that were run, 1 where none was."""
        return self.killed / self.run if self.run else 1.0

    @property
    def is_enough(self) -> bool:
        """Tell whether the tests notice as many mutants as they should."""
        return self.killed_share >= LEAST_SCORE

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which shares that of all mutants is, in 95 of 100 samples (Wilson)."""
        if self.run == self.mutants:
            return self.killed_share, self.killed_share
        center = self.killed_share + _Z**2 / (2 * self.run)
        spread = _Z * math.sqrt(
            self.killed_share * (1 - self.killed_share) / self.run + _Z**2 / (4 * self.run**2)
        )
        scale = 1 + _Z**2 / self.run
        return max(0.0, (center - spread) / scale), min(1.0, (center + spread) / scale)


def sample(mutants: Sequence[FoundMutant], *, size: int | None, seed: int) -> list[FoundMutant]:
    """Return so many of the mutants, all where no size is given; the same ones for the same code and seed."""
    if size is None or size >= len(mutants):
        return list(mutants)
    return sorted(random.Random(seed).sample(mutants, size), key=lambda mutant: mutant.name)


def scores(
    mutants: Sequence[FoundMutant], run: Sequence[FoundMutant], outcomes: Mapping[str, Outcome]
) -> list[Score]:
    """Return the score of each package that has mutants, and of all of them at the end."""
    packages = [*dict.fromkeys(mutant.package for mutant in mutants), "all"]
    return [
        Score(
            package=package,
            mutants=sum(package in (mutant.package, "all") for mutant in mutants),
            run=sum(package in (mutant.package, "all") for mutant in run),
            killed=sum(
                package in (mutant.package, "all") and outcomes[mutant.name] in NOTICED for mutant in run
            ),
        )
        for package in packages
    ]


def accepted_as(mutant: FoundMutant) -> Accepted | None:
    """Return why a survivor is accepted, None where it is not."""
    before, after = mutant.difference.texts
    return next(
        (
            one
            for one in ACCEPTED
            if mutant.function.endswith(f".{one.function}") and (one.before, one.after) == (before, after)
        ),
        None,
    )
