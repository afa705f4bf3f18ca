"""Marked regions of a page: what is generated into them, and what can't be."""

import pytest

from checks.docs.regions import RegionError, fill, region_names, table

PAGE = "# A\n\n<!-- generated: one -->\nold\n<!-- end -->\n\ntext\n\n<!-- generated: two -->\n<!-- end -->\n"


def test_regions_are_filled_and_nothing_else_changes() -> None:
    """Each region has its contents between its marks, and filling twice gives the same page."""
    filled = fill(PAGE, {"one": "1\n", "two": "2"})
    assert filled == (
        "# A\n\n<!-- generated: one -->\n\n1\n\n<!-- end -->\n\ntext\n\n"
        "<!-- generated: two -->\n\n2\n\n<!-- end -->\n"
    )
    assert fill(filled, {"one": "1", "two": "2"}) == filled
    assert region_names(filled) == ["one", "two"]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (PAGE.replace("two", "three"), "by the name three"),
        (PAGE.removesuffix("<!-- end -->\n"), "no partner"),
        (PAGE + "<!-- end -->\n", "no partner"),
    ],
)
def test_a_region_that_cannot_be_filled_is_refused(page: str, message: str) -> None:
    """An unknown name, a missing end and an end too many are errors, not a page with a gap."""
    with pytest.raises(RegionError, match=message):
        fill(page, {"one": "", "two": ""})


def test_a_table_has_as_many_cells_as_columns() -> None:
    """A row with a cell too few or too many is an error."""
    assert table("a | b", [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |"
    with pytest.raises(RegionError, match="3 cells in a table of 2"):
        table("a | b", [("1", "2", "3")])
