"""What a reviewer reads: short, complete, the verdict first."""

import json
from typing import Any

import pytest

from tests.unit.tools.plan_review.review_plans import (
    LOGS,
    TABLE,
    changed,
    replaced_table,
    resource,
    reviewed,
)
from tools.plan_review.plans import PlanError, parse
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
