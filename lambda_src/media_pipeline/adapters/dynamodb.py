"""DynamoDB's requests for conditional writes, and plain Python values for its items."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from media_pipeline.domain.asset_record import Check, Condition, RecordWrite

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()


def update_request(write: RecordWrite) -> dict[str, Any]:
    """Return the parameters of UpdateItem for a write of an item that exists.

    Every name and value goes by a placeholder.
    """
    placeholders = _Placeholders()
    conditions = ["attribute_exists(asset_id)", *map(placeholders.condition, write.conditions)]
    assignments = [
        *(placeholders.assigned(name, value) for name, value in write.assigned.items()),
        *(placeholders.once(name, value) for name, value in write.assigned_once.items()),
        *(placeholders.appended(name, entry) for name, entry in write.appended.items()),
    ]
    removals = [placeholders.name(name) for name in write.removed]
    parts = (("SET", assignments), ("REMOVE", removals))
    request: dict[str, Any] = {
        "UpdateExpression": " ".join(f"{action} {', '.join(each)}" for action, each in parts if each),
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": placeholders.names,
    }
    # DynamoDB takes no empty map of values.
    return {**request, "ExpressionAttributeValues": placeholders.values} if placeholders.values else request


class _Placeholders:
    """Give each name and value of an expression its placeholder."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, name: str) -> str:
        self.names[f"#{name}"] = name
        return f"#{name}"

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = _SERIALIZER.serialize(value)
        return placeholder

    def assigned(self, name: str, value: Any) -> str:
        return f"{self.name(name)} = {self.value(value)}"

    def once(self, name: str, value: Any) -> str:
        return f"{self.name(name)} = if_not_exists({self.name(name)}, {self.value(value)})"

    def appended(self, name: str, entry: Any) -> str:
        so_far = f"if_not_exists({self.name(name)}, {self.value([])})"
        return f"{self.name(name)} = list_append({so_far}, {self.value([entry])})"

    def condition(self, condition: Condition) -> str:
        name, value = self.name(condition.name), condition.value
        match condition.check:
            case Check.EQUAL:
                return f"{name} = {self.value(value)}"
            case Check.ONE_OF:
                return f"{name} IN ({', '.join(self.value(each) for each in value)})"
            case Check.ABSENT:
                return f"attribute_not_exists({name})"
            case Check.ABSENT_OR_EQUAL:
                return f"(attribute_not_exists({name}) OR {name} = {self.value(value)})"
            case Check.ABSENT_OR_BELOW:
                return f"(attribute_not_exists({name}) OR {name} < {self.value(value)})"


def to_item(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record in DynamoDB's form."""
    return {name: _SERIALIZER.serialize(value) for name, value in record.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of DynamoDB as a record whose numbers are int."""
    return {name: _without_decimals(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _without_decimals(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, Mapping):
        return {name: _without_decimals(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_without_decimals(entry) for entry in value]
    return value
