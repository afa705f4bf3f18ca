"""DynamoDB's expressions mean the same, however often they are applied."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.local_clients import Client

KEY = {"id": {"S": "1"}}
ITEM = {
    **KEY,
    "name": {"S": "film"},
    "price": {"M": {"usd": {"S": "1"}, "rows": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}]}}},
}


@pytest.fixture
def table(client: Client) -> Iterator[Any]:
    """Return what gets the one item of a table by a projection."""
    dynamodb, name = client("dynamodb"), "expressions"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    dynamodb.put_item(TableName=name, Item=ITEM)

    def get(projection: str, **names: str) -> Any:
        more: dict[str, Any] = {
            "ExpressionAttributeNames": {f"#{key}": value for key, value in names.items()}
        }
        return dynamodb.get_item(
            TableName=name, Key=KEY, ProjectionExpression=projection, **(more if names else {})
        )["Item"]

    yield get
    dynamodb.delete_table(TableName=name)


def test_a_projection_shows_what_it_names(table: Any) -> None:
    """Whole attributes, parts of maps and lists, and none that are not there; the item itself stays whole."""
    for _ in range(2):
        assert table("id, nowhere") == KEY
        assert table("#a", a="name") == {"name": ITEM["name"]}
        # The same text with another name is another projection.
        assert table("#a", a="id") == KEY
        assert table("price.usd, price.#r[2], price.#r[0]", r="rows") == {
            "price": {"M": {"usd": {"S": "1"}, "rows": {"L": [{"S": "a"}, {"S": "c"}]}}}
        }
        assert table("id, #n, price", n="name") == ITEM


def test_a_projection_that_is_refused_is_refused_each_time(table: Any) -> None:
    """Paths that overlap, and reserved words, are no less wrong the second time."""
    for _ in range(2):
        with pytest.raises(ClientError, match="overlap"):
            table("price, price.usd")
        with pytest.raises(ClientError, match="reserved keyword"):
            table("name")
