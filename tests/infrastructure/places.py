"""All resources that callers use, by their names in the table of edges."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.infrastructure.functions import function_of, variables_of
from tests.infrastructure.policies import Policy
from tests.infrastructure.stack import (
    ACCOUNT_ID,
    REGION,
    STREAM,
    Resource,
    Stack,
)

FUNCTIONS = ("ingest-orchestrator", "job-status-processor", "reconciler")
API_FUNCTION = "api"
WEBHOOK_FUNCTIONS = ("fan-out", "webhook-sender")
TRANSCODING = "MediaConvert's jobs"
PEOPLE = ("uploader", "operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An ARN to call, and the address of the stack's resource that it belongs to, where there is one."""

    arn: str
    owner: str = ""


@cache
def places(stack: Stack) -> Mapping[str, Place]:
    """Return every place of a pipeline by its name."""
    variables = variables_of(stack, "ingest-orchestrator")
    parameters = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter"
    (queue,), key = stack.of("aws_media_convert_queue"), stack.key
    topics = {
        f"topic for {words}": _place(stack, _named(stack, "aws_sns_topic", "name", component))
        for words, component in (("assets", "notifications"), ("alarms", "alarms"))
    }
    uploads, outputs = (_named(stack, "aws_s3_bucket", "bucket", c) for c in ("uploads", "outputs"))
    table = _named(stack, "aws_dynamodb_table", "name", "assets")
    queues = {
        f"{words} {kind}": _named(stack, "aws_sqs_queue", "name", f"{component}{ending}")
        for words, component in (
            ("processing", "processing"),
            ("captions", "captions"),
            ("job events", "job-events"),
        )
        for kind, ending in (("queue", ""), ("DLQ", "-dlq"))
    }
    found = {
        "uploads bucket": _place(stack, uploads),
        "an upload": _place(stack, uploads, "/a b.mp4"),
        "outputs bucket": _place(stack, outputs),
        "an output": _place(stack, outputs, "/0123/1/hls/master.m3u8"),
        "assets table": _place(stack, table),
        "index by_status_shard": _place(stack, table, "/index/by_status_shard"),
        **{name: _place(stack, found) for name, found in queues.items()},
        "undelivered runs": _place(stack, _named(stack, "aws_sqs_queue", "name", "reconciler-schedule-dlq")),
        **topics,
        "MediaConvert queue": _place(stack, queue),
        "a MediaConvert job": Place(
            arn=f"arn:aws:mediaconvert:{REGION}:{ACCOUNT_ID}:jobs/1671477617078-2886ye"
        ),
        "presets' path": Place(arn=parameters + variables["PRESETS_PATH"]),
        "a preset": Place(arn=f"{parameters}{variables['PRESETS_PATH']}/hls"),
        "profiles": Place(arn=parameters + variables["PROFILES_PARAMETER"]),
        "resources' names": Place(arn=f"{parameters}/{variables['PIPELINE_NAME']}/resources"),
        "the key": _place(stack, key),
        "no resource (`*`)": Place(arn="*"),
        f"role of {TRANSCODING}": _place(stack, stack.with_arn(variables["MEDIACONVERT_ROLE_ARN"])),
        "event bus": Place(arn=f"arn:aws:events:{REGION}:{ACCOUNT_ID}:event-bus/default"),
    }
    for component in FUNCTIONS:
        found |= _function(stack, component)
    return found | _delivery(stack)


def _function(stack: Stack, component: str) -> dict[str, Place]:
    function = function_of(stack, component)
    group = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:/aws/lambda/{function['function_name']}"
    return {
        f"function {component}": _place(stack, function),
        f"role of {component}": _place(stack, stack.with_arn(function["role"])),
        f"log of {component}": Place(arn=f"{group}:log-stream:2026/01/01/[$LATEST]0"),
    }


def _delivery(stack: Stack) -> dict[str, Place]:
    """Return the places that only a pipeline with delivery has."""
    if not stack.of("aws_cloudfront_distribution"):
        return {}
    (distribution,) = stack.of("aws_cloudfront_distribution")
    (signing,) = (key for key in stack.of("aws_kms_key") if key.id != stack.key.id)
    site, uploads = (_named(stack, "aws_s3_bucket", "bucket", name) for name in ("site", "uploads"))
    table = _named(stack, "aws_dynamodb_table", "name", "assets")
    return {
        "the distribution": _place(stack, distribution),
        "a file of the page": _place(stack, site, "/index.html"),
        "the signing key": _place(stack, signing),
        **_webhooks(stack),
        **_function(stack, API_FUNCTION),
        "an alarm": Place(
            arn=f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:"
            + _named(stack, "aws_cloudwatch_metric_alarm", "alarm_name", "alarm-stuck-assets")["alarm_name"]
        ),
        "index by_creation_shard": _place(stack, table, "/index/by_creation_shard"),
        # Below the prefix of the API, which writes nowhere else.
        "an upload": _place(
            stack, uploads, f"/{variables_of(stack, API_FUNCTION)['API_UPLOAD_PREFIX']}ann/a b.mp4"
        ),
    }


