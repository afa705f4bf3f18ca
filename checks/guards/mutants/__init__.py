"""The semantic mutants: guards whose loss would cost uploads, money or secrets, each taken away."""

from checks.guards.mutants import (
    captions,
    deliveries,
    ends,
    failures,
    operators,
    records,
    repairs,
    submissions,
    sweeps,
)
from checks.guards.semantic import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *deliveries.MUTANTS,
    *submissions.MUTANTS,
    *records.MUTANTS,
    *ends.MUTANTS,
    *repairs.MUTANTS,
    *sweeps.MUTANTS,
    *failures.MUTANTS,
    *captions.MUTANTS,
    *operators.MUTANTS,
)
