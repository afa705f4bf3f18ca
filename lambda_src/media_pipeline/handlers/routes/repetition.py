"""Requests with an Idempotency-Key: done once, and answered alike each time."""

import json

from media_pipeline.domain.requests.remembered import Answered
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Parameter, RouteFunction
from media_pipeline.services.requests.idempotency import KEY_PATTERN

IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    description="A text of the caller's. Another request with it is the same one: it is done once, and for "
    "a day answered alike.",
    schema={"type": "string", "pattern": KEY_PATTERN, "maxLength": 255},
)
PROBLEMS_OF_KEYS = ("INVALID_IDEMPOTENCY_KEY", "REQUEST_IN_PROGRESS", "IDEMPOTENCY_KEY_REUSED")


def takes_key(operation: Operation) -> bool:
    """Tell whether a route takes an Idempotency-Key: other methods than POST are idempotent by themselves."""
    return operation.method == "POST"


def answered_once(call: Call, function: RouteFunction) -> Answer:
    """Return a route's answer, or what it answered to the same request before. Raises RequestProblem."""
    operation = call.operation
    key = call.headers.get(IDEMPOTENCY_KEY.name.lower())
    if key is None or not takes_key(operation):
        return function(call)
    done: list[Answer] = []

    def do() -> Answered:
        answer = function(call)
        done.append(answer)
        body = json.dumps(answer.body) if answer.body is not None else ""
        return Answered(status=answer.status, body=body)

    answered = call.parts.idempotency.once(
        do,
        key=key,
        caller=call.caller.subject,
        route=f"{operation.name} {json.dumps(call.path, sort_keys=True)}",
        body=call.body,
        keeps_answer=operation.answers_once,
    )
    if done:
        return done[0]
    return Answer(status=answered.status, body=json.loads(answered.body) if answered.body else None)
