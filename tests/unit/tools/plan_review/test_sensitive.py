"""No sensitive value of any plan is shown, wherever it lies and however it is marked."""

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.markdown import Markdown

from tests.unit.tools.plan_review.review_plans import plan, resource, reviewed
from tools.plan_review.losses.stateful import STATEFUL
from tools.plan_review.plans import parse
from tools.plan_review.review import review
from tools.plan_review.summary import summary

SECRET = "hunter"
TYPES = [
    *STATEFUL,
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_lambda_permission",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_versioning",
    "aws_sqs_queue_redrive_policy",
]
# What the review itself looks at, so that each of its ways to show a value is taken.
NAMES = [
    "assume_role_policy",
    "bucket",
    "global_secondary_index",
    "hash_key",
    "inline_policy",
    "lifecycle_rule",
    "message_retention_seconds",
    "name",
    "policy",
    "redrive_policy",
    "retention_in_days",
    "rule",
    "tags",
    "tags_all",
    "ttl",
    "versioning_configuration",
]


def document(action: str, resource_: str) -> str:
    """Return a policy as text."""
    statement = {"Sid": "A", "Effect": "Allow", "Action": action, "Resource": resource_}
    return json.dumps({"Statement": [statement]})


secrets = st.integers(0, 9).map(lambda number: f"{SECRET}{number}")
secret_numbers = st.sampled_from([77001, 77002])
leaves = st.booleans() | st.integers(0, 9) | st.sampled_from(["plain", "Enabled", document("s3:*", "plain")])
# A value, and what mirrors it: True where it is sensitive.
marked: st.SearchStrategy[tuple[Any, Any]] = st.recursive(
    leaves.map(lambda value: (value, False))
    | secrets.map(lambda value: (value, True))
    | secret_numbers.map(lambda value: (value, True))
    | secrets.map(lambda value: (document(value, "x"), True))
    | st.just(([{"status": "Enabled", "expiration": [{"days": 77001}]}], True)),
    lambda inner: (
        st.lists(inner, max_size=3).map(
            lambda pairs: ([value for value, _ in pairs], [marks for _, marks in pairs])
        )
        | st.dictionaries(st.sampled_from(["days", "enabled", "status", "x"]), inner, max_size=3).map(
            lambda pairs: (
                {key: value for key, (value, _) in pairs.items()},
                {key: marks for key, (_, marks) in pairs.items()},
            )
        )
    ),
    max_leaves=6,
)
sides = st.dictionaries(st.sampled_from(NAMES), marked, max_size=4)


def _side(pairs: dict[str, tuple[Any, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {key: each[0] for key, each in pairs.items()}, {key: each[1] for key, each in pairs.items()}


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a change of a resource, some of whose values are sensitive."""
    (before, before_marks), (after, after_marks) = _side(draw(sides)), _side(draw(sides))
    return resource(
        f"{draw(st.sampled_from(TYPES))}.{draw(st.sampled_from('ABC'))}",
        *draw(st.sampled_from([("create",), ("update",), ("delete",), ("delete", "create"), ("forget",)])),
        before=before,
        after=after,
        before_sensitive=before_marks,
        after_sensitive=after_marks,
        replace_paths=[[name] for name in draw(st.lists(st.sampled_from(NAMES), max_size=2))],
    )


@given(
    of=st.lists(changes(), max_size=3),
    drift=st.lists(changes(), max_size=2),
    deferred=st.lists(changes(), max_size=2),
    outputs=st.lists(changes(), max_size=2),
)
def test_no_sensitive_value_of_any_plan_is_shown(
    of: list[dict[str, Any]],
    drift: list[dict[str, Any]],
    deferred: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
) -> None:
    """Neither the Markdown nor the terminal shows a value that is marked on either side of a change."""
    text = plan(
        *of,
        resource_drift=drift,
        deferred_changes=[{"reason": "unknown", "resource_change": each} for each in deferred],
        output_changes={f"o{index}": each["change"] for index, each in enumerate(outputs)},
    )
    markdown = summary(review(parse(text))).markdown()
    terminal = io.StringIO()
    Console(file=terminal, width=400).print(Markdown(markdown))
    for shown in (markdown, terminal.getvalue()):
        assert SECRET not in shown
        assert "7700" not in shown.replace(",", "")


def test_a_sensitive_policy_is_reported_to_change_and_not_shown() -> None:
    """A policy that is marked sensitive counts as one that may allow more, and no word of it is shown."""
    policy = resource(
        "aws_iam_role_policy.R",
        "update",
        before={"policy": document("s3:*", "hunter1")},
        after={"policy": document("s3:*", "hunter2")},
        after_sensitive={"policy": True},
    )
    text = summary(reviewed(policy)).markdown()
    assert "hunter" not in text
    assert text.startswith("🟠")
    assert "! policy: sensitive, and changes; it can't be shown" in text


def test_a_name_that_is_sensitive_is_not_shown() -> None:
    """A resource whose name is marked is reported by its address alone."""
    bucket = resource(
        "aws_s3_bucket.B", "delete", before={"bucket": "hunter1"}, before_sensitive={"bucket": True}
    )
    assert "hunter" not in summary(reviewed(bucket)).markdown()
