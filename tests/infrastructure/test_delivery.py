"""How videos are delivered: what is private, how keys are rotated, and what the settings choose."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.bindings import App
from constructs_lib.function import CodeArchive
from stacks.delivery_settings import PlaybackSettings
from stacks.encoding import read_encoding_documents
from stacks.media_pipeline import MediaPipelineStack
from stacks.settings_rules import find_faults
from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.policies import listed, statements
from tests.infrastructure.stack import ACCOUNT_ID, DELIVERING, Resource, Stack

ROOT = Path(__file__).resolve().parents[2]
PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----\n"
CERTIFICATE = f"arn:aws:acm:us-east-1:{ACCOUNT_ID}:certificate/12345678-1234-1234-1234-123456789012"
WEB_ACL = f"arn:aws:wafv2:us-east-1:{ACCOUNT_ID}:global/webacl/media/12345678-1234-1234-1234-123456789012"


def _stacks(folder: Path, *of_playback: Mapping[str, Any]) -> list[Stack]:
    """Return the stacks of sandboxes with delivery, one for each of these settings of playback."""
    (folder / "code.zip").write_bytes(b"zip")
    app = App(outdir=str(folder / "out"))
    names = [f"{DELIVERING}-{number}" for number in range(len(of_playback))]
    for name, playback in zip(names, of_playback, strict=True):
        settings = replace(SETTINGS[DELIVERING], playback=PlaybackSettings(**playback))
        assert find_faults(settings) == []
        MediaPipelineStack(
            app,
            name,
            settings=settings,
            archive=CodeArchive(path=folder / "code.zip", sha256_base64="x"),
            encoding=read_encoding_documents(ROOT / "stacks" / "presets"),
        )
    app.synth()
    documents = [(folder / "out" / "stacks" / name / "cdk.tf.json").read_text() for name in names]
    return [Stack(DELIVERING, json.loads(document)) for document in documents]


def _distribution(stack: Stack) -> Resource:
    (distribution,) = stack.of("aws_cloudfront_distribution")
    return distribution


def _behaviors(stack: Stack) -> dict[str, Mapping[str, Any]]:
    """Return the behaviors by their paths, in the order in which CloudFront tries them."""
    distribution = _distribution(stack)
    ordered = {each["path_pattern"]: each for each in distribution["ordered_cache_behavior"]}
    return {**ordered, "*": distribution.block("default_cache_behavior")}


def test_all_media_is_private_but_for_the_public_folder(delivering: Stack) -> None:
    """Each behavior that answers from the outputs bucket trusts the key group, below /media/public/ none."""
    for path, behavior in _behaviors(delivering).items():
        is_media = behavior["target_origin_id"] == "media"
        assert is_media is path.startswith("/media/")
        is_public = path.startswith("/media/public/")
        assert ("trusted_key_groups" in behavior) is (is_media and not is_public)
        assert behavior["viewer_protocol_policy"] == ("redirect-to-https" if path in _PAGE else "https-only")


_PAGE = ("/assets/*", "*")


def test_manifests_are_tried_before_all_media(delivering: Stack) -> None:
    """The first pattern that matches decides, so manifests come before the pattern that matches all."""
    paths = list(_behaviors(delivering))
    assert paths[-1] == "*"
    for folder in ("/media/", "/media/public/"):
        manifests = [paths.index(f"{folder}*.{end}") for end in ("m3u8", "mpd", "vtt")]
        assert paths.index(f"{folder}*") > max(manifests)


def test_what_is_public_is_tried_first_with_a_function_of_its_own(delivering: Stack) -> None:
    """No behavior without a key group answers a private path, by its order or its function."""
    behaviors = {path: each for path, each in _behaviors(delivering).items() if path.startswith("/media/")}
    is_public = [path.startswith("/media/public/") for path in behaviors]
    assert is_public == sorted(is_public, reverse=True)
    functions: dict[bool, set[str]] = {True: set(), False: set()}
    for path, behavior in behaviors.items():
        (association,) = _listed(behavior["function_association"])
        functions[path.startswith("/media/public/")].add(association["function_arn"])
    assert len(functions[True]) == len(functions[False]) == 1
    assert functions[True] != functions[False]


def test_copies_of_what_is_public_live_for_a_day(delivering: Stack) -> None:
    """A file that is removed without an invalidation, with an attempt that is left over, is gone in a day."""
    longest = _behaviors(delivering)["/media/public/*"]["cache_policy_id"]
    (policy,) = (
        policy
        for policy in delivering.of("aws_cloudfront_cache_policy")
        if delivering.resolve(f"${{{policy.address}.id}}") == longest
    )
    assert policy["max_ttl"] == policy["default_ttl"] == 86_400


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_buckets_are_read_by_this_distribution_alone(delivering: Stack) -> None:
    """Both buckets are origins with access control; nothing makes them public."""
    origins = {origin["origin_id"]: origin for origin in _distribution(delivering)["origin"]}
    (access,) = delivering.of("aws_cloudfront_origin_access_control")
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    for name in ("page", "media"):
        reference = delivering.resolve(f"${{{access.address}.id}}")
        assert origins[name]["origin_access_control_id"] == reference
        assert "s3_origin_config" not in origins[name]


def test_responses_are_hardened(delivering: Stack) -> None:
    """Every answer keeps browsers on HTTPS, its type, out of frames, and tells nothing of S3's encryption."""
    policies = delivering.of("aws_cloudfront_response_headers_policy")
    assert len({b["response_headers_policy_id"] for b in _behaviors(delivering).values()}) == len(policies)
    for policy in policies:
        security = policy.block("security_headers_config")
        transport = security["strict_transport_security"]
        assert transport["access_control_max_age_sec"] >= 365 * 86_400
        assert security["frame_options"] == {"frame_option": "DENY", "override": True}
        assert security["content_type_options"] == {"override": True}
        assert "default-src" in security["content_security_policy"]["content_security_policy"]
        removed = {item["header"] for item in policy.block("remove_headers_config")["items"]}
        assert "x-amz-server-side-encryption-aws-kms-key-id" in removed
        cors = policy.get("cors_config")
        if cors is not None:
            assert cors["access_control_allow_origins"]["items"] == list(SETTINGS[DELIVERING].browser_origins)
            assert cors["access_control_allow_credentials"] is False


