"""Let an alarm tell the topics whose policies, and whose keys' policies, let CloudWatch in, and no other.

MiniStack hands an alarm's news to any topic. On AWS a topic that forbids it, or a key, swallows the news: the
alarm's history has it, and nothing is published.
"""

from __future__ import annotations

import logging
from typing import Any

from ministack.services import cloudwatch

from sandbox.local_aws.fixes.permissions import service_permissions

_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")

_log = logging.getLogger("sandbox.local_aws")


def apply() -> None:
    """Wrap what carries out an alarm's actions."""
    dispatch = cloudwatch._dispatch_alarm_actions

    def dispatch_alarm_actions(alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
        permitted = {kind: [a for a in alarm.get(kind) or [] if _may(a, alarm)] for kind in _ACTIONS}
        dispatch({**alarm, **permitted}, old_state, new_state, reason)

    cloudwatch._dispatch_alarm_actions = dispatch_alarm_actions


def _may(action_arn: str, alarm: dict[str, Any]) -> bool:
    if not cloudwatch._is_sns_action_arn(action_arn):
        return True
    may = service_permissions.alarm_may_publish(action_arn, alarm["AlarmArn"])
    if not may:
        _log.warning("The topic %s, or its key, does not let the alarm %s in", action_arn, alarm["AlarmName"])
    return may
