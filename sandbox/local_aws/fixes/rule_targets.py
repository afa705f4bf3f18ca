"""Deliver a rule's events only where the target's policy lets EventBridge in, and the rest to the DLQ.

MiniStack invokes any function and fills any queue, whatever their policies say, and has no dead-letter queues
for targets: a schedule that AWS would never let run runs here. Without permission, and where the target is
gone, EventBridge doesn't try again: the event goes to the target's DLQ, or is lost. Source, also of what the
DLQ's messages say: Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered events".
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import new_uuid
from ministack.services import cloudwatch, eventbridge, lambda_svc, sqs

from sandbox.local_aws.fixes.permissions import service_permissions

Target = dict[str, Any]
Rule = dict[str, Any]

_log = logging.getLogger("sandbox.local_aws")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Say why an event can't be delivered, as the DLQ's message does."""

    code: str
    message: str


def apply() -> None:
    """Wrap the delivery to one target."""
    invoke = eventbridge._invoke_target

    def invoke_target(target: Target, event: dict[str, Any], rule: Rule, view: Any = None) -> None:
        refusal = refusal_of(target["Arn"], rule["Arn"])
        if refusal is None:
            invoke(target, event, rule, view)
        else:
            view = view or eventbridge._pattern_event_view(event)
            _fail(target, rule, json.dumps(view.event_with_detail()), refusal)

    eventbridge._invoke_target = invoke_target


def refusal_of(target_arn: str, rule_arn: str) -> Refusal | None:
    """Return why a rule can't deliver to a function or queue; None where it can, or where it is neither."""
    try:
        service = parse_arn(target_arn).service
    except ArnParseError:
        return None
    if service == "lambda":
        exists = lambda_svc.function_policy_for_arn(target_arn) is not None
        may = exists and service_permissions.rule_may_invoke(target_arn, rule_arn)
    elif service == "sqs":
        exists = sqs._queue_by_arn(target_arn) is not None
        may = exists and service_permissions.rule_may_send(target_arn, rule_arn)
    else:
        return None
    if may:
        return None
    if not exists:
        return Refusal("NO_RESOURCE", f"The target {target_arn} does not exist")
    return Refusal(
        "NO_PERMISSIONS",
        f"No policy of {target_arn}, or of its key, lets {service_permissions.EVENTS} use it for {rule_arn}",
    )


def _fail(target: Target, rule: Rule, payload: str, refusal: Refusal) -> None:
    _count("FailedInvocations", rule)
    dlq = (target.get("DeadLetterConfig") or {}).get("Arn")
    if dlq is None:
        _log.warning("An event of %s is lost, for there is no DLQ: %s", rule["Arn"], refusal.message)
    elif not service_permissions.rule_may_send(dlq, rule["Arn"]):
        _count("InvocationsFailedToBeSentToDlq", rule)
        _log.warning("An event of %s is lost, for its DLQ is forbidden: %s", rule["Arn"], refusal.message)
    else:
        _count("InvocationsSentToDlq", rule)
        _log.warning("An event of %s goes to its DLQ: %s", rule["Arn"], refusal.message)
        attributes_of_failure = {
            "RULE_ARN": rule["Arn"],
            "TARGET_ARN": target["Arn"],
            "ERROR_CODE": refusal.code,
            "ERROR_MESSAGE": refusal.message,
            "RETRY_ATTEMPTS": "0",
        }
        _send(dlq, payload, attributes_of_failure)


def _send(queue_arn: str, body: str, attributes_of_failure: dict[str, str]) -> None:
    queue, now = sqs._queue_by_arn(queue_arn), time.time()
    attributes = {
        name: {"DataType": "String", "StringValue": text} for name, text in attributes_of_failure.items()
    }
    message = {
        "id": new_uuid(),
        "body": body,
        "md5_body": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "md5_attrs": sqs._md5_msg_attrs(attributes),
        "sent_at": now,
        "visible_at": now + sqs.queue_delay(queue),
        "attributes": {},
        "message_attributes": attributes,
    }
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    lambda_svc.esm_wake.set()


def _count(metric: str, rule: Rule) -> None:
    cloudwatch.record_metric("AWS/Events", metric, 1, "Count", {"RuleName": rule["Name"]})
