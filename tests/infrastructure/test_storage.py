"""Buckets, the table, log groups and the key: protected, and deletable where they should be."""

from typing import Any

import pytest

from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.policies import Request, allows
from tests.infrastructure.stack import ACCOUNT_ID, Resource, Stack

PROTECTED = {"prod"}


def _of_bucket(stack: Stack, type_: str, bucket: Resource) -> Resource:
    (found,) = (r for r in stack.of(type_) if r["bucket"] == bucket["bucket"])
    return found


def _bucket(stack: Stack, component: str) -> Resource:
    (bucket,) = (b for b in stack.of("aws_s3_bucket") if f"-{component}-" in b["bucket"])
    return bucket


def test_buckets_are_private(any_stack: Stack) -> None:
    """Every bucket blocks public access in all four ways and is owned by its owner alone."""
    buckets = any_stack.of("aws_s3_bucket")
    assert buckets
    for bucket in buckets:
        block = _of_bucket(any_stack, "aws_s3_bucket_public_access_block", bucket)
        for way in (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        ):
            assert block[way] is True, f"{bucket.address}: {way}"
        ownership = _of_bucket(any_stack, "aws_s3_bucket_ownership_controls", bucket)
        assert ownership.block("rule")["object_ownership"] == "BucketOwnerEnforced"


def test_buckets_are_versioned(any_stack: Stack) -> None:
    """Every bucket keeps old versions, so that an overwrite loses nothing."""
    for bucket in any_stack.of("aws_s3_bucket"):
        versioning = _of_bucket(any_stack, "aws_s3_bucket_versioning", bucket)
        assert versioning.block("versioning_configuration")["status"] == "Enabled"


def test_buckets_are_encrypted(any_stack: Stack) -> None:
    """The pipeline's buckets encrypt with its key and a bucket key; state, older than any key, with S3's."""
    keys = {any_stack.arn(key) for key in any_stack.of("aws_kms_key")}
    for bucket in any_stack.of("aws_s3_bucket"):
        resource = _of_bucket(any_stack, "aws_s3_bucket_server_side_encryption_configuration", bucket)
        (rule,) = resource["rule"] if isinstance(resource["rule"], list) else [resource["rule"]]
        default = rule["apply_server_side_encryption_by_default"]
        if keys:
            assert default["sse_algorithm"] == "aws:kms", bucket.address
            assert default["kms_master_key_id"] in keys
            assert rule["bucket_key_enabled"] is True
        else:
            assert default["sse_algorithm"] in {"AES256", "aws:kms"}, bucket.address


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:ListBucket"])
def test_buckets_refuse_plain_http(any_stack: Stack, action: str) -> None:
    """Whatever else is allowed, a bucket denies requests that don't come over TLS."""
    for bucket in any_stack.of("aws_s3_bucket"):
        policy = _of_bucket(any_stack, "aws_s3_bucket_policy", bucket)["policy"]
        arn = any_stack.arn(bucket)
        resource = arn if action == "s3:ListBucket" else f"{arn}/key"
        everyone_else = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
        }

        def served(secure: str) -> bool:
            request = Request(
                action=action,
                resource=resource,  # noqa: B023
                principal=f"arn:aws:iam::{ACCOUNT_ID}:role/any",
                context={
                    "aws:SecureTransport": secure,
                    "s3:TlsVersion": "1.3",
                    "aws:PrincipalAccount": ACCOUNT_ID,
                },
            )
            return allows([policy, {"Statement": everyone_else}], request)  # noqa: B023

        assert served("true"), bucket.address
        assert not served("false"), bucket.address


def test_buckets_abort_abandoned_uploads(any_stack: Stack) -> None:
    """Parts of an upload that never ended are removed, and old versions don't pile up for ever."""
    for bucket in any_stack.of("aws_s3_bucket"):
        rules = _of_bucket(any_stack, "aws_s3_bucket_lifecycle_configuration", bucket)["rule"]
        aborting = [r for r in rules if r.get("abort_incomplete_multipart_upload")]
        assert aborting, bucket.address
        for rule in aborting:
            (block,) = _as_list(rule["abort_incomplete_multipart_upload"])
            assert 1 <= block["days_after_initiation"] <= 30
        assert {r["status"] for r in rules} == {"Enabled"}
        # Each rule is about the whole bucket.
        assert [f["prefix"] for r in rules for f in _as_list(r["filter"])] == [""] * len(rules)


