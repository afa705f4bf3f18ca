"""Changes in place that delete data: losses like any other."""

from typing import Any

import pytest

from tests.unit.tools.plan_review.review_plans import (
    LOGS,
    QUEUE,
    TABLE,
    changed,
    plan,
    resource,
    reviewed,
)
from tools.plan_review.plans import parse
from tools.plan_review.review import Review, review
from tools.plan_review.summary import summary

KEY = "aws_kms_key.Key"
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration.Lifecycle"


def rule(**more: Any) -> dict[str, Any]:
    """Return an enabled rule for all objects, as the provider writes it."""
    return {"id": "r", "status": "Enabled", "filter": [{"prefix": ""}], **more}


def expiring(days: int, **more: Any) -> dict[str, Any]:
    """Return a rule that deletes current objects."""
    return rule(expiration=[{"days": days, "expired_object_delete_marker": False}], **more)


def old_expiring(days: int, **more: Any) -> dict[str, Any]:
    """Return a rule that deletes old versions."""
    kept = more.pop("kept", None)
    return rule(
        noncurrent_version_expiration=[{"noncurrent_days": days, "newer_noncurrent_versions": kept}], **more
    )


def tagged(key: str, value: str) -> list[dict[str, Any]]:
    """Return a filter by one tag."""
    return [{"prefix": None, "tag": [{"key": key, "value": value}]}]


MARKERS = rule(expiration=[{"days": 0, "expired_object_delete_marker": True}])
BELOW = {"filter": [{"prefix": "tmp/"}]}
BOTH = {"filter": [{"and": [{"prefix": "tmp/", "tags": {"a": "b"}, "object_size_greater_than": 5}]}]}
LARGE = {"filter": [{"object_size_greater_than": "100"}]}


