"""Percentiles are values that were measured."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.runtime.percentiles import percentile


@pytest.mark.parametrize(
    ("ordered", "percent", "value"),
    [([7.0], 50, 7.0), ([1.0, 2.0, 3.0, 4.0], 50, 2.0), (list(range(1, 101)), 95, 95), ([1.0, 2.0], 99, 2.0)],
)
def test_percentiles_are_values_that_were_measured(ordered: Any, percent: float, value: float) -> None:
    """By the nearest rank, nothing is made up between two of them."""
    assert percentile(ordered, percent) == value


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.1, 100))
def test_a_percentile_is_not_exceeded_by_its_share(values: list[float], percent: float) -> None:
    """At least so many percent are no greater, and with the next smaller value fewer would be."""
    ordered = sorted(values)
    found = percentile(ordered, percent)
    assert found is not None
    within = sum(value <= found for value in ordered)
    below = sum(value < found for value in ordered)
    assert 100 * within / len(ordered) >= percent - 1e-9
    assert 100 * below / len(ordered) < percent + 1e-9


def test_nothing_has_no_percentile() -> None:
    """Where nothing ended, no time is claimed."""
    assert percentile([], 50) is None
