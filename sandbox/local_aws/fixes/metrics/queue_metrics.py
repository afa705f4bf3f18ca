"""Publish how full queues are, and how old their oldest message is, once a minute as SQS does.

MiniStack has no metrics of queues. Source: Amazon SQS Developer Guide, "Available CloudWatch metrics for
Amazon SQS",
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
SQS falls silent for a queue that was idle for six hours; here it does not.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from typing import Any

from ministack.core import responses
from ministack.services import cloudwatch, sqs

PERIOD_SECONDS = 60.0


async def publish_regularly() -> None:
    """Publish until this is cancelled."""
    while True:
        publish()
        await asyncio.sleep(PERIOD_SECONDS)


def publish() -> None:
    """Publish a value of each metric of each queue, in the account and region of the queue."""
    for (account_id, region, _), queue in list(sqs._queues._data.items()):
        contextvars.copy_context().run(_publish, account_id, region, queue)


def measured(queue: dict[str, Any], now: float) -> dict[str, float]:
    """Return what there is to publish of a queue."""
    messages = list(queue["messages"])
    visible = sum(message["visible_at"] <= now for message in messages)
    received = sum(message["visible_at"] > now and message["receive_count"] > 0 for message in messages)
    oldest = min((message["sent_at"] for message in messages), default=now)
    return {
        "ApproximateNumberOfMessagesVisible": visible,
        "ApproximateNumberOfMessagesNotVisible": received,
        "ApproximateAgeOfOldestMessage": max(0.0, now - oldest),
    }


def _publish(account_id: str, region: str, queue: dict[str, Any]) -> None:
    responses._request_account_id.set(account_id)
    responses._request_region.set(region)
    dimensions = {"QueueName": queue["name"]}
    for name, value in measured(queue, time.time()).items():
        unit = "Seconds" if name == "ApproximateAgeOfOldestMessage" else "Count"
        cloudwatch.record_metric("AWS/SQS", name, value, unit=unit, dimensions=dimensions)
