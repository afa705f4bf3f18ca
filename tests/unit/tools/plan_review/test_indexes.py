"""Changes of a table's indexes are described in words: no item is lost, and queries of what goes fail."""

from typing import Any

from tests.unit.tools.plan_review.review_plans import TABLE, changed, reviewed
from tools.plan_review.summary import summary


def index(name: str, key: str = "status", **more: Any) -> dict[str, Any]:
    """Return an index as a plan has it."""
    return {"name": name, "hash_key": key, "range_key": None, "projection_type": "ALL", **more}


def described(before: list[dict[str, Any]], after: list[dict[str, Any]], **more: Any) -> str:
    """Return what a reviewer reads of a change of the assets table."""
    table = {"name": "media-pipeline-assets-prod"}
    change = changed(
        TABLE, {**table, "global_secondary_index": before}, {**table, "global_secondary_index": after}, **more
    )
    return summary(reviewed(change)).markdown()


def test_an_index_that_goes_loses_no_item() -> None:
    """It is no loss of data, and so neither red nor orange; the reviewer reads what fails."""
    text = described([index("by_job"), index("by_status")], [index("by_status")])
    assert text.startswith("🟢")
    assert f"`{TABLE}`: index `by_job` is removed. No item is lost" in text
    assert "index `by_status`" not in text


def test_an_index_that_comes_and_one_that_is_made_anew() -> None:
    """What lacks the key's attributes is not in a new index; another projection makes an index anew."""
    text = described(
        [index("by_status"), index("by_time")],
        [index("by_status", projection_type="INCLUDE", non_key_attributes=["a"]), index("by_shard", "shard"),
         index("by_time")],
    )  # fmt: skip
    assert "index `by_shard` is made from the items that are there" in text
    assert "index `by_status` is removed and made anew" in text
    assert "index `by_time`" not in text


def test_what_is_sensitive_is_not_named() -> None:
    """Of indexes that are marked as sensitive nothing is said."""
    text = described([index("secret")], [], before_sensitive={"global_secondary_index": True})
    assert "secret" not in text
