"""Messages that nobody can read: they must end in the dead-letter queue, and harm nothing."""

from __future__ import annotations

import json
import time

from sandbox.chaos.pipeline import Pipeline
from sandbox.errors import StalledError

_SECONDS = 90.0


def send_poison(pipeline: Pipeline, count: int, run: str) -> frozenset[str]:
    """Put messages on the processing queue, wait until they lie in its DLQ, and return their bodies.

    Raises:
        StalledError: They don't arrive there.
    """
    poison = frozenset(json.dumps({"poison": f"{run} {number}"}) for number in range(count))
    if not poison:
        return poison
    sqs, queue = pipeline.sqs, pipeline.processing_queue
    before = pipeline.depth(pipeline.processing_dlq).total
    usual = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
    # All attempts at the usual visibility timeout would take a quarter of an hour.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    try:
        for body in sorted(poison):
            sqs.send_message(QueueUrl=queue, MessageBody=body)
        deadline = time.monotonic() + _SECONDS
        while pipeline.depth(pipeline.processing_dlq).total < before + count:
            if time.monotonic() > deadline:
                raise StalledError(f"Messages that nobody can read did not reach {pipeline.processing_dlq}.")
            time.sleep(0.3)
    finally:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": usual["VisibilityTimeout"]})
    return poison
