"""How large a record is as an item of DynamoDB.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections.abc import Mapping
from typing import Any

_OF_A_COLLECTION, _OF_AN_ENTRY = 3, 1


def item_bytes(record: Mapping[str, Any]) -> int:
    """Return the size of a record: the UTF-8 of its names and values, and what maps and lists add."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in record.items())


def value_bytes(value: Any) -> int:
    """Return the size of one value."""
    match value:
        case None | bool():
            return 1
        case int():
            # About one byte for two digits, and one more; one more for a negative number.
            return (len(str(abs(value))) + 1) // 2 + 1 + (value < 0)
        case str():
            return len(value.encode())
        case Mapping():
            entries = sum(
                len(name.encode()) + value_bytes(each) + _OF_AN_ENTRY for name, each in value.items()
            )
            return _OF_A_COLLECTION + entries
        case _:
            return _OF_A_COLLECTION + sum(value_bytes(each) + _OF_AN_ENTRY for each in value)
