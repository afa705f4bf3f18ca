"""The kept results and docs/scale.md: made by what the code has now, and close to the load test."""

from dataclasses import replace

import pytest

from checks.capacity.arrivals import Shape
from checks.capacity.pages import PAGE, filled, region_names, span
from checks.capacity.quotas import read_quotas
from checks.capacity.results import SHIPPED, Basis, days, read_results, simulated
from checks.capacity.storm import ALLOWED, PERCENTILES, compare, read_storm


@pytest.fixture(scope="module")
def basis() -> Basis:
    """Return what the simulations rest on now."""
    return Basis.current(read_storm(), read_quotas())


def test_the_results_rest_on_what_the_code_has_now(basis: Basis) -> None:
    """Settings, quotas, prices, times and assumptions are those of the results; else run `make capacity`."""
    assert read_results().digest == basis.digest
    other = replace(basis, setup=replace(basis.setup, processing_concurrency=3))
    assert other.digest != basis.digest


def test_the_page_is_what_the_results_say(basis: Basis) -> None:
    """Every table of docs/scale.md is current; else run `make capacity`."""
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page, basis, read_results()) == page
    assert len(region_names(page)) == page.count("<!-- simulated: ") == page.count("<!-- end of it -->") == 7


def test_a_day_is_simulated_as_the_results_have_it(basis: Basis) -> None:
    """The model is the one that made the results: its cheapest day has the same row to the last digit."""
    results = read_results()
    assert [(row.uploads, row.shape, row.quotas) for row in results.rows] == [
        (uploads, shape.value, quotas) for uploads, shape, quotas in days()
    ]
    assert simulated(basis, 5_000, Shape.STEADY, SHIPPED) == results.rows[0]


def test_the_model_is_close_to_the_load_test(basis: Basis) -> None:
    """Simulated p50 and p95 of the load test are within 25 percent of what was measured, and as kept."""
    found = compare(basis.storm)
    assert [each.percent for each in found] == list(PERCENTILES) == [50, 95]
    assert all(each.is_close for each in found)
    assert found == list(read_results().comparison)
    assert ALLOWED == 0.25


def test_times_are_told_in_units_that_people_read() -> None:
    """Seconds up to two minutes, then minutes up to two hours, then hours."""
    assert [span(seconds) for seconds in (None, 59.6, 121, 7100, 7200, 90_000)] == [
        *("later", "60 s", "2 min", "118 min", "2.0 h", "25.0 h")
    ]
