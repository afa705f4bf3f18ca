"""Count how often a message has come back to a function, and stop it after 16 times, as Lambda does.

MiniStack counts chains of direct invocations, and forgets the count where a queue lies between. On AWS the
count travels in the trace header, as its "lineage": the SDK sends the header that its function was invoked
with, SQS keeps it with the message, and Lambda adds one for the function that it invokes next. Where a
function has been invoked 16 times in one chain and isn't allowed to recurse, the next invocation is refused
to the event source mapping: the message's receives are used up, and it goes to the queue's DLQ. Sources: AWS
Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops"; AWS Compute Blog,
"Detecting and stopping recursive loops in AWS Lambda functions"; botocore, `add_recursion_detection_header`;
Amazon SQS API Reference, SendMessage, AWSTraceHeader.

Not documented: the form of a lineage of several functions, and what becomes of the other messages of a batch.
Here all of a batch are refused, since it is one invocation. Of S3 and SNS, which pass the count on as well,
nothing of a function's comes back to it here.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from ministack.services import cloudwatch, lambda_svc, sqs

MAX_INVOCATIONS = 16

Lineage = Mapping[str, int]
"""How often each function has been invoked in a chain before the present invocation."""

_trace_header: ContextVar[str] = ContextVar("trace_header", default="")
_lineage: ContextVar[Lineage | None] = ContextVar("lineage", default=None)

_log = logging.getLogger("sandbox.local_aws")

longest_chains: dict[str, int] = {}
"""How often each function had been invoked in a chain, at most, since the local AWS was started."""


def apply() -> None:
    """Wrap the sending of messages, the invocation with a batch of them, and the header that it gets."""
    handle, attributes_of = sqs.handle_request, sqs._build_send_sys_attrs
    run_batch, trace_id_of = lambda_svc._run_sqs_batch, lambda_svc._xray_trace_id_for_invocation

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        _trace_header.set(headers.get("x-amzn-trace-id", ""))
        return await handle(method, path, headers, body, query)

    def build_send_sys_attrs(now: float, given: dict[str, Any]) -> dict[str, Any]:
        attributes: dict[str, Any] = attributes_of(now, given)
        if _trace_header.get():
            attributes.setdefault("AWSTraceHeader", unquote(_trace_header.get()))
        return attributes

    def run_sqs_batch(
        mapping: dict[str, Any],
        function: dict[str, Any],
        event: dict[str, Any],
        batch: list[dict[str, Any]],
        queue_url: str,
        queue_name: str,
    ) -> None:
        name = mapping["FunctionName"]
        headers = [record["attributes"].get("AWSTraceHeader", "") for record in event["Records"]]
        lineage = merged(*(lineage_of(header) for header in headers))
        longest_chains[name] = max(longest_chains.get(name, 0), lineage.get(_hash(name), 0))
        if is_stopped(name, lineage):
            # The messages stay as they were received: hidden, and one receive older.
            mapping["LastProcessingResult"] = "PROBLEM: RecursiveInvocationException"
            _log.warning("%s has come back to %s %s times: stopped", queue_name, name, MAX_INVOCATIONS)
            dimensions = {"FunctionName": name}
            cloudwatch.record_metric("AWS/Lambda", "RecursiveInvocationsDropped", 1, "Count", dimensions)
            return
        token = _lineage.set(lineage)
        try:
            run_batch(mapping, function, event, batch, queue_url, queue_name)
        finally:
            _lineage.reset(token)

    def xray_trace_id_for_invocation(config: dict[str, Any], inbound: str | None = None) -> str:
        # Each invocation has a header on AWS; without active tracing it is not sampled.
        header = trace_id_of(config, inbound)
        if header is None:
            header = trace_id_of({"TracingConfig": {"Mode": "Active"}}).replace("Sampled=1", "Sampled=0")
        return f"{header};{passed_on(config['FunctionName'], _lineage.get() or {})}"

    sqs.handle_request = handle_request
    sqs._build_send_sys_attrs = build_send_sys_attrs
    lambda_svc._run_sqs_batch = run_sqs_batch
    lambda_svc._xray_trace_id_for_invocation = xray_trace_id_for_invocation


def lineage_of(header: str) -> Lineage:
    """Read the counts out of a trace header; one that says nothing, or nothing readable, has none.

    ``Root=1-…;Parent=…;Sampled=1;Lineage=1:fe460cdd:0`` is what the first invocation of a chain sends: a
    function's hash, and how often it had been invoked before.
    """
    found: dict[str, int] = {}
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "Lineage":
            for entry in value.split("|"):
                # The leading "1:" is the form's version.
                function, _, count = entry.rpartition(":")
                if count.isdigit():
                    found[function.rpartition(":")[2]] = int(count) + 1
    return found


def merged(*lineages: Lineage) -> Lineage:
    """Return the longest chain of each function."""
    found: dict[str, int] = {}
    for lineage in lineages:
        for function, count in lineage.items():
            found[function] = max(count, found.get(function, 0))
    return found


def passed_on(function_name: str, lineage: Lineage) -> str:
    """Return the header's part that an invocation of a function sends on."""
    own = _hash(function_name)
    sent = {**{function: count - 1 for function, count in lineage.items()}, own: lineage.get(own, 0)}
    return "Lineage=1:" + "|".join(f"{function}:{count}" for function, count in sent.items())


def is_stopped(function_name: str, lineage: Lineage) -> bool:
    """Return whether Lambda refuses to invoke a function once more in a chain."""
    function = lambda_svc._functions.get(function_name) or {}
    may_recurse = function.get("recursive_loop") == "Allow"
    return lineage.get(_hash(function_name), 0) >= MAX_INVOCATIONS and not may_recurse


def _hash(function_name: str) -> str:
    return hashlib.sha256(lambda_svc._func_arn(function_name).encode()).hexdigest()[:8]
