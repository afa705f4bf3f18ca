"""Answer whether the policies of a resource, and of the key that encrypts it, let a service of AWS use it.

A service calls in its own name: what decides is the policy of what it calls, which names the service and may
ask for what the service tells of its source. MiniStack asks such policies of S3 and SNS only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import kms, lambda_svc, sns, sqs

EVENTS = "events.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"

_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")

Policy = str | Mapping[str, Any] | None


def admits(policy: Policy, *, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Return whether a policy lets a service do something.

    Args:
        policy: The resource's policy; without one, no service is let in.
        service: The service's principal.
        action: What it wants to do.
        resource: The resource's ARN.
        context: The condition keys that the service sends; a condition on another one doesn't hold.
    """
    context = iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=True,
        service_context={key.lower(): value for key, value in context.items()},
    )
    return bool(iam_evaluator.evaluate_resource_policy(policy, context, service=service).decision == "Allow")


def rule_may_invoke(function_arn: str, rule_arn: str) -> bool:
    """Return whether a rule may invoke a function, telling its own ARN and nothing else.

    A permission that asks for the account as well keeps EventBridge from invoking the function. Source:
    Amazon EventBridge User Guide, "Troubleshooting Amazon EventBridge": my rule ran but my Lambda function
    wasn't invoked.
    """
    found = lambda_svc.function_policy_for_arn(function_arn)
    return found is not None and admits(
        found[0],
        service=EVENTS,
        action="lambda:InvokeFunction",
        resource=function_arn,
        context={"aws:SourceArn": rule_arn},
    )


def rule_may_send(queue_arn: str, rule_arn: str) -> bool:
    """Return whether a rule may put events on a queue: by the queue's policy, and by its key's.

    Sources: Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered events" (the
    request names the rule's ARN); Amazon SQS Developer Guide, "Key management" (a customer's key, actions).
    """
    queue = sqs._queue_by_arn(queue_arn)
    if queue is None:
        return False
    attributes = queue["attributes"]
    may_send = admits(
        attributes.get("Policy"),
        service=EVENTS,
        action="sqs:SendMessage",
        resource=queue_arn,
        context={"aws:SourceArn": rule_arn},
    )
    # AWS's own CDK scopes the key's policy for such queues by account, in EVENTS_TARGET_QUEUE_SAME_ACCOUNT.
    return may_send and _key_admits(
        attributes.get("KmsMasterKeyId"), EVENTS, {"aws:SourceAccount": get_account_id()}
    )


def alarm_may_publish(topic_arn: str, alarm_arn: str) -> bool:
    """Return whether an alarm may publish to a topic: by the topic's policy, and by its key's.

    The encryption context names the topic; whether it names the account is documented nowhere, so no policy
    may rest on it here. Sources: Amazon SNS Developer Guide, "Example cases for Amazon SNS
    access control" and "Managing Amazon SNS encryption keys and costs".
    """
    topic = sns._topics.get(topic_arn)
    if topic is None:
        return False
    attributes, account = topic["attributes"], get_account_id()
    may_publish = admits(
        attributes.get("Policy"),
        service=CLOUDWATCH,
        action="sns:Publish",
        resource=topic_arn,
        # AWS:SourceOwner is what the policy asks for that every topic begins with.
        context={"aws:SourceArn": alarm_arn, "aws:SourceAccount": account, "aws:SourceOwner": account},
    )
    return may_publish and _key_admits(
        attributes.get("KmsMasterKeyId"), CLOUDWATCH, {"kms:EncryptionContext:aws:sns:topicArn": topic_arn}
    )


def _key_admits(key_id: str | None, service: str, context: Mapping[str, str]) -> bool:
    if not key_id:
        return True
    # Keys that AWS manages let no other service in, and MiniStack has none of them.
    key = kms._resolve_key(key_id)
    return key is not None and all(
        admits(key["Policy"], service=service, action=action, resource=key["Arn"], context=context)
        for action in _KEY_ACTIONS
    )
