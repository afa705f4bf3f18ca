"""Run the functions' real handlers, each invocation in a process of its own that may kill itself.

``python -m tests.crash.handler_process`` reads invocations from standard input, one JSON object a line, and
writes what became of each to standard output. It has imported the handlers and made their clients once, and
forks for each invocation: what Lambda calls a warm start.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3

from media_pipeline import ingest_orchestrator, job_status_processor, reconciler
from tests.lambda_invocation import Context

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

    def before(self, **_: Any) -> None:
        """Hear of a request that is about to be sent."""
        if self.made == self.kill_after == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self, **_: Any) -> None:
        """Hear of an answer, before the handler does."""
        self.made += 1
        if self.made == self.kill_after:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve until standard input ends."""
    calls = Calls()
    boto3.setup_default_session()
    session = boto3._get_default_session()
    session.events.register("before-send", calls.before)
    session.events.register("response-received", calls.after)
    for module in HANDLERS.values():
        module._wired()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    # The handlers' log, which would otherwise stand between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        invocation = json.loads(line)
        answer = _in_a_process(lambda: _invoke(invocation, calls))  # noqa: B023
        print(json.dumps(answer), file=answers, flush=True)


def _invoke(invocation: dict[str, Any], calls: Calls) -> dict[str, Any]:
    calls.kill_after = invocation["kill_after"]
    context = Context(remaining_milliseconds=60_000)
    result = HANDLERS[invocation["handler"]].handler(invocation["event"], context)
    return {"result": result, "calls": calls.made}


def _in_a_process(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what the work returns, and how its process ended: the number of a signal, or 0."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        try:
            with os.fdopen(write_end, "w") as pipe:
                json.dump(work(), pipe)
            sys.stdout.flush()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        written = pipe.read()
    _, status = os.waitpid(child, 0)
    answer: dict[str, Any] = json.loads(written) if written else {}
    return {**answer, "signal": status & 0x7F, "exit_code": status >> 8}


if __name__ == "__main__":
    main()
