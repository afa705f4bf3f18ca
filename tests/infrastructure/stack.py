"""Read a synthesized stack as AWS would see it: references resolved, embedded JSON decoded.

Terraform fills in `${aws_sqs_queue.x.arn}` when it applies. Here the same is done with a made-up account,
from each resource's own name, so that invariants compare real ARNs and not spellings of references.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.infrastructure.policies import Policy, Request, allows

ENVIRONMENTS = ("dev", "staging", "prod", "sandbox")
STATE_BACKENDS = ("state-backend", "state-backend-sandbox")
# An environment with all of delivery, and the same one without, under a suffix of its own.
DELIVERING = "sandbox"
PLAIN = "plain"
PIPELINES = (*ENVIRONMENTS, PLAIN)
STACKS = (*PIPELINES, *STATE_BACKENDS)

ACCOUNT_ID = "111122223333"
OTHER_ACCOUNT_ID = "999988887777"
REGION = "us-east-1"
# What the ARN of a table's stream has behind that of the table; its time is known after the apply only.
STREAM = "/stream/2026-01-01T00:00:00.000"

ARNS: Mapping[str, str] = {
    "aws_cloudfront_distribution": f"arn:aws:cloudfront::{ACCOUNT_ID}:distribution/{{id}}",
    "aws_cloudfront_function": f"arn:aws:cloudfront::{ACCOUNT_ID}:function/{{name}}",
    "aws_cloudformation_stack": f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:stack/{{name}}/0",
    "aws_cloudwatch_composite_alarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{{alarm_name}}",
    "aws_cloudwatch_event_rule": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{{name}}",
    "aws_cloudwatch_log_delivery_destination": (
        f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:delivery-destination:{{name}}"
    ),
    "aws_cloudwatch_log_group": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{{name}}",
    "aws_cloudwatch_metric_alarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:{{alarm_name}}",
    "aws_dynamodb_table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{{name}}",
    "aws_iam_policy": f"arn:aws:iam::{ACCOUNT_ID}:policy/{{name}}",
    "aws_iam_role": f"arn:aws:iam::{ACCOUNT_ID}:role/{{name}}",
    "aws_kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{{id}}",
    "aws_lambda_function": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{{function_name}}",
    "aws_media_convert_queue": f"arn:aws:mediaconvert:{REGION}:{ACCOUNT_ID}:queues/{{name}}",
    "aws_s3_bucket": "arn:aws:s3:::{bucket}",
    "aws_scheduler_schedule": f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/default/{{name}}",
    "aws_sns_topic": f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{{name}}",
    "aws_sqs_queue": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{{name}}",
    "aws_ssm_parameter": f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter{{name}}",
}
IDS: Mapping[str, str] = {
    "aws_apigatewayv2_api": "{id}",
    "aws_apigatewayv2_authorizer": "{id}",
    "aws_apigatewayv2_integration": "{id}",
    "aws_cloudfront_distribution": "{id}",
    "aws_cognito_user_pool": "{id}",
    "aws_cognito_user_pool_client": "{id}",
    "aws_kms_key": "{id}",
    "aws_lambda_function": "{function_name}",
    "aws_s3_bucket": "{bucket}",
    "aws_sns_topic": ARNS["aws_sns_topic"],
    "aws_sqs_queue": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{{name}}",
}
DATA: Mapping[tuple[str, str], str] = {
    ("aws_caller_identity", "account_id"): ACCOUNT_ID,
    ("aws_partition", "partition"): "aws",
    ("aws_region", "name"): REGION,
    ("aws_region", "id"): REGION,
}
# What Terraform asks of a resource once it is there: expressions over values that are unknown before.
CONDITIONS = ("precondition", "postcondition")
EMBEDDED_JSON = {
    "assume_role_policy",
    "dashboard_body",
    "event_pattern",
    "policy",
    "redrive_allow_policy",
    "redrive_policy",
    "template_body",
}
_REFERENCE = re.compile(r"(?<!\$)\$\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a stack, with resolved attributes."""

    type: str
    id: str
    attributes: Mapping[str, Any]

    @property
    def address(self) -> str:
        """Return Terraform's address of the resource."""
        return f"{self.type}.{self.id}"

    def __getitem__(self, attribute: str) -> Any:
        return self.attributes[attribute]

    def get(self, attribute: str, default: Any = None) -> Any:
        """Return an attribute, or the default where the stack leaves it unset."""
        return self.attributes.get(attribute, default)

    def block(self, attribute: str) -> Mapping[str, Any]:
        """Return a nested block that may be written as an object or as a list of one."""
        value = self.attributes.get(attribute, {})
        if isinstance(value, list):
            assert len(value) == 1, f"{self.address}.{attribute} has {len(value)} blocks"
            value = value[0]
        assert isinstance(value, Mapping)
        return value