def test_uploads_are_kept(pipeline: Stack) -> None:
    """Whatever a file's tags say, its key's version never expires, and its archive can be read at once.

    So a quarantined file is kept, and can be looked at and replayed, until a better one takes its place.
    """
    rules = _of_bucket(pipeline, "aws_s3_bucket_lifecycle_configuration", _bucket(pipeline, "uploads"))[
        "rule"
    ]
    for rule in rules:
        assert _as_list(rule["filter"]) == [{"prefix": ""}]
        assert _as_list(rule.get("expiration", [])) in ([], [{"expired_object_delete_marker": True}])
        classes = {tier["storage_class"] for tier in _as_list(rule.get("transition", []))}
        assert classes <= {"STANDARD_IA", "GLACIER_IR"}


def test_buckets_expire_old_versions(any_stack: Stack) -> None:
    """Old versions end after the days of the settings, and the markers of deletions with them."""
    expected = {
        **{name: settings.old_version_days for name, settings in SETTINGS.items()},
        **{s.state.stack_id: s.state.old_version_days for s in SETTINGS.values()},
    }
    for bucket in any_stack.of("aws_s3_bucket"):
        rules = _of_bucket(any_stack, "aws_s3_bucket_lifecycle_configuration", bucket)["rule"]
        (rule,) = (r for r in rules if "noncurrent_version_expiration" in r)
        (expiration,) = _as_list(rule["noncurrent_version_expiration"])
        assert expiration == {"noncurrent_days": expected[any_stack.name]}
        assert _as_list(rule["expiration"]) == [{"expired_object_delete_marker": True}]


def test_buckets_move_to_cheaper_storage(pipeline: Stack) -> None:
    """Sources and outputs move to cheaper storage, still readable at once, after the settings' days."""
    settings = SETTINGS[pipeline.name]
    tiers = {
        "uploads": [
            (settings.sources_infrequent_access_days, "STANDARD_IA"),
            (settings.sources_archive_days, "GLACIER_IR"),
        ],
        "outputs": [(settings.outputs_intelligent_tiering_days, "INTELLIGENT_TIERING")],
    }
    for component, expected in tiers.items():
        bucket = _bucket(pipeline, component)
        rules = _of_bucket(pipeline, "aws_s3_bucket_lifecycle_configuration", bucket)["rule"]
        (rule,) = (r for r in rules if "transition" in r)
        assert [(t["days"], t["storage_class"]) for t in rule["transition"]] == expected


def _as_list(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]


def test_uploads_tell_eventbridge(pipeline: Stack) -> None:
    """The uploads bucket sends its events to EventBridge: without it no upload is ever noticed."""
    notification = _of_bucket(pipeline, "aws_s3_bucket_notification", _bucket(pipeline, "uploads"))
    assert notification["eventbridge"] is True


def test_browsers_can_upload_and_play(pipeline: Stack) -> None:
    """CORS lets the settings' pages put to uploads and get from outputs, ranges included; nothing more."""
    uploads = _of_bucket(pipeline, "aws_s3_bucket_cors_configuration", _bucket(pipeline, "uploads"))
    outputs = _of_bucket(pipeline, "aws_s3_bucket_cors_configuration", _bucket(pipeline, "outputs"))
    to_uploads = {method for rule in uploads["cors_rule"] for method in rule["allowed_methods"]}
    to_outputs = {method for rule in outputs["cors_rule"] for method in rule["allowed_methods"]}
    assert "PUT" in to_uploads
    assert "DELETE" not in to_uploads
    assert to_outputs == {"GET", "HEAD"}
    # A multipart upload ends with the list of its parts' ETags.
    assert {"ETag"} <= {h for rule in uploads["cors_rule"] for h in rule["expose_headers"]}
    assert {"Content-Range"} <= {h for rule in outputs["cors_rule"] for h in rule["expose_headers"]}
    settings = SETTINGS[pipeline.name]
    pages = list(settings.browser_origins)
    # The page of the distribution sends parts to the bucket itself; it plays from its own origin.
    own = [
        f"https://known-after-apply-{d.id}-domain_name" for d in pipeline.of("aws_cloudfront_distribution")
    ]
    own += settings.api.page_origins if settings.delivers else ()
    for rules, origins in ((uploads["cors_rule"], [*pages, *own]), (outputs["cors_rule"], pages)):
        assert all(rule["allowed_origins"] == origins for rule in rules)
    for rule in (*uploads["cors_rule"], *outputs["cors_rule"]):
        assert rule["allowed_headers"] == ["*"]
        assert 0 < rule["max_age_seconds"] <= 86_400


