"""How far repeated runs have come: an item each of the assets table, beside the assets."""

from dataclasses import asdict, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.dynamodb import from_item, to_item

# Assets' ids are hexadecimal. Without a status, an item is in no index.
UPLOAD_SWEEP, REINDEXING = "sweep-cursor", "reindexing-cursor"
PENDING_NOTIFICATIONS, LEFTOVERS = "ends-cursor", "leftovers-cursor"
# An operator's own pass, beside that of the reconciler.
REINDEX_COMMAND = "reindex-command-cursor"


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


State = TypeVar("State", bound=_Dataclass)


class DynamoCheckpoint(Generic[State]):
    """Read and write how far a run has come: a dataclass of texts and numbers, by the names of its fields.

    Of two runs at once the last to write wins. Raises TransientError and its kin where DynamoDB can't answer.
    """

    def __init__(self, client: Any, table_name: str, item_id: str, *, state: type[State]) -> None:
        self._client = client
        self._table_name = table_name
        self._item_id = item_id
        self._state = state

    def load(self) -> State | None:
        """Return what was saved last, None where there was no run."""
        with aws_errors(f"reading {self._item_id}"):
            answer = self._client.get_item(
                TableName=self._table_name, Key={"asset_id": {"S": self._item_id}}, ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        record = from_item(answer["Item"])
        known = {each.name for each in fields(self._state)} & record.keys()
        return self._state(**{name: record[name] for name in known})

    def save(self, state: State) -> None:
        """Remember how far the run has come; nothing is left of what was saved before."""
        values = {name: value for name, value in asdict(state).items() if value is not None}
        with aws_errors(f"writing {self._item_id}"):
            self._client.put_item(
                TableName=self._table_name, Item=to_item({"asset_id": self._item_id, **values})
            )
