"""The redelivery of a message is that of the queue that it came by."""

import pytest

from media_pipeline.domain.errors import OperatorError
from media_pipeline.services.redelivery import Redelivery, by_queue
from tests.support.fakes import FakeMetrics, FakeQueue

ARN = "arn:aws:sqs:eu-west-1:123456789012:"
URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/"


def redelivery() -> Redelivery:
    """Return the redelivery of some queue."""
    return Redelivery(
        queue=FakeQueue(),
        metrics=FakeMetrics(),
        max_receive_count=5,
        max_delay_seconds=900,
        random=lambda: 1.0,
    )


def test_the_redelivery_is_that_of_the_messages_queue() -> None:
    """The ARN of a message's source finds the queue of the same name, not one whose name begins so."""
    processing, captions = redelivery(), redelivery()
    find = by_queue({f"{URL}p-captions": captions, f"{URL}p-captions-2": processing})
    assert find(queue_arn=f"{ARN}p-captions") is captions
    assert find(queue_arn=f"{ARN}p-captions-2") is processing


def test_an_unknown_queue_is_named_in_the_error() -> None:
    """A mapping of another queue is an operator's mistake: the sentence names it, and the known ones."""
    with pytest.raises(OperatorError, match=r"p-other is none of the queues .* p-captions"):
        by_queue({f"{URL}p-captions": redelivery()})(queue_arn=f"{ARN}p-other")
