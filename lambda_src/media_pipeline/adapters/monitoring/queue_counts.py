"""How full queues are now."""

from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.monitoring.charts import QueueCounts


class SqsQueueCounts:
    """Count the messages of queues. Raises TransientError and its kin where SQS can't answer."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def counts(self, queue_url: str) -> QueueCounts:
        """Return how many messages wait and how many are being handled, as SQS estimates it."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        with aws_errors("measuring a queue"):
            answer = self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
        waiting, in_flight = (int(answer["Attributes"][name]) for name in names)
        return QueueCounts(waiting=waiting, in_flight=in_flight)
