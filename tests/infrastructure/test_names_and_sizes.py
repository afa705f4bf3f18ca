"""Names by one convention within each service's limits, tags, and sizes that AWS refuses to exceed."""

import base64
import hashlib
import json
import re
from pathlib import Path

from media_pipeline import __version__
from stacks.settings_rules import MAX_PROJECT_AND_SUFFIX_CHARACTERS
from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.stack import ACCOUNT_ID, PLAIN, REGION, Stack

PROJECT = "media-pipeline"

# The attribute that holds the physical name, the pattern that the service admits (its length included), and
# what the convention puts before the name. Sources: the services' API references, of each create operation.
NAMES: dict[str, tuple[str, str, str]] = {
    "aws_cloudformation_stack": ("name", r"[A-Za-z][-A-Za-z0-9]{0,127}", ""),
    "aws_cloudwatch_composite_alarm": ("alarm_name", r"[\x20-\x7e]{1,255}", ""),
    "aws_cloudwatch_dashboard": ("dashboard_name", r"[-_A-Za-z0-9]{1,255}", ""),
    "aws_cloudwatch_event_rule": ("name", r"[.\-_A-Za-z0-9]{1,64}", ""),
    "aws_cloudwatch_log_group": ("name", r"[.\-_/#A-Za-z0-9]{1,512}", "/aws/(lambda|vendedlogs/apis)/"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", r"[\x20-\x7e]{1,255}", ""),
    "aws_apigatewayv2_api": ("name", r"[\w .-]{1,128}", ""),
    "aws_cognito_user_pool": ("name", r"[\w\s+=,.@-]{1,128}", ""),
    "aws_cognito_user_pool_client": ("name", r"[\w\s+=,.@-]{1,128}", ""),
    "aws_dynamodb_table": ("name", r"[a-zA-Z0-9_.\-]{3,255}", ""),
    "aws_cloudfront_cache_policy": ("name", r"[\w-]{1,128}", ""),
    "aws_cloudfront_distribution": ("comment", r"[\w-]{1,128}", ""),
    "aws_cloudfront_function": ("name", r"[a-zA-Z0-9-_]{1,64}", ""),
    "aws_cloudfront_key_group": ("name", r"[\w-]{1,128}", ""),
    "aws_cloudfront_origin_access_control": ("name", r"[\w-]{1,64}", ""),
    "aws_cloudfront_public_key": ("name", r"[\w-]{1,128}", ""),
    "aws_cloudfront_response_headers_policy": ("name", r"[\w-]{1,128}", ""),
    "aws_iam_policy": ("name", r"[\w+=,.@-]{1,128}", ""),
    "aws_iam_role": ("name", r"[\w+=,.@-]{1,64}", ""),
    "aws_kms_alias": ("name", r"alias/[a-zA-Z0-9/_-]{1,250}", "alias/"),
    "aws_lambda_function": ("function_name", r"[a-zA-Z0-9-_]{1,64}", ""),
    "aws_media_convert_queue": ("name", r"[a-zA-Z0-9-_ ]{1,128}", ""),
    "aws_s3_bucket": ("bucket", r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", ""),
    "aws_scheduler_schedule": ("name", r"[0-9a-zA-Z-_.]{1,64}", ""),
    "aws_sns_topic": ("name", r"[-_A-Za-z0-9]{1,256}", ""),
    "aws_sqs_queue": ("name", r"[-_A-Za-z0-9]{1,80}", ""),
}
# Settings of something that is already named, or known by what it joins.
UNNAMED = {
    "aws_apigatewayv2_authorizer",
    "aws_apigatewayv2_integration",
    "aws_apigatewayv2_route",
    "aws_apigatewayv2_stage",
    "aws_cloudwatch_event_target",
    "aws_cognito_resource_server",
    # Unique in a region, and so with the account's number behind the suffix.
    "aws_cognito_user_pool_domain",
    # Groups are named in tokens: viewer, uploader, operator.
    "aws_cognito_user_group",
    # Files of the page are named by its build.
    "aws_s3_object",
    # An inline policy's name is known within its role only.
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_key",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function_recursion_config",
    "aws_lambda_permission",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_sqs_queue_policy",
    "aws_sqs_queue_redrive_allow_policy",
    "aws_sqs_queue_redrive_policy",
}


def test_names_follow_the_convention(pipeline: Stack) -> None:
    """Every physical name is {project}-{component}-{suffix} and fits its service."""
    for resource in pipeline.resources:
        if resource.type in UNNAMED or resource.type == "aws_ssm_parameter":
            continue
        attribute, admitted, prefix = NAMES[resource.type]
        name = resource[attribute]
        assert re.fullmatch(admitted, name), f"{resource.address}: {name}"
        convention = f"{prefix}{PROJECT}-[a-z0-9]+(-[a-z0-9]+)*-{pipeline.name}"
        assert re.fullmatch(convention, name), f"{resource.address}: {name}"


def test_names_fit_the_longest_suffix(pipeline: Stack) -> None:
    """No component is so long that the longest project and suffix allowed overflow a service's limit."""
    padding = "x" * (MAX_PROJECT_AND_SUFFIX_CHARACTERS - len(PROJECT) - len(pipeline.name))
    assert padding
    for resource in pipeline.resources:
        if resource.type in NAMES:
            attribute, admitted, _ = NAMES[resource.type]
            assert re.fullmatch(admitted, resource[attribute] + padding), resource.address


def test_names_are_unique(pipeline: Stack) -> None:
    """No two resources of a kind share a physical name."""
    names = [(r.type, r[NAMES[r.type][0]]) for r in pipeline.resources if r.type in NAMES]
    assert len(set(names)) == len(names)


def test_environments_share_no_name(pipelines: dict[str, Stack]) -> None:
    """Two environments can live in one account: none of their names is the same."""
    named = [
        {(r.type, r[NAMES[r.type][0]]) for r in stack.resources if r.type in NAMES}
        | {(r.type, r["name"]) for r in stack.of("aws_ssm_parameter")}
        for stack in pipelines.values()
    ]
    assert len(named) == 4
    assert len(set().union(*named)) == sum(len(names) for names in named)


def test_bucket_names_carry_the_account(pipeline: Stack) -> None:
    """Bucket names are unique in the world because the account id is in them."""
    for bucket in pipeline.of("aws_s3_bucket"):
        assert f"-{ACCOUNT_ID}-" in bucket["bucket"]


def test_state_buckets_are_valid(state_backend: Stack) -> None:
    """The state bucket is named by the settings, within S3's rules."""
    (bucket,) = state_backend.of("aws_s3_bucket")
    assert re.fullmatch(NAMES["aws_s3_bucket"][1], bucket["bucket"])


def test_parameters_fit_and_parse(pipeline: Stack) -> None:
    """Each preset is a standard parameter: JSON of at most 4,096 bytes under the pipeline's path.

    Source: https://docs.aws.amazon.com/general/latest/gr/ssm.html
    """
    parameters = {p["name"]: p for p in pipeline.of("aws_ssm_parameter")}
    presets = [name for name in parameters if name.startswith(f"/{PROJECT}-{pipeline.name}/presets/")]
    named = sorted(name.rsplit("/", 1)[1] for name in presets)
    assert named == ["audio", "cmaf", "dash", "hls", "m4a", "mp4", "thumbnails"]
    assert f"/{PROJECT}-{pipeline.name}/profiles" in parameters
    for name, parameter in parameters.items():
        assert len(parameter["value"].encode()) <= 4_096, name
        assert isinstance(json.loads(parameter["value"]), dict), name
        assert parameter.get("tier", "Standard") == "Standard"
        assert parameter["type"] == "String"
        assert re.fullmatch(r"/[a-zA-Z0-9_.\-/]{1,1010}", name)


def test_environment_variables_fit(pipeline: Stack) -> None:
    """A function's environment variables take at most 4 KB together.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    for function in pipeline.of("aws_lambda_function"):
        variables = function.block("environment")["variables"]
        assert sum(len(k.encode()) + len(str(v).encode()) for k, v in variables.items()) <= 4_096
        reserved = {"AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID", "AWS_EXECUTION_ENV"}
        assert not reserved & set(variables), function.address


def test_functions_run_as_specified(pipeline: Stack) -> None:
    """Every function runs Python 3.13 on arm64, within Lambda's ranges, with concurrency of its own.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    reserved = 0
    for function in pipeline.of("aws_lambda_function"):
        assert function["runtime"] == "python3.13"
        assert function["architectures"] == ["arm64"]
        assert 1 <= function["timeout"] <= 900
        assert 128 <= function["memory_size"] <= 10_240
        assert function["reserved_concurrent_executions"] >= 1
        group = f"/aws/lambda/{function['function_name']}"
        # In the JSON format Lambda's level overrules the setting's, and above INFO it drops metrics. Source:
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
        assert function.block("logging_config") == {"log_format": "Text", "log_group": group}
        reserved += function["reserved_concurrent_executions"]
    # An account has 1,000 by default and keeps 100 unreserved.
    assert reserved <= 900


def test_code_is_known_by_its_hash(pipeline: Stack, synthesis_directory: Path, plain_directory: Path) -> None:
    """The zip lies beside the stack's JSON, and the hash by which Lambda is updated is its own."""
    for function in pipeline.of("aws_lambda_function"):
        directory = plain_directory if pipeline.name == PLAIN else synthesis_directory
        archive = directory / "stacks" / pipeline.name / function["filename"]
        digest = hashlib.sha256(archive.read_bytes()).digest()
        assert function["source_code_hash"] == base64.b64encode(digest).decode()
        # Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
        assert archive.stat().st_size <= 50 * 1024**2


def test_ranges_of_queues_and_key(pipeline: Stack) -> None:
    """Queue attributes and the key's deletion window lie within what SQS and KMS accept."""
    for queue in pipeline.of("aws_sqs_queue"):
        assert 60 <= queue["message_retention_seconds"] <= 1_209_600
        assert 0 <= queue.get("visibility_timeout_seconds", 30) <= 43_200
        assert 0 <= queue.get("receive_wait_time_seconds", 0) <= 20
        assert 60 <= queue.get("kms_data_key_reuse_period_seconds", 300) <= 86_400
    for key in pipeline.of("aws_kms_key"):
        assert 7 <= key["deletion_window_in_days"] <= 30


def test_everything_is_tagged(any_stack: Stack) -> None:
    """The provider tags everything with Project, Environment and ManagedBy; nothing undoes it."""
    (provider,) = any_stack.document["provider"]["aws"]
    (default,) = provider["default_tags"]
    tags = default["tags"]
    assert tags["Project"] == PROJECT
    assert tags["ManagedBy"] == "cdktf"
    if not any_stack.name.startswith("state-backend"):
        assert tags["Environment"] == SETTINGS[any_stack.name].environment
    for resource in any_stack.resources:
        assert not set(tags) & set(resource.get("tags", {})), resource.address


def test_functions_alone_are_tagged_with_the_version(pipeline: Stack) -> None:
    """A release changes the functions and nothing else, so nothing else carries the version of their code."""
    tagged = {resource.type for resource in pipeline.resources if "Version" in resource.get("tags", {})}
    assert tagged == {"aws_lambda_function"}
    for function in pipeline.of("aws_lambda_function"):
        assert function["tags"] == {"Version": __version__}


def test_provider_is_of_the_region(any_stack: Stack) -> None:
    """The provider works in the region that the settings name, at the one version that was tested."""
    (provider,) = any_stack.document["provider"]["aws"]
    assert provider["region"] == REGION
    assert "endpoints" not in provider
    required = any_stack.document["terraform"]["required_providers"]["aws"]
    assert required == {"source": "aws", "version": "5.100.0"} | required
    assert required["version"] == "5.100.0"
