"""Where removals are counted: CloudWatch, beside what the functions count."""

from typing import Any

from media_pipeline.adapters.clients import aws_errors


class CloudWatchRemovals:
    """Count removals. Raises TransientError and its kin where CloudWatch can't answer."""

    def __init__(self, client: Any, *, namespace: str, pipeline: str) -> None:
        self._client = client
        self._namespace = namespace
        self._pipeline = pipeline

    def asset_removed(self) -> None:
        """Count an asset that was removed."""
        with aws_errors("counting the removal"):
            self._client.put_metric_data(
                Namespace=self._namespace,
                MetricData=[
                    {
                        "MetricName": "AssetsRemoved",
                        "Dimensions": [{"Name": "service", "Value": self._pipeline}],
                        "Unit": "Count",
                        "Value": 1,
                    }
                ],
            )
