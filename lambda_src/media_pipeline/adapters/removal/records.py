"""Where a removal is recorded.

The assets table gets a mark first, and in the end a tombstone in the record's place; CloudWatch counts it
beside what the functions count.
"""

from datetime import datetime
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import to_item, update_request
from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_record import tombstone
from media_pipeline.domain.errors import ConflictError
from media_pipeline.domain.transitions import removal_begun


class RemovedRecords:
    """Mark and replace records. Raises TransientError and its kin where DynamoDB can't answer."""

    def __init__(self, client: Any, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def begin(self, asset: Asset, *, now: datetime) -> bool:
        """Mark an asset that has ended as being removed; return False where it changed meanwhile.

        Neither a replay nor captions touch it from then on. A mark that is there stays.
        """
        write = removal_begun(asset, now=now)
        return self._done(
            lambda: self._client.update_item(
                TableName=self._table_name, Key={"asset_id": {"S": asset.asset_id}}, **update_request(write)
            )
        )

    def end(self, asset_id: str, *, now: datetime, expires_at: int | None) -> bool:
        """Put a tombstone in the place of a marked record; return False where there is none."""
        item = to_item(tombstone(asset_id, now=now, expires_at=expires_at))
        return self._done(
            lambda: self._client.put_item(
                TableName=self._table_name,
                Item=item,
                ConditionExpression="attribute_exists(removing_since)",
            )
        )

    def _done(self, write: Any) -> bool:
        try:
            with aws_errors("removing the record"):
                write()
        except ConflictError:
            return False
        return True


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