def _webhooks(stack: Stack) -> dict[str, Place]:
    """Return the places of webhooks: stream, queue, parameters, functions."""
    queue, dlq = (_named(stack, "aws_sqs_queue", "name", name) for name in ("webhooks", "webhooks-dlq"))
    table = _named(stack, "aws_dynamodb_table", "name", "assets")
    path = variables_of(stack, "webhook-sender")["WEBHOOKS_PATH"]
    parameters = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter{path}"
    found = {
        "webhooks queue": _place(stack, queue),
        "webhooks DLQ": _place(stack, dlq),
        "assets' stream": _place(stack, table, STREAM),
        "endpoints' path": Place(arn=f"{parameters}/endpoints"),
        "an endpoint": Place(arn=f"{parameters}/endpoints/shop"),
        "disabled endpoints' path": Place(arn=f"{parameters}/disabled"),
        "a disabled endpoint": Place(arn=f"{parameters}/disabled/shop"),
        "an endpoint's secrets": Place(arn=f"{parameters}/secrets/shop"),
    }
    for component in WEBHOOK_FUNCTIONS:
        found |= _function(stack, component)
    return found


def identity_policies(stack: Stack, caller: str) -> list[Policy]:
    """Return the policies of a caller: those of its role, or the one that people's roles are given."""
    if caller in PEOPLE:
        return [_named(stack, "aws_iam_policy", "name", caller)["policy"]]
    return stack.policies_of(places(stack)[f"role of {caller}"].arn)


def principal(stack: Stack, caller: str) -> str:
    """Return the ARN of a caller; people call with a role to which the policy is attached."""
    if caller in PEOPLE:
        return f"arn:aws:iam::{ACCOUNT_ID}:role/{caller}"
    return places(stack)[f"role of {caller}"].arn


def resource_policies(stack: Stack, place: str) -> list[Policy]:
    """Return the policies that a place itself has: of a bucket, queue, topic, key, role or function."""
    owner = places(stack)[place].owner
    if not owner:
        return []
    resource = next(r for r in stack.resources if r.address == owner)
    match resource.type:
        case "aws_kms_key":
            return [resource["policy"]]
        case "aws_iam_role":
            return [resource["assume_role_policy"]]
        case "aws_lambda_function":
            return [
                permission_policy(stack, resource, p)
                for p in stack.of("aws_lambda_permission")
                if p["function_name"] == resource["function_name"]
            ]
    attribute, reference = {
        "aws_s3_bucket": ("bucket", "id"),
        "aws_sqs_queue": ("queue_url", "url"),
        "aws_sns_topic": ("arn", "arn"),
    }.get(resource.type, ("", ""))
    if not attribute:
        return []
    named = stack.resolve(f"${{{owner}.{reference}}}")
    return [p["policy"] for p in stack.of(f"{resource.type}_policy") if p[attribute] == named]


def permission_policy(stack: Stack, function: Resource, permission: Resource) -> Policy:
    """Return a Lambda permission as the statement that Lambda makes of it in the function's policy.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    conditions = {"ArnLike": {"AWS:SourceArn": permission["source_arn"]}}
    if permission.get("source_account"):
        conditions["StringEquals"] = {"AWS:SourceAccount": permission["source_account"]}
    statement = {
        "Sid": permission["statement_id"],
        "Effect": "Allow",
        "Principal": {"Service": permission["principal"]},
        "Action": permission["action"],
        "Resource": stack.arn(function),
        "Condition": conditions,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _place(stack: Stack, resource: Resource, below: str = "") -> Place:
    return Place(arn=stack.arn(resource) + below, owner=resource.address)


def _named(stack: Stack, type_: str, attribute: str, component: str) -> Resource:
    account = f"-{ACCOUNT_ID}" if type_ == "aws_s3_bucket" else ""
    wanted = f"media-pipeline-{component}{account}-{stack.name}"
    (found,) = (r for r in stack.of(type_) if r[attribute] == wanted)
    return found
