"""What a reviewer reads: short, complete, the verdict first."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.plan_review.review_plans import (
    LOGS,
    TABLE,
    changed,
    plan,
    replaced_table,
    resource,
    reviewed,
)
from tools.plan_review.losses.stateful import STATEFUL
from tools.plan_review.plans import PlanError, parse
from tools.plan_review.review import review
from tools.plan_review.summary import summary


def text_of(*changes: dict[str, Any], **more: Any) -> str:
    """Return the Markdown of a plan's review."""
    return summary(reviewed(*changes, **more)).markdown()


def test_a_plan_without_changes_is_one_line() -> None:
    """Resources that stay as they are, and data that is read, are nothing to tell."""
    stays = resource(TABLE, "no-op", before={"name": "t"}, after={"name": "t"})
    read = resource("aws_region.R", "read", mode="data")
    assert text_of(stays, read) == "🟢 **Nothing changes.**\n"


def test_a_tag_and_a_log_retention_are_harmless() -> None:
    """Harmless changes are shown attribute by attribute below a green verdict."""
    text = text_of(
        changed(LOGS, {"name": "l", "retention_in_days": 14}, {"name": "l", "retention_in_days": 30}),
        changed(TABLE, {"tags": {"Team": "a"}}, {"tags": {"Team": "b"}}),
    )
    assert text.splitlines()[0] == "🟢 **No data is lost: 2 changed in place.**"
    assert "- retention_in_days: 14\n+ retention_in_days: 30" in text
    assert '- tags.Team: "a"\n+ tags.Team: "b"' in text


def test_all_fates_have_their_section() -> None:
    """Added, replaced, destroyed, forgotten, moved and imported resources are distinguished."""
    text = text_of(
        resource("aws_sns_topic.A", "create", after={"name": "a"}),
        resource(
            "aws_lambda_function.R",
            "delete",
            "create",
            before={"x": 1},
            after={"x": 2},
            replace_paths=[["x"]],
        ),
        resource("aws_sns_topic.D", "delete", before={"name": "d"}),
        resource("aws_sqs_queue.F", "forget", before={"name": "f"}),
        resource(TABLE, "no-op", before={}, after={}, previous_address="aws_dynamodb_table.Old"),
        resource("aws_kms_key.I", "no-op", before={}, after={}, importing={"id": "1"}),
    )
    for part in (
        "### Added\n\n- `aws_sns_topic.A` (`a`)",
        "- x: 1  # forces replacement\n+ x: 2",
        "### Destroyed\n\n- `aws_sns_topic.D` (`d`)",
        "### Left alone, but no longer managed\n\n- `aws_sqs_queue.F` (`f`)",
        f"### Moved\n\n- `aws_dynamodb_table.Old` → `{TABLE}`",
        "### Imported\n\n- `aws_kms_key.I`",
    ):
        assert part in text


def test_what_is_known_later_takes_one_line() -> None:
    """Computed attributes of a function that is deployed anew don't hide what changes."""
    text = text_of(
        changed(
            "aws_lambda_function.F",
            {"source_code_hash": "a", "version": "1", "last_modified": "x"},
            {"source_code_hash": "b"},
            after_unknown={"version": True, "last_modified": True},
        )
    )
    assert "  known only after apply: last_modified, version\n" in text


def test_outputs_are_reported_and_sensitive_ones_hidden() -> None:
    """Outputs that change are shown; a sensitive one without its value."""
    text = text_of(
        output_changes={
            "url": {"actions": ["update"], "before": {"a": 1}, "after": {"a": 2}},
            "same": {"actions": ["no-op"], "before": 1, "after": 1},
            "key": {
                "actions": ["create"],
                "after": "hunter2",
                "before_sensitive": True,
                "after_sensitive": True,
            },
        }
    )
    assert "- url.a: 1\n+ url.a: 2" in text
    assert "outputs alone change" in text.splitlines()[0]
    assert "same" not in text
    assert "hunter2" not in text