def test_answers_of_the_api_say_when_to_come_back(delivering: Stack) -> None:
    """What API Gateway throttles by itself gets a Retry-After; one that the function names stays."""
    policy_id = _behaviors(delivering)["/api/*"]["response_headers_policy_id"]
    (policy,) = (
        policy
        for policy in delivering.of("aws_cloudfront_response_headers_policy")
        if delivering.resolve(f"${{{policy.address}.id}}") == policy_id
    )
    added = {item["header"]: item for item in policy.block("custom_headers_config")["items"]}
    assert added["Retry-After"] == {"header": "Retry-After", "value": "1", "override": False}
    assert all(item["override"] for name, item in added.items() if name != "Retry-After")


def test_the_page_may_call_where_it_uploads_and_signs_in(delivering: Stack) -> None:
    """Its content security policy names both origins, and the bucket takes uploads from its own."""
    api = SETTINGS[DELIVERING].api
    (policy,) = (
        each.block("security_headers_config")["content_security_policy"]["content_security_policy"]
        for each in delivering.of("aws_cloudfront_response_headers_policy")
        if each["comment"] == "The page"
    )
    (called,) = (part.split()[1:] for part in policy.split("; ") if part.startswith("connect-src "))
    assert {"'self'", api.upload_endpoint, api.sign_in_url} == set(called)
    origins = {
        origin
        for each in delivering.of("aws_s3_bucket_cors_configuration")
        for rule in each["cors_rule"]
        if "PUT" in rule["allowed_methods"]
        for origin in rule["allowed_origins"]
    }
    assert origins > set(api.page_origins)


def test_nothing_of_a_signing_key_is_in_the_state(delivering: Stack) -> None:
    """Terraform makes the key in KMS and reads its public half; no resource makes or holds a private one."""
    (signing,) = (key for key in delivering.of("aws_kms_key") if key.get("key_usage") == "SIGN_VERIFY")
    assert signing["customer_master_key_spec"] == "RSA_2048"
    assert not delivering.of("tls_private_key")
    (public,) = delivering.document["data"]["aws_kms_public_key"].values()
    assert delivering.resolve(public["key_id"]) == delivering.arn(signing)


def test_a_key_is_rotated_in_three_steps(tmp_path: Path) -> None:
    """A second key comes in, then it signs, then the first goes; no step touches what the others need."""
    steps: list[tuple[tuple[int, ...], int]] = [((1,), 1), ((1, 2), 1), ((1, 2), 2), ((2,), 2)]
    settings = [{"key_generations": keys, "current_key_generation": current} for keys, current in steps]
    stacks = _stacks(tmp_path, *settings)
    group = [stack.of("aws_cloudfront_key_group")[0]["items"] for stack in stacks]
    keys = [{key.id for key in stack.of("aws_kms_key")} - {stack.key.id} for stack in stacks]
    for stack in stacks:
        for public in stack.of("aws_cloudfront_public_key"):
            # A key leaves its group before it is deleted: CloudFront refuses the other order.
            assert public.block("lifecycle")["create_before_destroy"] is True
    assert group[0] == group[1][:1]
    assert group[1] == group[2]
    assert group[3] == group[2][1:]
    assert keys[0] | keys[3] == keys[1] == keys[2]
    assert not keys[0] & keys[3]


