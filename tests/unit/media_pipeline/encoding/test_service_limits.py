"""The local AWS refuses what AWS refuses for its size: what does not fit there, shows here."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from media_pipeline.adapters.dynamodb import from_item, to_item
from tests.support.local_resources import new_assets_table
from tests.support.record_size import item_bytes

# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ITEM_BYTES = 400 * 1024
# Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MAX_MESSAGE_BYTES = 256 * 1024


def record_of(size: int) -> dict[str, Any]:
    """Return a record of so many bytes, which count in UTF-8, names included."""
    record = {"asset_id": "a", "names": ["ü" * 1000, 1, {"k": None}], "text": ""}
    return {**record, "text": "x" * (size - item_bytes(record))}


def test_an_item_of_more_than_400_kb_is_refused(dynamodb: Any) -> None:
    """DynamoDB counts the UTF-8 of names and values, in a put and in what an update would make."""
    table = new_assets_table(dynamodb)
    dynamodb.put_item(TableName=table, Item=to_item(record_of(MAX_ITEM_BYTES)))
    with pytest.raises(ClientError, match="Item size has exceeded"):
        dynamodb.put_item(TableName=table, Item=to_item(record_of(MAX_ITEM_BYTES + 1)))
    with pytest.raises(ClientError, match="Item size to update has exceeded"):
        dynamodb.update_item(
            TableName=table,
            Key={"asset_id": {"S": "a"}},
            UpdateExpression="SET #text = :text",
            ExpressionAttributeNames={"#text": "text"},
            ExpressionAttributeValues={":text": {"S": "x" * MAX_ITEM_BYTES}},
        )
    kept = from_item(dynamodb.get_item(TableName=table, Key={"asset_id": {"S": "a"}})["Item"])
    assert item_bytes(kept) == MAX_ITEM_BYTES


def test_a_message_of_more_than_256_kb_is_refused(local_aws: Callable[[str], Any]) -> None:
    """SNS counts bytes, not characters."""
    sns = local_aws("sns")
    topic = sns.create_topic(Name=f"topic-{uuid4()}")["TopicArn"]
    sns.publish(TopicArn=topic, Message="ü" * (MAX_MESSAGE_BYTES // 2))
    with pytest.raises(ClientError, match="Message too long"):
        sns.publish(TopicArn=topic, Message="ü" * (MAX_MESSAGE_BYTES // 2) + "x")


def test_one_index_is_made_or_removed_at_a_time(dynamodb: Any) -> None:
    """Source: DynamoDB API, UpdateTable: one global secondary index can be created or deleted at once."""
    table = new_assets_table(dynamodb)
    index = {
        "IndexName": "by_job",
        "KeySchema": [{"AttributeName": "job_id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    remove = {"Delete": {"IndexName": "by_status_shard"}}
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("asset_id", "job_id")]

    def update(*changes: Any) -> None:
        dynamodb.update_table(
            TableName=table, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=list(changes)
        )

    with pytest.raises(dynamodb.exceptions.LimitExceededException, match="Only 1 online index"):
        update({"Create": index}, remove)
    update({"Create": index})
    update(remove)
    described = dynamodb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    names = {each["IndexName"] for each in described}
    assert "by_job" in names
    assert "by_status_shard" not in names
