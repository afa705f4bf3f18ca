"""A queue for the length of a run, subscribed to topics: what arrives in it reached everybody else too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from checks.smoke.deployed import Clients


class Mailbox:
    """Keep what the topics sent; JSON messages alone, as the pipeline and CloudWatch write them."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url
        self.messages: list[Mapping[str, Any]] = []

    def collect(self) -> None:
        """Take what has arrived, for at most a second."""
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            try:
                content = json.loads(message["Body"])
            except ValueError:
                content = None
            if isinstance(content, Mapping):
                self.messages.append(content)
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


@contextmanager
def mailbox(clients: Clients, name: str, topic_arns: Sequence[str]) -> Iterator[Mailbox]:
    """Subscribe a new queue to topics for the length of a block.

    The queue is encrypted with SQS's own key, so that SNS needs no right on a key of ours to deliver.
    """
    sqs, sns = clients("sqs"), clients("sns")
    topics = list(dict.fromkeys(topic_arns))
    with ExitStack() as stack:
        url = sqs.create_queue(QueueName=name, Attributes={"MessageRetentionPeriod": "3600"})["QueueUrl"]
        stack.callback(sqs.delete_queue, QueueUrl=url)
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = answer["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_policy(arn, topics))})
        for topic in topics:
            subscribed = sns.subscribe(
                TopicArn=topic,
                Protocol="sqs",
                Endpoint=arn,
                # The message alone, without SNS's envelope.
                Attributes={"RawMessageDelivery": "true"},
                ReturnSubscriptionArn=True,
            )
            stack.callback(sns.unsubscribe, SubscriptionArn=subscribed["SubscriptionArn"])
        yield Mailbox(sqs, url)


def _policy(queue_arn: str, topic_arns: Sequence[str]) -> dict[str, object]:
    """Let the topics alone send. Source: SNS Developer Guide, fanout to Amazon SQS queues."""
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": list(topic_arns)}},
        },
    }
