"""The guards that `make guards` breaks are there to be broken."""

from collections import Counter

import pytest

from checks.guards.__main__ import ROOT
from checks.guards.guard import Guard
from checks.guards.listed import GUARDS


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_is_where_it_was(guard: Guard) -> None:
    """The source holds what an edit replaces, once; otherwise the edit is to follow the source."""
    assert list(guard.faults(ROOT)) == []
    assert (ROOT / guard.tests).exists()


def test_each_guard_has_a_name_of_its_own() -> None:
    """A guard that is reported uncaught can be found."""
    assert max(Counter(guard.name for guard in GUARDS).values()) == 1
