"""Run the functions' real handlers, each invocation in a process of its own that may kill itself.

``python -m tests.resilience.crash.handler_process`` reads invocations from standard input, one JSON object
a line, and writes what became of each to standard output. It has imported the handlers and made their
clients once, and forks for each invocation: what Lambda calls a warm start. Each call of AWS is reported
before the process may end, so that the test knows of a killed process, too, how far it came.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import IO, Any

import boto3

from media_pipeline.domain import clock
from media_pipeline.handlers import ingest_orchestrator, job_status_processor, reconciler, wiring
from tests.support.lambda_invocation import Context

HANDLERS: dict[str, Any] = {
    "ingest_orchestrator": ingest_orchestrator,
    "job_status_processor": job_status_processor,
    "reconciler": reconciler,
}
NEVER = -1


@dataclass(slots=True)
class Calls:
    """Count the calls of AWS, and end the process after one of them, or before the first (0)."""

    kill_after: int = NEVER
    made: int = 0
    told_to: IO[str] | None = None
    # The index's partitions are queried at once.
    _lock: Lock = field(default_factory=Lock)

    def parameters(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Hear of what a call is about."""
        context["about"] = _about(params)

    def before(self, **_: Any) -> None:
        """Hear of a request that is about to be sent."""
        if self.made == self.kill_after == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self, context: dict[str, Any], event_name: str, **_: Any) -> None:
        """Hear of an answer, before the handler does."""
        operation = event_name.removeprefix("response-received.")
        with self._lock:
            self.made += 1
            print(
                json.dumps({"call": f"{operation}{context.get('about', '')}"}), file=self.told_to, flush=True
            )
            if self.made == self.kill_after:
                os.kill(os.getpid(), signal.SIGKILL)


def _about(parameters: dict[str, Any]) -> str:
    """Return what tells calls of one operation apart: a status, or the item that is no asset."""
    values = parameters.get("ExpressionAttributeValues", {})
    key = parameters.get("Key") or parameters.get("Item") or {}
    asset_id = key.get("asset_id", {}).get("S", "") if isinstance(key, dict) else ""
    if ":shard" in values and "IndexName" in parameters:
        return f" {values[':shard']['S'].partition('#')[0]}"
    return f" {asset_id}" if asset_id.endswith(("-cursor", "-turn")) else ""


@dataclass(slots=True)
class Time:
    """Tell the handlers the time: later than it is, by as much as an invocation says."""

    seconds_later: float = 0

    def now(self) -> datetime:
        """Return the handlers' time."""
        return clock.utc_now() + timedelta(seconds=self.seconds_later)


def main() -> None:
    """Serve until standard input ends."""
    calls, time = Calls(), Time()
    boto3.setup_default_session()
    session = boto3._get_default_session()
    session.events.register("provide-client-params", calls.parameters)
    session.events.register("before-send", calls.before)
    session.events.register("response-received", calls.after)
    wiring.utc_now = time.now  # type: ignore[attr-defined]
    for module in HANDLERS.values():
        module._wired()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    # The handlers' log, which would otherwise stand between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        invocation = json.loads(line)
        answer = _in_a_process(lambda pipe: _invoke(invocation, calls, time, pipe))  # noqa: B023
        print(json.dumps(answer), file=answers, flush=True)


def _invoke(invocation: dict[str, Any], calls: Calls, time: Time, pipe: IO[str]) -> None:
    calls.kill_after, calls.told_to = invocation["kill_after"], pipe
    time.seconds_later = invocation["seconds_later"]
    context = Context(remaining_milliseconds=60_000)
    result = HANDLERS[invocation["handler"]].handler(invocation["event"], context)
    print(json.dumps({"result": result}), file=pipe, flush=True)


def _in_a_process(work: Callable[[IO[str]], None]) -> dict[str, Any]:
    """Return the calls and the result that the work tells, and the signal that ended it, or 0."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            with os.fdopen(write_end, "w") as pipe:
                work(pipe)
            sys.stdout.flush()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        reported = [json.loads(line) for line in pipe]
    _, status = os.waitpid(child, 0)
    result = next((entry["result"] for entry in reported if "result" in entry), None)
    calls = [entry["call"] for entry in reported if "call" in entry]
    return {"result": result, "calls": calls, "signal": status & 0x7F, "exit_code": status >> 8}


if __name__ == "__main__":
    main()