class Stack:
    """A synthesized stack with its references resolved."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self.name = name
        self.document = document

    def __repr__(self) -> str:
        return f"Stack({self.name})"

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Return every resource of the stack."""
        return tuple(
            Resource(type_, id_, {k: self.resolve(v, k) for k, v in body.items() if k != "//"})
            for type_, bodies in self.document.get("resource", {}).items()
            for id_, body in bodies.items()
        )

    def of(self, type_: str) -> list[Resource]:
        """Return the resources of one type."""
        return [resource for resource in self.resources if resource.type == type_]

    @property
    def key(self) -> Resource:
        """Return the key that encrypts everything; the others sign."""
        (key,) = (key for key in self.of("aws_kms_key") if key.get("key_usage") != "SIGN_VERIFY")
        return key

    def arn(self, resource: Resource) -> str:
        """Return the ARN that the resource will have in the made-up account."""
        return self._fill(ARNS[resource.type], resource.type, resource.id)

    def with_arn(self, arn: str) -> Resource:
        """Return the resource that has an ARN; fail where the stack has none."""
        found = [r for r in self.resources if r.type in ARNS and self.arn(r) == arn]
        assert len(found) == 1, f"{self.name}: {len(found)} resources have the ARN {arn}"
        return found[0]

    def policies_of(self, role_arn: str) -> list[Policy]:
        """Return the documents of every policy that a role has, inline or attached."""
        role = self.with_arn(role_arn)
        inline = [p["policy"] for p in self.of("aws_iam_role_policy") if p["role"] == role["name"]]
        attached = [
            self.with_arn(a["policy_arn"])["policy"]
            for a in self.of("aws_iam_role_policy_attachment")
            if a["role"] == role["name"]
        ]
        return [*inline, *attached]

    def role_may(self, role_arn: str, action: str, resource: str, **context: str) -> bool:
        """Tell whether a role's own policies allow an action; context keys have `__` for `:`."""
        keys = {key.replace("__", ":"): value for key, value in context.items()}
        return allows(self.policies_of(role_arn), Request(action=action, resource=resource, context=keys))

    def strings(self) -> Iterator[tuple[str, str]]:
        """Yield the path and value of every string in the stack, as synthesized."""
        yield from _strings(self.document, self.name)

    def resolve(self, value: Any, attribute: str = "") -> Any:
        """Replace references in a value; decode it where the attribute is known to hold JSON."""
        if attribute in CONDITIONS:
            return value
        if isinstance(value, Mapping):
            return {k: self.resolve(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.resolve(v) for v in value]
        if not isinstance(value, str):
            return value
        text = _REFERENCE.sub(lambda match: self._reference(match[1]), value)
        return json.loads(text) if attribute in EMBEDDED_JSON else text.replace("$${", "${")

    def _reference(self, expression: str) -> str:
        parts = expression.strip().split(".")
        if parts[0] == "data" and len(parts) == 4:
            known = DATA.get((parts[1], parts[3]))
            return known or f"known-after-apply-{parts[2]}-{parts[3]}"
        if len(parts) == 3:
            return self._attribute(*parts)
        raise ValueError(f"{self.name}: can't resolve ${{{expression}}}")

    def _attribute(self, type_: str, id_: str, attribute: str) -> str:
        body = self.document["resource"][type_][id_]
        if attribute in body:
            return str(self.resolve(body[attribute]))
        if attribute == "stream_arn":
            return self._fill(ARNS[type_], type_, id_) + STREAM
        if attribute == "execution_arn":
            return f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{id_}"
        if attribute == "arn":
            return self._fill(ARNS[type_], type_, id_)
        if attribute in ("id", "key_id", "url"):
            return self._fill(IDS.get(type_, "{name}"), type_, id_)
        # Known after the apply only (a bucket's domain name, a version): unique and recognisable.
        return f"known-after-apply-{id_}-{attribute}"

    def _fill(self, template: str, type_: str, id_: str) -> str:
        body = self.document["resource"][type_][id_]
        values = {
            k: self.resolve(v) for k, v in body.items() if isinstance(v, str) and f"{{{k}}}" in template
        }
        return template.format(id=id_, **{k: v for k, v in values.items() if k != "id"})


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path, value
