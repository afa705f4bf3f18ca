"""How far repeated runs have come."""

from typing import Generic, TypeVar

State = TypeVar("State")


class FakeCheckpoint(Generic[State]):
    """Remember how far a run has come."""

    def __init__(self) -> None:
        self.state: State | None = None

    def load(self) -> State | None:
        """Return what was saved last, None where there was no run."""
        return self.state

    def save(self, state: State) -> None:
        """Remember how far the run has come."""
        self.state = state
