"""Resources of the local AWS as the stack makes them, for tests of the adapters, each under a new name."""

from typing import Any
from uuid import uuid4


def new_assets_table(dynamodb: Any) -> str:
    """Make an assets table with its indexes and return its name."""
    name = f"assets-{uuid4()}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "asset_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("asset_id", "status", "updated_at", "job_id")
        ],
        GlobalSecondaryIndexes=[
            _index("by_status", "status", "updated_at"),
            _index("by_job", "job_id"),
        ],
    )
    return name


def new_versioned_bucket(s3: Any) -> str:
    """Make a bucket with versions and return its name."""
    name = f"uploads-{uuid4()}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def _index(name: str, partition_key: str, sort_key: str | None = None) -> dict[str, Any]:
    keys = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    if sort_key is not None:
        keys.append({"AttributeName": sort_key, "KeyType": "RANGE"})
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