def test_drift_is_reported_apart_from_the_plan() -> None:
    """What was done outside is reported by what the configuration sets; a lost table is in the verdict."""
    drifted = changed(
        "aws_sqs_queue.Q", {"delay_seconds": 0, "policy": ""}, {"delay_seconds": 5, "policy": "{}"}
    )
    configuration = {
        "root_module": {
            "resources": [
                {"address": "aws_sqs_queue.Q", "expressions": {"delay_seconds": {"constant_value": 0}}}
            ]
        }
    }
    text = text_of(resource_drift=[drifted], configuration=configuration)
    assert text.startswith("🟢 **Nothing changes. Something was changed outside of Terraform.**")
    assert "- delay_seconds: 0\n+ delay_seconds: 5" in text
    assert "policy" not in text
    gone = text_of(resource_drift=[resource(TABLE, "delete", before={})])
    assert gone.startswith(f"🟠 **Stateful resources were destroyed outside of Terraform: `{TABLE}`.**")


def test_a_zero_that_the_provider_writes_for_nothing_is_no_drift() -> None:
    """What AWS answers for an attribute that is not configured is no change."""
    drifted = changed("aws_sqs_queue.Q", {"a": None, "b": None}, {"a": 0, "b": False})
    assert text_of(resource_drift=[drifted]) == "🟢 **Nothing changes.**\n"


def test_a_partial_plan_says_so() -> None:
    """Where a second plan has to follow, green would be too early."""
    assert text_of(resource("aws_sns_topic.A", "create", after={}), complete=False).startswith("🟠")


def test_a_first_deployment_is_read_in_a_minute() -> None:
    """Hundreds of resources are counted by type, and many long changes are cut."""
    new = [resource(f"aws_sqs_queue.Q{n}", "create", after={"name": str(n)}) for n in range(300)]
    text = text_of(*new)
    assert "300 `aws_sqs_queue`" in text
    many = [
        changed(
            f"aws_sqs_queue.Q{n}",
            {f"k{i}": "a" * 999 for i in range(99)},
            {f"k{i}": "b" * 999 for i in range(99)},
        )
        for n in range(300)
    ]
    text = text_of(*many)
    assert len(text) < 65_536, "what a comment on GitHub holds"
    assert "… and 275 more" in text


def test_a_policy_of_any_length_fits_a_comment() -> None:
    """However long the review, the losses are reported, and a comment on GitHub holds it all."""
    statement = {"Effect": "Allow", "Action": [f"s3:{n:02}" + "x" * 999 for n in range(20)], "Resource": "*"}
    document = json.dumps({"Statement": [{**statement, "Sid": f"S{n}"} for n in range(30)]})
    new = [resource(f"aws_iam_policy.P{n}", "create", after={"policy": document}) for n in range(25)]
    text = text_of(*new, replaced_table())
    assert len(text) < 65_536
    assert "### Who may do what\n\nToo long to be shown here" in text
    assert f"INTENDED='{TABLE}'" in text


def test_hostile_addresses_stay_text() -> None:
    """The key of a for_each can't close its code span or begin a line of its own."""
    text = text_of(resource('aws_sqs_queue.Q["`\n# Approved\x1b[2J"]', "create", after={"name": "`**x**`"}))
    assert "\n# Approved" not in text
    assert "\x1b" not in text
    assert all(line.count("`") % 2 == 0 for line in text.splitlines())


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[" * 500 + "]" * 500, "nested too deeply"),
        ("[]", "no plan"),
        ('{"format_version": "2.0"}', "2.0"),
        ('{"format_version": "1.0", "values": {}}', "a state"),
        ('{"format_version": "1.0"}', "holds no plan"),
        ('{"format_version": "1.2", "resource_changes": {}}', "not written as"),
        (
            '{"format_version": "1.2", "resource_changes": [{"address": "a.b", "type": "a"}]}',
            "not written as",
        ),
        ('{"format_version": "1.2", "resource_changes": [], "resource_drift": [1]}', "not written as"),
        ('{"format_version": "1.2", "resource_changes": [], "errored": true}', "Planning had failed"),
    ],
)
def test_what_is_no_plan_is_refused(document: str, error: str) -> None:
    """Nothing that isn't a whole plan is ever called harmless."""
    with pytest.raises(PlanError, match=error):
        parse(document)


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
