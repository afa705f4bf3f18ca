"""Small objects of the outputs bucket that several invocations may change at once: manifests and captions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

State = TypeVar("State")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Hold an object as it was read; the ETag, without quotes, tells this state of it from every other."""

    body: bytes
    etag: str
    content_type: str


class Documents(Protocol):
    """What reads and conditionally writes such objects."""

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETag of every object whose key begins so."""
        ...

    def read(self, key: str) -> Document | None:
        """Return an object, None where there is none."""
        ...

    def begin(self, key: str, *, length: int) -> bytes:
        """Return an object's first bytes, none where there is none."""
        ...

    def write(self, key: str, body: bytes, *, content_type: str, replaces: str | None) -> bool:
        """Replace the object with this ETag, or none; return False where another state is the current one."""
        ...


class Checkpoint(Protocol[State]):
    """How far repeated runs of one kind have come.

    Raises: TransientError and its kin where the record can't be read or written.
    """

    def load(self) -> State | None:
        """Return what was saved last, None where there was no run."""
        ...

    def save(self, state: State) -> None:
        """Remember how far the run has come; nothing is left of what was saved before."""
        ...
