"""What a function logs: all that belongs to an invocation is there, and no invocation waits for more."""

import io
import json
import time
import zipfile
from typing import Any
from uuid import uuid4

import pytest

from tests.support.local_clients import Client
from tests.support.local_roles import make_role
from tests.support.waiting import wait_for

HANDLER = """
import sys

def handler(event, context):
    for line in event["lines"]:
        print(line)
    if event.get("fails"):
        raise ValueError("it fails")
    return len(event["lines"])
"""


@pytest.fixture
def function(client: Client) -> str:
    """Make a function that logs the lines of its event."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("logs.py", HANDLER)
    name = f"logs-{uuid4()}"
    client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=make_role(client, service="lambda.amazonaws.com"),
        Handler="logs.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    return name


def invoked(client: Client, function: str, **event: object) -> Any:
    """Invoke a function and return its answer."""
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return json.load(answer["Payload"])


def logged(client: Client, function: str) -> list[list[str]]:
    """Return what the function itself has logged, invocation by invocation."""
    events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    streams: dict[str, list[str]] = {}
    for event in events:
        lines = streams.setdefault(event["logStreamName"], [])
        if not event["message"].startswith(("START ", "END ", "REPORT ")):
            lines.append(event["message"])
    return list(streams.values())


def test_an_invocations_lines_are_its_own(client: Client, function: str) -> None:
    """Many lines, none, and those before an error: each invocation has its own, and nothing else."""
    many = [f"line {number}" for number in range(500)]
    assert invoked(client, function, lines=many) == 500
    assert invoked(client, function, lines=[]) == 0
    assert invoked(client, function, lines=["before"], fails=True)["errorMessage"] == "it fails"
    wait_for(lambda: len(logged(client, function)) == 3)
    first, second, third = sorted(logged(client, function), key=len, reverse=True)
    assert first == many
    assert second[0] == "before"
    assert third == []


def test_an_invocation_that_logs_nothing_is_answered_at_once(client: Client, function: str) -> None:
    """MiniStack waits 50 milliseconds for a line that might come."""
    invoked(client, function, lines=[])
    fastest = 1.0
    for _ in range(20):
        begun = time.monotonic()
        invoked(client, function, lines=[])
        fastest = min(fastest, time.monotonic() - begun)
    assert fastest < 0.05
