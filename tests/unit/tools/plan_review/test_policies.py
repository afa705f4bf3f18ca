"""What changes between two policy documents, by meaning."""

import json
from typing import Any

import pytest

from tests.unit.tools.plan_review.review_plans import changed, resource, reviewed
from tools.plan_review.permissions.policies import policy_changes, policy_statements
from tools.plan_review.summary import summary

PUT = {"Sid": "Put", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "arn:aws:s3:::b/*"}
TLS = {
    "Sid": "Tls",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ROLE_POLICY = "aws_iam_role_policy.Reconciler_Role_Policy_5C0BA7AD"


def document(*statements: Any) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def differences(before: Any, after: Any) -> list[Any]:
    """Return what changes between two documents of one statement."""
    return policy_changes(policy_statements(document(before)) or [], policy_statements(document(after)) or [])


@pytest.mark.parametrize(
    "same",
    [
        {**PUT, "Action": "s3:PutObject"},
        {**PUT, "Resource": ["arn:aws:s3:::b/*"]},
        {**PUT, "Sid": "Other"},
        {**PUT, "Action": ["s3:PutObject", "s3:PutObject"]},
    ],
)
def test_spelling_makes_no_difference(same: dict[str, Any]) -> None:
    """One or many, order and the Sid alone change nothing."""
    assert differences(PUT, same) == []


def test_gained_and_lost_actions() -> None:
    """A changed statement says which actions it gains and which it loses."""
    (change,) = differences(PUT, {**PUT, "Action": ["s3:GetObject"]})
    assert change.gained == [("Action", ["s3:GetObject"])]
    assert change.lost == [("Action", ["s3:PutObject"])]
    assert change.widens


@pytest.mark.parametrize(
    ("before", "after", "widens"),
    [
        (PUT, {**PUT, "Action": ["s3:PutObject", "s3:GetObject"]}, True),
        ({**PUT, "Action": ["s3:PutObject", "s3:GetObject"]}, PUT, False),
        (PUT, {**PUT, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({**PUT, "Condition": {"StringEquals": {"k": ["a", "b"]}}}, PUT, True),
        (
            {**PUT, "Condition": {"StringEquals": {"k": ["a", "b"]}}},
            {**PUT, "Condition": {"StringEquals": {"k": "a"}}},
            False,
        ),
        (
            {**PUT, "Condition": {"StringEquals": {"k": "a"}}},
            {**PUT, "Condition": {"StringEquals": {"k": ["a", "b"]}}},
            True,
        ),
        (
            {**PUT, "Condition": {"StringNotEquals": {"k": ["a", "b"]}}},
            {**PUT, "Condition": {"StringNotEquals": {"k": "a"}}},
            True,
        ),
        (
            {"Effect": "Allow", "NotAction": ["a:B", "a:C"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": ["a:B"], "Resource": "*"},
            True,
        ),
        (
            {"Effect": "Allow", "NotAction": ["a:B"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": ["a:B", "a:C"], "Resource": "*"},
            False,
        ),
        (
            {"Sid": "X", "Effect": "Allow", "Action": "a:B", "Resource": "*"},
            {"Sid": "X", "Effect": "Allow", "NotAction": "a:B", "Resource": "*"},
            True,
        ),
        (TLS, {**TLS, "Action": "s3:GetObject"}, True),
        ({**TLS, "Action": "s3:GetObject"}, {**TLS, "Action": ["s3:GetObject", "s3:PutObject"]}, False),
        (TLS, {key: value for key, value in TLS.items() if key != "Condition"}, False),
        ({key: value for key, value in TLS.items() if key != "Condition"}, TLS, True),
    ],
)
def test_widening_is_recognised(before: dict[str, Any], after: dict[str, Any], widens: bool) -> None:
    """More is allowed where an Allow reaches further or a Deny less far, and not the other way."""
    changes = differences(before, after)
    assert changes
    assert any(each.widens for each in changes) is widens


def test_added_and_removed_statements() -> None:
    """A new Allow and a Deny that goes widen; a new Deny and an Allow that goes don't."""
    allow, deny = policy_statements(document(PUT)) or [], policy_statements(document(TLS)) or []
    assert [each.widens for each in policy_changes([], allow)] == [True]
    assert [each.widens for each in policy_changes(allow, [])] == [False]
    assert [each.widens for each in policy_changes([], deny)] == [False]
    assert [each.widens for each in policy_changes(deny, [])] == [True]


def test_the_summary_shows_statements_not_text() -> None:
    """A role's policy is reported by its statements, once, and the verdict says that more may be allowed."""
    more = {**PUT, "Action": ["s3:PutObject", "s3:DeleteObject"]}
    found = reviewed(
        changed(ROLE_POLICY, {"name": "p", "policy": document(PUT)}, {"name": "p", "policy": document(more)})
    )
    text = summary(found).markdown()
    assert "+   Action: s3:DeleteObject" in text
    assert text.count("s3:DeleteObject") == 2, "in the statement's title, and as what it gains"
    assert "Version" not in text
    assert f"More may be allowed by `{ROLE_POLICY}`" in text.splitlines()[0]


def test_a_policy_that_only_narrows_raises_no_alarm() -> None:
    """Taking an action away is reported, and the verdict stays green."""
    more = {**PUT, "Action": ["s3:PutObject", "s3:DeleteObject"]}
    text = summary(
        reviewed(changed(ROLE_POLICY, {"policy": document(more)}, {"policy": document(PUT)}))
    ).markdown()
    assert text.startswith("🟢")
    assert "-   Action: s3:DeleteObject" in text


def test_a_tls_policy_that_is_destroyed_is_reported() -> None:
    """Destroying a bucket's policy shows each statement that goes."""
    gone = resource("aws_s3_bucket_policy.P", "delete", before={"bucket": "b", "policy": document(TLS)})
    text = summary(reviewed(gone)).markdown()
    assert "- Deny “Tls” s3:*" in text
    assert "if Bool aws:SecureTransport: false" in text
    assert text.startswith("🟠")


def test_anyone_is_called_anyone() -> None:
    """A statement for every principal, under no condition, is said to allow anyone, also where it is new."""
    public = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"}
    new = resource("aws_s3_bucket_policy.P", "create", after={"policy": document(public)})
    text = summary(reviewed(new)).markdown()
    assert "**allows anyone**" in text
    assert text.startswith("🟠")


def test_public_access_that_is_freed_is_reported() -> None:
    """The block's attributes are shown before and after; opening it asks for care, closing it for none."""
    address = "aws_s3_bucket_public_access_block.Uploads_PublicAccess_0EDD4C38"
    shut, open_ = {"block_public_acls": True}, {"block_public_acls": False}
    freed = summary(reviewed(changed(address, shut, open_))).markdown()
    assert "- block_public_acls: true\n+ block_public_acls: false" in freed
    assert freed.startswith("🟠")
    assert summary(reviewed(changed(address, open_, shut))).markdown().startswith("🟢")
    assert summary(reviewed(resource(address, "delete", before=shut))).markdown().startswith("🟠")


def test_a_policy_that_is_not_known_yet_is_said_to_be_so() -> None:
    """Where the new policy depends on what is not there yet, the review does not say that nothing changes."""
    later = changed(ROLE_POLICY, {"policy": document(PUT)}, {}, after_unknown={"policy": True})
    text = summary(reviewed(later)).markdown()
    assert f"Known only after apply, so that nothing can be compared: `{ROLE_POLICY}`" in text
    assert text.startswith("🟠")


def test_tags_of_a_role_are_no_change_of_access() -> None:
    """A role's tag is shown among what changes in place."""
    found = reviewed(changed("aws_iam_role.R", {"tags": {"a": "1"}}, {"tags": {"a": "2"}}))
    assert found.access == ()
    assert '- tags.a: "1"' in summary(found).markdown()
