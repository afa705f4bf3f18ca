"""Stateful resources that a plan would lose, and what leaves data less protected."""

from typing import Any

import pytest

from tests.unit.tools.plan_review.review_plans import (
    QUEUE,
    TABLE,
    changed,
    replaced_table,
    resource,
    reviewed,
)
from tools.plan_review.losses.stateful import STATEFUL
from tools.plan_review.summary import summary


def test_a_replaced_table_is_a_loss_and_says_what_forces_it() -> None:
    """The table's loss comes with its address, its name, what is lost, and the attribute that forces it."""
    found = reviewed(replaced_table())
    assert [each.resource.address for each in found.unintended] == [TABLE]
    text = summary(found).markdown()
    first = text.splitlines()[0]
    assert first.startswith("🔴 **Stop")
    assert f"`{TABLE}` replaced" in first
    assert '`hash_key: "asset_id" → "id"`' in text
    assert "media-pipeline-assets-prod" in text
    assert "every item in it" in text
    assert f"INTENDED='{TABLE}'" in text


@pytest.mark.parametrize("type_", sorted(STATEFUL))
@pytest.mark.parametrize(
    "actions", [("delete",), ("delete", "create"), ("create", "delete"), ("create", "forget")]
)
def test_every_stateful_type_is_guarded(type_: str, actions: tuple[str, ...]) -> None:
    """Whatever holds state is a loss, destroyed or replaced, in either order."""
    assert len(reviewed(resource(f"{type_}.X", *actions, before={}, after={})).unintended) == 1


@pytest.mark.parametrize("actions", [("create",), ("update",), ("no-op",), ("forget",), ("read",)])
def test_what_keeps_the_data_is_no_loss(actions: tuple[str, ...]) -> None:
    """Adding, changing in place and letting go of a table lose nothing."""
    assert reviewed(resource(TABLE, *actions, before={"name": "t"}, after={"name": "t"})).losses == ()


def test_what_holds_no_state_is_no_loss() -> None:
    """A function may be replaced."""
    found = reviewed(resource("aws_lambda_function.F", "delete", "create", before={}, after={}))
    assert found.losses == ()
    assert summary(found).markdown().startswith("🟢 **No data is lost: 1 replaced.**")


def test_intended_losses_are_reported_and_let_through() -> None:
    """A loss that was named by its address stays at the top, and is no reason to stop."""
    found = reviewed(replaced_table(), intended=(TABLE,))
    assert found.unintended == []
    assert summary(found).markdown().splitlines()[0].startswith("🟠 **Data would be lost, as intended")


def test_intent_for_one_is_none_for_another() -> None:
    """Naming the table lets no queue go; a part of an address and a name that isn't lost let nothing go."""
    gone = resource(QUEUE, "delete", before={"name": "q"})
    found = reviewed(replaced_table(), gone, intended=(TABLE, "aws_sqs_queue.ProcessingQueue"))
    assert [each.resource.address for each in found.unintended] == [QUEUE]
    assert found.not_lost == ("aws_sqs_queue.ProcessingQueue",)
    assert "not lost by this plan\n\n- `aws_sqs_queue.ProcessingQueue`" in summary(found).markdown()


def test_losses_come_before_everything_else() -> None:
    """The red section is the first one, whatever the order of the plan."""
    added = resource("aws_iam_role.A", "create", after={"name": "a"})
    text = summary(reviewed(added, replaced_table())).markdown()
    headings = [line for line in text.splitlines() if line.startswith("### ")]
    assert headings[0] == "### Data that would be lost"
    assert "> [!CAUTION]" in text


def test_a_destroyed_resource_says_why() -> None:
    """Without a path that forces it, Terraform's reason is reported; a deposed object says what it is."""
    gone = resource(QUEUE, "delete", before={}, action_reason="delete_because_no_resource_config")
    left = resource(TABLE, "delete", before={}, deposed="ab12")
    text = summary(reviewed(gone, left)).markdown()
    assert "it is no longer in the configuration" in text
    assert "deposed object ab12" in text
    assert "left over from a replacement" in text


