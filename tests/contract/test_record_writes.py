"""A write means in DynamoDB what the domain says that it means."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.domain.asset_record import Check, Condition, RecordWrite
from tests.support.fakes import FakeAssetTable
from tests.support.local_resources import new_assets_table

# The same type for an attribute wherever it is: DynamoDB orders numbers among numbers alone.
TEXTS, NUMBERS, LISTS = ("status", "claimed_until"), ("attempt", "percent"), ("history", "outputs")
texts, numbers = st.sampled_from(["", "a", "b", "ü🎬"]), st.integers(0, 3)
entries = st.fixed_dictionaries({"key": texts, "sizes": st.lists(numbers, max_size=2)})
lists = st.lists(entries, max_size=2)
values = {
    **dict.fromkeys(TEXTS, texts),
    **dict.fromkeys(NUMBERS, numbers),
    **dict.fromkeys(LISTS, lists | st.tuples(entries)),
}
records = st.fixed_dictionaries({}, optional={**values, **dict.fromkeys(LISTS, lists)})


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Ask anything of one attribute."""
    name = draw(st.sampled_from(sorted(values)))
    check = draw(st.sampled_from([each for each in Check if name not in LISTS or "BELOW" not in each.name]))
    if check is Check.ONE_OF:
        return Condition(name, check, draw(st.lists(values[name], min_size=1, max_size=3)))
    return Condition(name, check, None if check is Check.ABSENT else draw(values[name]))


@st.composite
def writes(draw: st.DrawFn) -> RecordWrite:
    """Change some attributes, each in one way, as DynamoDB demands."""
    names = draw(st.permutations(sorted(values)))
    ways = draw(st.lists(st.sampled_from(["assigned", "once", "removed"]), max_size=4))
    chosen = dict(zip(names, ways, strict=False))
    appended = [name for name in LISTS if name not in chosen]
    return RecordWrite(
        conditions=draw(st.lists(conditions(), max_size=2)),
        assigned={name: draw(values[name]) for name, way in chosen.items() if way == "assigned"},
        assigned_once={name: draw(values[name]) for name, way in chosen.items() if way == "once"},
        appended={name: draw(entries) for name in appended},
        removed=[name for name, way in chosen.items() if way == "removed"],
    )


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> AssetTable:
    """Return a table of the local AWS, for all examples."""
    dynamodb = request.getfixturevalue("dynamodb")
    return AssetTable(dynamodb, new_assets_table(dynamodb))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record=records, write=writes())
def test_both_tables_write_the_same(real: AssetTable, record: dict[str, Any], write: RecordWrite) -> None:
    """Whether a write is refused, and what the record is after it, is the same in both tables."""
    fake, asset_id = FakeAssetTable(), str(uuid4())
    answers = []
    for table in (real, fake):
        assert table.create_record({"asset_id": asset_id, **record})
        answers.append((table.update_record(asset_id, write), table.read_record(asset_id)))
    assert answers[0] == answers[1]


def test_no_write_makes_a_record(real: AssetTable) -> None:
    """A write of a record that is not there is refused, whatever it asks for, and leaves none."""
    write = RecordWrite(conditions=[], assigned={"status": "RECEIVED"})
    for table in (real, FakeAssetTable()):
        assert table.update_record("0" * 32, write) is None
        assert table.read_record("0" * 32) is None
