"""Unreadable messages: they must end in the dead-letter queue, and harm nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from sandbox.chaos.evidence import Evidence
from sandbox.chaos.pipeline import Pipeline
from sandbox.runtime.errors import StalledError

_SECONDS = 90.0


def send_poison(pipeline: Pipeline, count: int, run: str) -> frozenset[str]:
    """Put messages on the queues of uploads, wait until they lie in their DLQs, and return their bodies.

    Raises:
        StalledError: They don't arrive there.
    """
    poison = frozenset(json.dumps({"poison": f"{run} {number}"}) for number in range(count))
    if not poison:
        return poison
    bodies = sorted(poison)
    for queue, dlq, mine in (
        (pipeline.processing_queue, pipeline.processing_dlq, bodies[::2]),
        (pipeline.captions_queue, pipeline.captions_dlq, bodies[1::2]),
    ):
        _send(pipeline, queue, dlq, mine)
    return poison


def delete_poison(pipeline: Pipeline, evidence: Evidence) -> None:
    """Delete the load test's own messages from the dead-letter queues."""
    for letter in evidence.letters:
        if letter.body in evidence.poison:
            pipeline.sqs.delete_message(QueueUrl=letter.queue_url, ReceiptHandle=letter.receipt_handle)


def _send(pipeline: Pipeline, queue: str, dlq: str, bodies: Sequence[str]) -> None:
    sqs = pipeline.sqs
    before = pipeline.depth(dlq).total
    usual = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    # All attempts at the usual visibility timeout would take a quarter of an hour.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    try:
        for body in bodies:
            sqs.send_message(QueueUrl=queue, MessageBody=body)
        deadline = time.monotonic() + _SECONDS
        while pipeline.depth(dlq).total < before + len(bodies):
            if time.monotonic() > deadline:
                raise StalledError(f"Unreadable messages did not reach {dlq}.")
            time.sleep(0.3)
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": usual["VisibilityTimeout"]})
