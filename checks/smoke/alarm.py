"""One of the pipeline's alarms, set on by hand and given back its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from checks.smoke.deployed import Clients
from checks.smoke.proofs import SmokeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Name an alarm and the state that it had; `reason` is given with every change by hand."""

    cloudwatch: Any
    name: str
    before: str
    reason: str

    def ring(self) -> None:
        """Set it on, from the state that it had: CloudWatch tells of changes alone."""
        self.give_back(self.reason)
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue="ALARM", StateReason=self.reason)

    def give_back(self, reason: str) -> None:
        """Set it to the state that it had: its own next evaluation may be minutes away."""
        self.cloudwatch.set_alarm_state(AlarmName=self.name, StateValue=self.before, StateReason=reason)


@contextmanager
def alarm_on(clients: Clients, topic_arn: str, reason: str) -> Iterator[Alarm]:
    """Set an alarm of a topic on for the length of a block.

    A metric alarm: a composite one would not come back to its own state by itself. Source: CloudWatch API
    Reference, SetAlarmState.

    Raises:
        SmokeError: There is none that is off.
    """
    cloudwatch = clients("cloudwatch")
    chosen = _chosen(cloudwatch, topic_arn)
    alarm = Alarm(
        cloudwatch=cloudwatch,
        name=str(chosen["AlarmName"]),
        before=str(chosen["StateValue"]),
        reason=reason,
    )
    try:
        alarm.ring()
        yield alarm
    finally:
        alarm.give_back(f"{reason} It is over.")


def _chosen(cloudwatch: Any, topic_arn: str) -> Mapping[str, Any]:
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    ours = [
        alarm
        for page in pages
        for alarm in page.get("MetricAlarms", [])
        if topic_arn in alarm.get("AlarmActions", []) and alarm.get("ActionsEnabled", True)
    ]
    off = [alarm for alarm in ours if alarm["StateValue"] != "ALARM"]
    if not ours:
        raise SmokeError(f"No alarm notifies {topic_arn}: deploy the pipeline once more.")
    if not off:
        raise SmokeError("Every alarm is on already: look at them first (docs/runbook.md).")
    # One that says nothing of missing data sends least when it is given back its state.
    return min(off, key=lambda alarm: (bool(alarm.get("InsufficientDataActions")), alarm["AlarmName"]))