def test_forcing_attributes_that_are_sensitive_stay_hidden() -> None:
    """What forces a replacement is named without its value where any of it is sensitive."""
    secret = resource(
        TABLE,
        "delete",
        "create",
        before={"x": {"y": "hunter2"}},
        after={"x": {"y": "hunter3"}},
        before_sensitive={"x": {"y": True}},
        replace_paths=[["x"]],
    )
    text = summary(reviewed(secret)).markdown()
    assert "`x`" in text
    assert "hunter" not in text


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        (TABLE, {"deletion_protection_enabled": True}, {"deletion_protection_enabled": False}),
        (
            TABLE,
            {"point_in_time_recovery": [{"enabled": True}]},
            {"point_in_time_recovery": [{"enabled": False}]},
        ),
        (
            TABLE,
            {"point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 35}]},
            {"point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 1}]},
        ),
        (QUEUE, {"redrive_policy": '{"maxReceiveCount": 5}'}, {"redrive_policy": ""}),
        (
            "aws_s3_bucket_lifecycle_configuration.L",
            {"rule": []},
            {"rule": [{"status": "Enabled", "transition": [{"days": 9, "storage_class": "DEEP_ARCHIVE"}]}]},
        ),
        ("aws_s3_bucket.B", {"force_destroy": False}, {"force_destroy": True}),
        (
            "aws_s3_bucket_versioning.V",
            {"versioning_configuration": [{"status": "Enabled"}]},
            {"versioning_configuration": [{"status": "Suspended"}]},
        ),
        ("aws_kms_key.K", {"enable_key_rotation": True}, {"enable_key_rotation": False}),
        ("aws_kms_key.K", {"deletion_window_in_days": 30}, {"deletion_window_in_days": 7}),
    ],
)
def test_lowered_protection_is_reported_and_raised_one_is_not(
    address: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Each guard of data that is taken away is called out, and its way back is not."""
    lowered = reviewed(changed(address, before, after))
    assert len(lowered.lowered) == 1
    assert summary(lowered).markdown().startswith("🟠")
    assert reviewed(changed(address, after, before)).lowered == ()


@pytest.mark.parametrize(
    ("type_", "consequence"),
    [
        ("aws_s3_bucket_versioning", "overwritten and deleted objects are lost"),
        ("aws_sqs_queue_redrive_policy", "messages that fail again and again are lost"),
    ],
)
@pytest.mark.parametrize("action", ["delete", "forget"])
def test_what_protects_another_resource_lowers_protection_when_it_goes(
    type_: str, consequence: str, action: str
) -> None:
    """Taking away the resource that guards another is shown as what it does to that one, not as green."""
    found = reviewed(resource(f"{type_}.X", action, before={"queue_url": "u"}))
    assert consequence in found.lowered[0]
    assert summary(found).markdown().startswith("🟠")


@pytest.mark.parametrize("type_", sorted(STATEFUL))
def test_a_stateful_resource_that_is_let_go_is_not_green(type_: str) -> None:
    """What Terraform no longer manages keeps its data, and nothing would show that it is gone."""
    text = summary(reviewed(resource(f"{type_}.X", "forget", before={"name": "x"}))).markdown()
    assert text.startswith("🟠 **No data is lost: 1 forgotten. Data is protected less.**")
    assert f"{type_}.X: no longer managed" in text


def test_a_policy_that_is_known_only_after_the_apply_is_not_taken_away() -> None:
    """A redrive policy whose DLQ is made by the same plan is there, though its text is not known yet."""
    change = changed(QUEUE, {"redrive_policy": "{}"}, {}, after_unknown={"redrive_policy": True})
    assert reviewed(change).lowered == ()


def test_a_renamed_construct_is_said_to_be_one() -> None:
    """The same name under another address is a rename, and the loss of what is stateful."""
    found = reviewed(
        resource(TABLE, "delete", before={"name": "t", "hash_key": "id"}),
        resource("aws_dynamodb_table.Records_Table_1", "create", after={"name": "t", "hash_key": "id"}),
    )
    assert [(each.old.address, each.new.address) for each in found.renames] == [
        (TABLE, "aws_dynamodb_table.Records_Table_1")
    ]
    assert len(found.unintended) == 1
    text = summary(found).markdown()
    assert "This looks like a renamed construct id." in text.splitlines()[0]
    assert "this looks like a rename of `t`" in text
    assert "moved" in text


def test_a_rename_is_recognised_by_its_attributes() -> None:
    """Without a name, most of the known attributes decide; of two candidates the likest is taken, once."""
    old = {
        "deletion_window_in_days": 30,
        "enable_key_rotation": True,
        "multi_region": False,
        "tags": {"a": "b"},
    }
    near = {**old, "multi_region": None, "bypass_policy_lockout_safety_check": False}
    found = reviewed(
        resource("aws_kms_key.Old", "delete", before=old),
        resource("aws_kms_key.Near", "create", after=near),
        resource("aws_kms_key.New", "create", after=old),
    )
    assert [(each.old.address, each.new.address) for each in found.renames] == [
        ("aws_kms_key.Old", "aws_kms_key.New")
    ]


@pytest.mark.parametrize(
    "new",
    [
        resource("aws_sqs_queue.New", "create", after={"name": "other", "a": 9, "b": 9, "c": 9}),
        resource("aws_sns_topic.New", "create", after={"name": "q", "a": 1, "b": 2, "c": 3}),
    ],
)
def test_another_resource_is_no_rename(new: dict[str, Any]) -> None:
    """Neither another type of the same name nor a different queue is taken for a rename."""
    gone = resource(QUEUE, "delete", before={"name": "q", "a": 1, "b": 2, "c": 3})
    assert reviewed(gone, new).renames == ()
