"""A dead-letter queue in memory, seen by who redrives it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from media_pipeline.domain.monitoring.dead_letters import DeadLetter

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class FakeDeadLetterQueue:
    """Hold letters; those that are received are hidden until they are given back.

    `failures` holds what the next calls of a name raise; `lost` are letters that can't be held any longer.
    """

    letters: dict[str, DeadLetter] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    batch: int = 10

    def put(self, body: str, *, message_id: str | None = None, age_seconds: float = 0) -> str:
        """Add a letter; return its id."""
        name = message_id or f"m{len(self.letters) + 1}"
        self.letters[name] = DeadLetter(
            message_id=name,
            receipt_handle=f"handle of {name}",
            body=body,
            receive_count=6,
            sent_at=START - timedelta(seconds=age_seconds),
        )
        return name

    @property
    def visible(self) -> set[str]:
        """Return the ids of the messages that are visible."""
        return set(self.letters) - self.hidden

    def receive(self) -> list[DeadLetter]:
        """Return some visible letters and hide them."""
        self._call("receive")
        found = [letter for name, letter in self.letters.items() if name not in self.hidden][: self.batch]
        self.hidden |= {letter.message_id for letter in found}
        return found

    def hold(self, letters: Iterable[DeadLetter], *, seconds: int) -> set[str]:
        """Hide letters, or give them back after 0 seconds."""
        self._call("hold")
        held = {letter.message_id for letter in letters} - self.lost
        self.hidden = self.hidden | held if seconds else self.hidden - held
        return held

    def send_back(self, letter: DeadLetter) -> None:
        """Put a letter's copy on its queue."""
        self._call(f"send {letter.message_id}")
        self.sent.append(letter.body)

    def delete(self, letter: DeadLetter) -> None:
        """Delete a letter."""
        self._call(f"delete {letter.message_id}")
        self.deleted.append(letter.message_id)
        del self.letters[letter.message_id]

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.failures.get(name.partition(" ")[0]):
            raise self.failures[name.partition(" ")[0]].pop(0)
