"""The runbook: it has every alarm, and each command that it names exists."""

import re
from collections import Counter

import pytest

from checks.docs.alarms import alarm_name
from media_pipeline.domain.monitoring.runbook import RUNBOOK, Entry
from tests.infrastructure.stack import Stack
from tools.ops.command_line import parser

_COMMANDS = "|".join(
    ("list", "show", "replay", "cancel", "redrive", "backfill", "presets", "remove", "webhooks")
)


def _alarms(stack: Stack) -> set[str]:
    alarms = [*stack.of("aws_cloudwatch_metric_alarm"), *stack.of("aws_cloudwatch_composite_alarm")]
    return {alarm_name(stack, alarm) for alarm in alarms}


def test_every_alarm_is_in_the_runbook(pipeline: Stack) -> None:
    """Each alarm of each environment has one entry, and no entry names an alarm that doesn't exist."""
    delivers = bool(pipeline.of("aws_apigatewayv2_api"))
    applicable = [entry for entry in RUNBOOK if delivers or not entry.with_delivery]
    entries = Counter(name for entry in applicable for name in entry.alarms)
    assert set(entries) == _alarms(pipeline)
    assert set(entries.values()) == {1}


def _commands() -> list[str]:
    texts = [text for entry in RUNBOOK for text in (entry.look_at, entry.then)]
    return sorted({found for text in texts for found in re.findall(rf"`((?:{_COMMANDS})(?: [^`]*)?)`", text)})


@pytest.mark.parametrize("command", _commands())
def test_the_runbooks_commands_are_understood(command: str) -> None:
    """Every command that the runbook names is one that the command line takes, word for word."""
    filled = re.sub(r"<[^>]*>", "x", command)
    assert parser().parse_args(filled.split())


@pytest.mark.parametrize("entry", RUNBOOK, ids=lambda entry: entry.alarms[0])
def test_repairs_are_those_that_the_row_names(entry: Entry) -> None:
    """A row offers to redrive just the queues, and to replay just where, its words say so."""
    named = re.findall(r"`redrive ([a-z-]+)`", entry.then)
    assert list(entry.redrives) == named
    assert entry.replays == ("`replay --status FAILED" in entry.then)
