"""One conditional UpdateItem of DynamoDB, and plain Python values for its items."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()


class ConditionalWrite:
    """Collect the parts of an UpdateItem on an existing asset; every name and value goes by a placeholder."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._assignments: list[str] = []
        self._removals: list[str] = []
        self._conditions: list[str] = ["attribute_exists(asset_id)"]

    def set(self, name: str, value: Any) -> "ConditionalWrite":
        """Assign an attribute."""
        self._assignments.append(f"{self._name(name)} = {self._value(value)}")
        return self

    def set_once(self, name: str, value: Any) -> "ConditionalWrite":
        """Assign an attribute that has no value yet."""
        placeholder = self._name(name)
        self._assignments.append(f"{placeholder} = if_not_exists({placeholder}, {self._value(value)})")
        return self

    def append(self, name: str, entry: Any) -> "ConditionalWrite":
        """Append an entry to a list, which begins with it where there is none."""
        placeholder = self._name(name)
        so_far = f"if_not_exists({placeholder}, {self._value([])})"
        self._assignments.append(f"{placeholder} = list_append({so_far}, {self._value([entry])})")
        return self

    def remove(self, name: str) -> "ConditionalWrite":
        """Remove an attribute, if it is there."""
        self._removals.append(self._name(name))
        return self

    def require_equal(self, name: str, value: Any) -> "ConditionalWrite":
        """Refuse the write unless the attribute has this value."""
        self._conditions.append(f"{self._name(name)} = {self._value(value)}")
        return self

    def require_absent(self, name: str) -> "ConditionalWrite":
        """Refuse the write where the attribute is there."""
        self._conditions.append(f"attribute_not_exists({self._name(name)})")
        return self

    def require_one_of(self, name: str, values: Sequence[Any]) -> "ConditionalWrite":
        """Refuse the write unless the attribute has one of these values."""
        choices = ", ".join(self._value(value) for value in values)
        self._conditions.append(f"{self._name(name)} IN ({choices})")
        return self

    def require_absent_or_equal(self, name: str, value: Any) -> "ConditionalWrite":
        """Refuse the write where the attribute has another value."""
        return self._require_absent_or(name, "=", value)

    def require_absent_or_below(self, name: str, value: Any) -> "ConditionalWrite":
        """Refuse the write where the attribute has this value or a greater one."""
        return self._require_absent_or(name, "<", value)

    def request(self) -> dict[str, Any]:
        """Return the parameters of UpdateItem that this write is made of."""
        return {
            "UpdateExpression": " ".join(
                f"{action} {', '.join(parts)}"
                for action, parts in (("SET", self._assignments), ("REMOVE", self._removals))
                if parts
            ),
            "ConditionExpression": " AND ".join(self._conditions),
            "ExpressionAttributeNames": self._names,
            "ExpressionAttributeValues": self._values,
        }

    def _require_absent_or(self, name: str, comparison: str, value: Any) -> "ConditionalWrite":
        placeholder = self._name(name)
        self._conditions.append(
            f"(attribute_not_exists({placeholder}) OR {placeholder} {comparison} {self._value(value)})"
        )
        return self

    def _name(self, name: str) -> str:
        self._names[f"#{name}"] = name
        return f"#{name}"

    def _value(self, value: Any) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = _SERIALIZER.serialize(value)
        return placeholder


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
