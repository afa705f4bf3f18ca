"""Resources of the local AWS as the stack makes them, for tests of the adapters, each under a new name."""

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

from media_pipeline.domain.indexes.creation import (
    CREATION_INDEX,
    CREATION_SHARD_ATTRIBUTE,
    CREATION_SORT_ATTRIBUTE,
)
from media_pipeline.domain.status_index import (
    PROJECTED,
    SHARD_ATTRIBUTE,
    SORT_ATTRIBUTE,
    STATUS_INDEX,
)


def new_assets_table(dynamodb: Any, name: str | None = None) -> str:
    """Make an assets table with its indexes and return its name."""
    table_name = name or f"assets-{uuid4()}"
    dynamodb.create_table(
        TableName=table_name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "asset_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in (
                *("asset_id", SHARD_ATTRIBUTE, SORT_ATTRIBUTE),
                *(CREATION_SHARD_ATTRIBUTE, CREATION_SORT_ATTRIBUTE),
            )
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": STATUS_INDEX,
                "KeySchema": [
                    {"AttributeName": SHARD_ATTRIBUTE, "KeyType": "HASH"},
                    {"AttributeName": SORT_ATTRIBUTE, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(PROJECTED)},
            },
            {
                "IndexName": CREATION_INDEX,
                "KeySchema": [
                    {"AttributeName": CREATION_SHARD_ATTRIBUTE, "KeyType": "HASH"},
                    {"AttributeName": CREATION_SORT_ATTRIBUTE, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    )
    return table_name


def new_versioned_bucket(s3: Any) -> str:
    """Make a bucket with versions and return its name."""
    name = f"uploads-{uuid4()}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def admit_rule(sqs: Any, queue_url: str, rule_arn: str) -> str:
    """Let a rule put events on a queue, as its policy must; return the queue's ARN."""
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    queue_arn: str = answer["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    return queue_arn


def new_function(lambda_: Any, role: str) -> str:
    """Make a function that says in its log that it was invoked; return its name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.py", "def handler(event, context): print('INVOKED')")
    name = f"function-{uuid4()}"
    lambda_.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="a.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return name