def test_assets_table(pipeline: Stack) -> None:
    """The assets table is on demand, encrypted with our key, recoverable, with TTL and small indexes."""
    (table,) = pipeline.of("aws_dynamodb_table")
    assert table["billing_mode"] == "PAY_PER_REQUEST"
    assert table["hash_key"] == "asset_id"
    encryption = table.block("server_side_encryption")
    assert encryption["enabled"] is True
    assert encryption["kms_key_arn"] in {pipeline.arn(key) for key in pipeline.of("aws_kms_key")}
    assert table.block("point_in_time_recovery")["enabled"] is True
    assert table.block("ttl") == {"attribute_name": "expires_at", "enabled": True}
    indexes = {index["name"]: index for index in table["global_secondary_index"]}
    by_status, by_creation = indexes.pop("by_status_shard"), indexes.pop("by_creation_shard", None)
    assert indexes == {}
    assert (by_status["hash_key"], by_status["range_key"]) == ("status_shard", "updated_at")
    assert by_status["projection_type"] == "INCLUDE"
    assert by_status["non_key_attributes"] == ["attempt", "error_code", "notified_at", "status"]
    keys = {"asset_id", by_status["hash_key"], by_status["range_key"]}
    if by_creation is not None:
        # It is never written after the record was made.
        assert (by_creation["projection_type"], by_creation.get("non_key_attributes")) == ("KEYS_ONLY", None)
        assert (by_creation["hash_key"], by_creation["range_key"]) == ("creation_shard", "created_at")
        keys |= {"creation_shard", "created_at"}
    # DynamoDB refuses a definition of an attribute that no key uses.
    assert {(a["name"], a["type"]) for a in table["attribute"]} == {(key, "S") for key in keys}


def test_log_groups(pipeline: Stack) -> None:
    """Each function logs to an encrypted group with a retention that CloudWatch Logs knows.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    known = {
        *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922),
        *(3288, 3653),
    }
    keys = {pipeline.arn(key) for key in pipeline.of("aws_kms_key")}
    groups = {group["name"]: group for group in pipeline.of("aws_cloudwatch_log_group")}
    for function in pipeline.of("aws_lambda_function"):
        assert f"/aws/lambda/{function['function_name']}" in groups
    for group in groups.values():
        assert group["kms_key_id"] in keys, group.address
        assert group["retention_in_days"] in known, group.address


def test_topic_and_environments_are_encrypted(pipeline: Stack) -> None:
    """The topic and the functions' environment variables are encrypted with our key."""
    key = pipeline.key
    for topic in pipeline.of("aws_sns_topic"):
        assert topic["kms_master_key_id"] in {pipeline.arn(key), key.id}
    for function in pipeline.of("aws_lambda_function"):
        assert function["kms_key_arn"] == pipeline.arn(key)


def test_deletable_or_protected(pipeline: Stack) -> None:
    """Everything goes with a destroy, but for prod, where buckets, table, keys and people resist it."""
    protected = pipeline.name in PROTECTED
    for bucket in pipeline.of("aws_s3_bucket"):
        assert bucket["force_destroy"] is not protected, bucket.address
    (table,) = pipeline.of("aws_dynamodb_table")
    assert table["deletion_protection_enabled"] is protected
    key = pipeline.key
    # The shortest and the longest wait that KMS knows.
    assert key["deletion_window_in_days"] == (30 if protected else 7)
    stateful = ("aws_cognito_user_pool", "aws_dynamodb_table", "aws_kms_key", "aws_s3_bucket")
    for resource in pipeline.resources:
        prevented = resource.block("lifecycle").get("prevent_destroy", False)
        assert prevented is (protected and resource.type in stateful), resource.address
    for group in pipeline.of("aws_cloudwatch_log_group"):
        assert group.get("skip_destroy", False) is False


def test_state_buckets_survive(state_backend: Stack) -> None:
    """The bucket that holds real environments' state can't be destroyed; the sandbox's can."""
    (bucket,) = state_backend.of("aws_s3_bucket")
    sandbox = state_backend.name.endswith("-sandbox")
    assert bucket["force_destroy"] is sandbox
    assert bucket.block("lifecycle").get("prevent_destroy", False) is not sandbox
