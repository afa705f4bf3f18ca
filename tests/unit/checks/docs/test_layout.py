"""The layout of the picture of packages: readable for any graph without circles."""

from graphlib import CycleError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.docs.layout import BOX_HEIGHT, box_width, lay_out, reduced

NODES = [f"n{number}" for number in range(9)]
# From a lower number to a higher one: no circles.
EDGES = st.sets(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=24
).map(lambda pairs: {(NODES[a], NODES[b]) for a, b in pairs})


@given(EDGES)
def test_arrows_lead_down_and_boxes_do_not_overlap(edges: set[tuple[str, str]]) -> None:
    """Each edge goes down from box to box, and boxes of a row have space between them."""
    layout = lay_out(NODES, edges)
    for (start, end), route in layout.routes.items():
        assert (route[0], route[-1]) == (layout.centers[start], layout.centers[end])
        heights = [y for _, y in route]
        assert heights == sorted(set(heights))
    rows: dict[float, list[float]] = {}
    for x, y in layout.centers.values():
        rows.setdefault(y, []).append(x)
        assert 0 <= x <= layout.width
        assert BOX_HEIGHT / 2 <= y <= layout.height - BOX_HEIGHT / 2
    for row in rows.values():
        between = [b - a for a, b in zip(sorted(row), sorted(row)[1:], strict=False)]
        assert all(space > box_width("n0") for space in between)
    assert lay_out(reversed(NODES), sorted(edges, reverse=True)) == layout


@given(EDGES)
def test_dark_arrows_reach_all_that_gray_ones_reach(edges: set[tuple[str, str]]) -> None:
    """What is left out of the reduced edges follows from those that are left."""
    few = reduced(edges)
    assert few <= edges

    def reachable(start: str, by: set[tuple[str, str]]) -> set[str]:
        found = {start}
        while more := {b for a, b in by if a in found} - found:
            found |= more
        return found

    assert all(reachable(node, few) == reachable(node, edges) for node in NODES)


def test_a_circle_is_an_error() -> None:
    """Imports in a circle have no rows."""
    with pytest.raises(CycleError):
        lay_out(["a", "b"], {("a", "b"), ("b", "a")})
