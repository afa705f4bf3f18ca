"""All guards."""

from checks.guards import (
    of_captions,
    of_ends_and_losses,
    of_failures,
    of_hostile_input,
    of_records,
    of_submissions,
)

GUARDS = (
    *of_submissions.GUARDS,
    *of_records.GUARDS,
    *of_ends_and_losses.GUARDS,
    *of_failures.GUARDS,
    *of_captions.GUARDS,
    *of_hostile_input.GUARDS,
)
