"""The runbook: it knows every alarm, and each command that it names exists."""

import re
from pathlib import Path

import pytest

from tests.infrastructure.stack import Stack

README = Path(__file__).resolve().parents[2] / "README.md"


def _runbook() -> str:
    found = re.search(r"^## Runbook$(.*?)(?=^## )", README.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def _alarms(stack: Stack) -> set[str]:
    named = [(a["alarm_name"]) for a in stack.of("aws_cloudwatch_metric_alarm")]
    named += [(a["alarm_name"]) for a in stack.of("aws_cloudwatch_composite_alarm")]
    return {name.removeprefix("media-pipeline-alarm-").removesuffix(f"-{stack.name}") for name in named}


def test_every_alarm_is_in_the_runbook(pipeline: Stack) -> None:
    """Whoever is woken by an alarm finds a row for it, and no row speaks of an alarm that isn't there."""
    rows = re.findall(r"^\| (`[^|]*) \|", _runbook(), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == _alarms(pipeline)


def _commands() -> list[str]:
    words = "|".join(("list", "show", "replay", "cancel", "redrive", "backfill", "presets"))
    return sorted(set(re.findall(rf"`((?:{words})(?: [^`]*)?)`", _runbook())))


@pytest.mark.parametrize("command", _commands())
def test_the_runbooks_commands_are_understood(command: str) -> None:
    """Every command that the runbook names is one that the command line takes, word for word."""
    from tools.ops.command_line import parser

    filled = re.sub(r"<[^>]*>", "x", command)
    assert parser().parse_args(filled.split())
