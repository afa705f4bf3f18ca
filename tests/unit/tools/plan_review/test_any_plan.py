"""Any plan is reviewed, and any other JSON is refused in a sentence."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.plan_review.review_plans import (
    plan,
    resource,
)
from tools.plan_review.losses.stateful import STATEFUL
from tools.plan_review.plans import PlanError, parse
from tools.plan_review.review import review
from tools.plan_review.summary import summary

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


statements = st.fixed_dictionaries(
    {},
    optional={
        "Sid": st.sampled_from(["A", "B"]) | json_values,
        "Effect": st.sampled_from(["Allow", "Deny"]) | json_values,
        "Principal": st.just("*") | json_values,
        "Action": st.sampled_from(["s3:*", ["a:B", "a:C"]]) | json_values,
        "NotAction": json_values,
        "Condition": json_values | st.dictionaries(st.text(max_size=3), json_values, max_size=2),
    },
)


policies = st.fixed_dictionaries({"Statement": st.lists(statements, max_size=3) | json_values})


names = st.sampled_from(
    ["name", "policy", "tags", "tags_all", "retention_in_days", "versioning_configuration"]
)


attributes = st.dictionaries(names | st.text(max_size=4), json_values | policies, max_size=4) | st.none()


marks = st.booleans() | st.dictionaries(names, json_values, max_size=3) | json_values


addresses = st.builds(
    lambda type_, name: f"{type_}.{name}",
    st.sampled_from([*STATEFUL, "aws_iam_role_policy", "aws_s3_bucket_public_access_block", "aws_sns_topic"]),
    st.sampled_from("ABC") | st.text(max_size=4),
)


actions = st.sampled_from(["no-op", "create", "read", "update", "delete", "forget", "later"])


entries = st.builds(
    lambda address, *values: resource(
        address,
        *values[0],
        before=values[1],
        after=values[2],
        after_unknown=values[3],
        before_sensitive=values[4],
        after_sensitive=values[5],
        replace_paths=values[6],
        previous_address=values[7],
        action_reason=values[8],
    ),
    addresses,
    st.lists(actions, max_size=2),
    attributes,
    attributes,
    marks,
    marks,
    marks,
    st.lists(st.lists(names | st.integers(-1, 3), max_size=3) | json_values, max_size=2) | json_values,
    json_values,
    json_values,
)


plans = st.builds(
    lambda changes, drift, outputs, configuration: plan(
        *changes, resource_drift=drift, output_changes=outputs, configuration=configuration
    ),
    st.lists(entries, max_size=4),
    st.lists(entries, max_size=2) | st.none(),
    st.dictionaries(st.text(max_size=3), entries.map(lambda each: each["change"]) | json_values, max_size=2),
    json_values,
)


@given(document=plans)
def test_any_plan_is_reviewed(document: str) -> None:
    """A plan of the documented shape, with any JSON for its values, is reviewed; each loss is found."""
    plan_ = parse(document)
    found = review(plan_)
    text = summary(found).markdown()
    lost = {
        each.address
        for each in plan_.resources
        if each.type in STATEFUL and each.action in ("destroyed", "replaced")
    }
    assert lost <= {each.resource.address for each in found.unintended}
    assert text.startswith("🔴") is bool(found.unintended)
    assert all(line.isprintable() for line in text.split("\n"))
    fences = [
        line for line in (each.removeprefix("> ") for each in text.split("\n")) if line.startswith("```")
    ]
    assert fences == ["```diff", "```"] * (len(fences) // 2), "no value opens or closes a block"


@given(
    document=st.fixed_dictionaries(
        {"format_version": st.just("1.2")},
        optional={
            key: st.lists(entries | json_values, max_size=2) | json_values
            for key in (
                "resource_changes",
                "resource_drift",
                "output_changes",
                "planned_values",
                "configuration",
            )
        },
    )
    | json_values
)
def test_any_json_is_reviewed_or_refused(document: Any) -> None:
    """Whatever JSON there is, it ends in a review or in a sentence."""
    try:
        plan_ = parse(json.dumps(document))
    except PlanError:
        return
    assert summary(review(plan_)).markdown()