@pytest.mark.parametrize(
    ("address", "before", "after", "said"),
    [
        (LOGS, {"retention_in_days": 365}, {"retention_in_days": 14}, "365 → 14; older log events"),
        (LOGS, {"retention_in_days": 0}, {"retention_in_days": 14}, "0 → 14"),
        (QUEUE, {"message_retention_seconds": 1209600}, {"message_retention_seconds": 60}, "waited longer"),
        (KEY, {"is_enabled": True}, {"is_enabled": False}, "can be decrypted"),
        (TABLE, {"stream_enabled": True}, {"stream_enabled": False}, "stream records"),
        (
            TABLE,
            {"ttl": [{"enabled": False, "attribute_name": ""}]},
            {"ttl": [{"enabled": True, "attribute_name": "expires_at"}]},
            'switched on: items whose "expires_at" lies in the past',
        ),
    ],
)
def test_settings_that_delete_data_are_losses(
    address: str, before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    """A setting whose change deletes data stops the review until it is named; its way back does not."""
    found = reviewed(changed(address, before, after))
    text = summary(found).markdown()
    assert text.startswith(f"🔴 **Stop: data would be lost: `{address}` changed in place.**")
    assert said in text
    assert f"INTENDED='{address}'" in text
    assert reviewed(changed(address, before, after), intended=(address,)).unintended == []
    assert reviewed(changed(address, after, before)).losses == ()


def test_a_ttl_that_moves_is_a_loss_in_either_direction() -> None:
    """Items may carry the other attribute as well."""
    values = [{"ttl": [{"enabled": True, "attribute_name": name}]} for name in ("expires_at", "created_at")]
    text = summary(reviewed(changed(TABLE, *values))).markdown()
    assert 'moves from "expires_at" to "created_at"' in text
    assert len(reviewed(changed(TABLE, *reversed(values))).unintended) == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([MARKERS], [expiring(1)], "current objects are deleted after 1 day (were kept)"),
        ([expiring(30)], [expiring(7)], "current objects are deleted after 7 days (was 30 days)"),
        ([], [expiring(9, **BELOW)], "current objects (below tmp/) are deleted after 9 days"),
        ([expiring(9, **BELOW)], [expiring(9)], "current objects are deleted after 9 days (were kept)"),
        (
            [{**expiring(9), "status": "Disabled"}],
            [expiring(9)],
            "current objects are deleted after 9 days (were kept)",
        ),
        (
            [expiring(9, filter=tagged("state", "old"))],
            [expiring(9, filter=tagged("state", "new"))],
            "current objects (tagged state=new) are deleted after 9 days (were kept)",
        ),
        (
            [],
            [expiring(9, **BOTH)],
            "current objects (below tmp/, tagged a=b, larger than 5 bytes) are deleted after 9 days",
        ),
        ([expiring(9, **LARGE)], [expiring(9)], "current objects are deleted after 9 days (were kept)"),
        (
            [],
            [rule(expiration=[{"date": "2027-01-01T00:00:00Z", "days": 0}])],
            "current objects are deleted on 2027-01-01T00:00:00Z",
        ),
        ([old_expiring(30)], [old_expiring(5)], "old versions are deleted after 5 days (was 30 days)"),
        ([old_expiring(5, kept="3")], [old_expiring(5)], "old versions are deleted after 5 days"),
        ([], [old_expiring(30)], "old versions are deleted after 30 days (were kept)"),
    ],
)
def test_rules_that_delete_objects_sooner_are_losses(
    before: list[dict[str, Any]], after: list[dict[str, Any]], said: str
) -> None:
    """Whatever objects a lifecycle rule takes sooner than any rule did before are lost."""
    values = ({"bucket": "uploads", "rule": of} for of in (before, after))
    found = reviewed(changed(LIFECYCLE, *values))
    assert [each.resource.address for each in found.unintended] == [LIFECYCLE]
    assert said in summary(found).markdown()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([expiring(1)], [MARKERS]),
        ([expiring(7)], [expiring(30)]),
        ([expiring(9)], [expiring(9, **BELOW)]),
        ([expiring(9)], [expiring(9, **BOTH), expiring(10, **LARGE)]),
        ([expiring(9)], [{**expiring(1), "status": "Disabled"}]),
        ([expiring(9, id="a")], [expiring(9, id="b")]),
        ([old_expiring(5)], [old_expiring(5, kept="3")]),
        ([old_expiring(5)], [old_expiring(30)]),
        ([rule(expiration=[{"date": "2027-01-01T00:00:00Z"}])], [rule(expiration=[{"date": "2028-01-01"}])]),
        ([], [rule(abort_incomplete_multipart_upload=[{"days_after_initiation": 1}])]),
    ],
)
def test_rules_that_delete_nothing_sooner_are_none(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    """Rules that keep longer, take less, or have another name only, lose nothing."""
    values = ({"bucket": "uploads", "rule": of} for of in (before, after))
    assert reviewed(changed(LIFECYCLE, *values)).losses == ()


def test_rules_for_a_bucket_that_is_there_are_losses_and_for_a_new_one_are_none() -> None:
    """A configuration that is added takes from what a bucket holds; a bucket that the plan makes is empty."""
    added = resource(LIFECYCLE, "create", after={"bucket": "uploads", "rule": [expiring(1)]})
    assert [each.resource.address for each in reviewed(added).unintended] == [LIFECYCLE]
    bucket = resource("aws_s3_bucket.Uploads", "create", after={"bucket": "uploads"})
    assert reviewed(added, bucket).losses == ()
    named_later = resource(LIFECYCLE, "create", after={"rule": [expiring(1)]}, after_unknown={"bucket": True})
    assert reviewed(named_later).losses == ()


def test_the_rules_of_the_bucket_resource_itself_are_read() -> None:
    """The provider's older way to write rules loses the same objects."""
    before = {"bucket": "b", "lifecycle_rule": []}
    inner = {"enabled": True, "prefix": "", "noncurrent_version_expiration": [{"days": 3}]}
    found = reviewed(changed("aws_s3_bucket.B", before, {**before, "lifecycle_rule": [inner]}))
    assert "old versions are deleted after 3 days" in summary(found).markdown()


def test_settings_that_are_sensitive_are_not_taken_for_harmless() -> None:
    """Where what changes can't be shown, the review says that data may be lost."""
    rules = changed(LIFECYCLE, {"rule": [MARKERS]}, {"rule": [expiring(1)]}, after_sensitive={"rule": True})
    days = changed(LOGS, {"retention_in_days": 9}, {"retention_in_days": 3}, before_sensitive=True)
    ttl = changed(
        TABLE, {}, {"ttl": [{"enabled": True, "attribute_name": "hunter2"}]}, after_sensitive={"ttl": True}
    )
    found = reviewed(rules, days, ttl)
    assert len(found.unintended) == 3
    text = summary(found).markdown()
    assert text.count("sensitive") >= 3
    assert "hunter2" not in text


def partial(*changes: dict[str, Any], **more: Any) -> Review:
    """Return the review of a plan with these deferred changes."""
    deferred = [{"reason": "provider_config_unknown", "resource_change": each} for each in changes]
    return review(parse(plan(deferred_changes=deferred, **more)))


def test_a_partial_plan_is_not_green() -> None:
    """A plan of which a part is missing, as -target makes it, says so though nothing of it changes."""
    text = summary(reviewed(complete=False)).markdown()
    assert text.startswith("🟠 **Nothing changes in this part of the plan. The plan is partial")
    added = resource("aws_sns_topic.T", "create", after={"name": "t"})
    text = summary(reviewed(added, complete=False)).markdown()
    assert text.startswith("🟠 **No data is lost in this part of the plan: 1 added. The plan is partial")


def test_losses_that_are_put_off_are_named() -> None:
    """What Terraform defers to a later plan is listed, and what it would lose stands in the first line."""
    table = resource(TABLE, "delete", "create", before={"name": "t"}, after={"name": "t"})
    rules = changed(LIFECYCLE, {"rule": []}, {"rule": [expiring(1)]})
    found = partial(table, rules, resource("aws_sns_topic.T", "update", before={}, after={}))
    text = summary(found).markdown()
    assert text.startswith("🟠")
    assert f"What is put off would lose data: `{TABLE}` replaced, `{LIFECYCLE}` changed in place." in text
    assert "- `aws_sns_topic.T`: changed in place" in text
    assert found.unintended == []


def test_drift_that_endangers_data_is_not_green() -> None:
    """Protection that was removed outside of Terraform is reported, though the plan changes nothing."""
    versioning = changed(
        "aws_s3_bucket_versioning.V",
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Suspended"}]},
    )
    rules = changed(LIFECYCLE, {"bucket": "b", "rule": []}, {"bucket": "b", "rule": [expiring(1)]})
    text = summary(reviewed(resource_drift=[versioning, rules])).markdown()
    first = text.splitlines()[0]
    assert first.startswith("🟠 **Nothing changes. Outside of Terraform, data of")
    assert "aws_s3_bucket_versioning.V" in first
    assert LIFECYCLE in first
    assert "current objects are deleted after 1 day" in text


def test_a_bucket_that_shows_the_rules_beside_it_is_in_no_danger() -> None:
    """The first plan after an apply reads a bucket's rules, which another resource sets."""
    rules = [
        {"enabled": True, "expiration": [{"date": "", "days": 0, "expired_object_delete_marker": True}]},
        {"enabled": True, "noncurrent_version_expiration": [{"days": 30}]},
    ]
    bucket = changed(
        "aws_s3_bucket.B", {"bucket": "b", "lifecycle_rule": []}, {"bucket": "b", "lifecycle_rule": rules}
    )
    sets_a_name = {"address": "aws_s3_bucket.B", "expressions": {"bucket": {"constant_value": "b"}}}
    configuration = {"root_module": {"resources": [sets_a_name]}}
    text = summary(reviewed(resource_drift=[bucket], configuration=configuration)).markdown()
    assert text.splitlines()[0].startswith("🟢")
    sets_a_name["expressions"] = {"bucket": {}, "lifecycle_rule": {}}
    text = summary(reviewed(resource_drift=[bucket], configuration=configuration)).markdown()
    assert text.splitlines()[0].startswith("🟠")
    assert "old versions are deleted after 30 days" in text
    assert "deleted on" not in text


def test_moves_and_imports_are_counted() -> None:
    """A plan that only moves and imports says so, rather than that outputs change."""
    moved = resource(
        TABLE, "no-op", before={"name": "t"}, after={"name": "t"}, previous_address="aws_dynamodb_table.Old"
    )
    imported = resource(
        "aws_s3_bucket.B", "no-op", before={"bucket": "b"}, after={"bucket": "b"}, importing={"id": "b"}
    )
    text = summary(reviewed(moved, imported)).markdown()
    assert text.splitlines()[0] == "🟢 **No data is lost: 1 moved, 1 imported.**"