def test_access_logs_are_kept_where_the_settings_say_so(tmp_path: Path, delivering: Stack) -> None:
    """They go to a bucket that deletes them, without signatures, by the provider for us-east-1."""
    assert not delivering.of("aws_cloudwatch_log_delivery_source")
    (stack,) = _stacks(tmp_path, {"access_log_days": 30})
    (source,) = stack.of("aws_cloudwatch_log_delivery_source")
    (destination,) = stack.of("aws_cloudwatch_log_delivery_destination")
    (delivery,) = stack.of("aws_cloudwatch_log_delivery")
    assert (source["log_type"], source["resource_arn"]) == ("ACCESS_LOGS", stack.arn(_distribution(stack)))
    assert not {"cs-uri-query", "cs(Cookie)"} & set(delivery["record_fields"])
    (of_global_services,) = (each for each in stack.document["provider"]["aws"] if "alias" in each)
    assert of_global_services["region"] == "us-east-1"
    for resource in (source, destination, delivery):
        assert resource["provider"] == f"aws.{of_global_services['alias']}"
    (bucket,) = (each for each in stack.of("aws_s3_bucket") if "access-logs" in each["bucket"])
    (configuration,) = _listed(destination["delivery_destination_configuration"])
    assert configuration["destination_resource_arn"] == stack.arn(bucket)
    (lifecycle,) = (
        each for each in stack.of("aws_s3_bucket_lifecycle_configuration") if "AccessLogs" in each.address
    )
    assert {"days": 30} in [rule["expiration"][0] for rule in lifecycle["rule"] if rule["id"] == "expiry"]


def test_access_logs_are_written_by_log_delivery_for_this_account_alone(tmp_path: Path) -> None:
    """Policies of bucket and key admit the service for the account's sources, and no other service new."""
    (stack,) = _stacks(tmp_path, {"access_log_days": 30})
    (bucket,) = (each for each in stack.of("aws_s3_bucket") if "access-logs" in each["bucket"])
    (policy,) = (each for each in stack.of("aws_s3_bucket_policy") if "AccessLogs" in each.address)
    (key,) = (key for key in stack.of("aws_kms_key") if key.get("key_usage") != "SIGN_VERIFY")
    found = {
        statement["Sid"]: statement
        for document in (policy["policy"], key["policy"])
        for statement in statements(document)
        if statement.get("Principal") == {"Service": "delivery.logs.amazonaws.com"}
    }
    assert {sid: listed(statement["Action"]) for sid, statement in found.items()} == {
        "LogDeliveryWrites": ["s3:PutObject"],
        "LogDeliveryReadsAcl": ["s3:GetBucketAcl"],
        "LogDeliveryEncrypts": ["kms:Decrypt", "kms:GenerateDataKey*"],
    }
    assert listed(found["LogDeliveryWrites"]["Resource"]) == [f"{stack.arn(bucket)}/*"]
    for statement in found.values():
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT_ID
        assert statement["Condition"]["ArnLike"]["aws:SourceArn"] == f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:*"


def test_a_domain_has_its_certificate_and_tls_1_2(tmp_path: Path) -> None:
    """With a domain of one's own, viewers need TLS 1.2; WAF and price class are as the settings say."""
    settings = {
        "domain": "media.example.com",
        "certificate_arn": CERTIFICATE,
        "web_acl_arn": WEB_ACL,
        "price_class": "PriceClass_All",
    }
    (stack,) = _stacks(tmp_path, settings)
    distribution = _distribution(stack)
    assert distribution["aliases"] == ["media.example.com"]
    assert distribution.block("viewer_certificate") == {
        "acm_certificate_arn": CERTIFICATE,
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    }
    assert (distribution["web_acl_id"], distribution["price_class"]) == (WEB_ACL, "PriceClass_All")
    assert stack.resolve(stack.document["output"]["delivery_url"]["value"]) == "https://media.example.com/"


def test_a_key_of_an_operator_stays_out_of_kms_and_state(tmp_path: Path) -> None:
    """With the signing `ssm` the stack knows the public half alone, and the path of the private one."""
    settings = {"signing": "ssm", "hash_algorithm": "SHA1", "public_keys": (PEM,)}
    (stack,) = _stacks(tmp_path, settings)
    assert [key.id for key in stack.of("aws_kms_key")] == [stack.key.id]
    (public,) = stack.of("aws_cloudfront_public_key")
    assert public["encoded_key"] == PEM


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cookie_hours", 0),
        ("url_hours", 169),
        ("manifest_seconds", -1),
        ("segment_days", 0),
        ("price_class", "PriceClass_300"),
        ("domain", "Media.example.com"),
        ("certificate_arn", CERTIFICATE.replace("us-east-1", "eu-west-1")),
        ("certificate_arn", CERTIFICATE),
        ("web_acl_arn", WEB_ACL.replace("global", "regional")),
        ("signing", "file"),
        ("hash_algorithm", "SHA1"),
        ("key_generations", ()),
        ("key_generations", (1, 1)),
        ("key_generations", (1, 2, 3, 4, 5, 6)),
        ("key_generations", (0,)),
        ("current_key_generation", 2),
        ("public_keys", (PEM,)),
        ("connect_sources", ("https://example.com/path",)),
    ],
)
def test_impossible_settings_are_named(field: str, value: Any) -> None:
    """What CloudFront or this project refuses is an error of the settings, under the field's name."""
    settings = replace(SETTINGS[DELIVERING], playback=PlaybackSettings(**{field: value}))
    assert f"playback.{field}" in {fault.field for fault in find_faults(settings)}
