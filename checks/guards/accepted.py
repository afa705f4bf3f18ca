"""Survivors that were looked at and accepted, each with its reason: no test could or should notice them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Name a mutant by its function, as `Redelivery.postpone`, and by the code before and after."""

    function: str
    before: str
    after: str
    reason: str


ACCEPTED: tuple[Accepted, ...] = ()
