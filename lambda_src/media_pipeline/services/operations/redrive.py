"""Redrive: the messages of a dead-letter queue go back to their queue, after a look at what they are.

The messages that were shown are held until they are dealt with, so nothing else is moved than what was shown.
Each is sent first and deleted then: a command that dies in between leaves a second copy, which the functions
take for what it is, and loses none. What is left over is given back, however the command ends.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from math import ceil
from types import TracebackType
from typing import Protocol, Self

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.monitoring.dead_letters import Content, DeadLetter
from media_pipeline.domain.values import dataclass
from media_pipeline.services.operations.pace import Pace

# Empty answers, or nothing but what is held already: then all has been seen.
_IDLE_RECEIVES = 2
_HOLD_MARGIN_SECONDS = 120
# Source: SQS Developer Guide, visibility timeout: at most 12 hours since the message was received
_MAX_HOLD_SECONDS = 11 * 3600


class DeadLetterQueue(Protocol):
    """What a redrive needs of the two queues."""

    def receive(self) -> list[DeadLetter]:
        """Return some messages, which are hidden from others for a while."""
        ...

    def hold(self, letters: Sequence[DeadLetter], *, seconds: int) -> set[str]:
        """Hide messages for so long from now; return the ids of those that were still ours."""
        ...

    def send_back(self, letter: DeadLetter) -> None:
        """Put a message's copy on the queue that it came from."""
        ...

    def delete(self, letter: DeadLetter) -> None:
        """Delete a message."""
        ...


class UnreadablePolicy(StrEnum):
    """Say what becomes of messages that no function can read."""

    KEEP = "keep"
    MOVE = "move"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedMessage:
    """Hold one message with what it is, and its asset where there is one."""

    letter: DeadLetter
    content: Content
    asset: Asset | None

    @property
    def is_unreadable(self) -> bool:
        """Return whether no function can read the message."""
        return self.content.error is not None


@dataclass(slots=True, kw_only=True)
class Redriven:
    """Count what became of the messages; `error` ended the work before its time."""

    moved: int = 0
    dropped: int = 0
    expired: int = 0
    error: MediaPipelineError | None = None


class Redrive:
    """Preview and move dead letters; a context manager, which releases the rest."""

    def __init__(
        self,
        *,
        queue: DeadLetterQueue,
        assets: AssetStore,
        read: Callable[[str], Content],
        pace: Pace,
    ) -> None:
        self._queue = queue
        self._assets = assets
        self._read = read
        self._pace = pace
        self._held: dict[str, DeadLetter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        letters, self._held = list(self._held.values()), {}
        # Where SQS can't answer, it gives them back by itself, later.
        with suppress(MediaPipelineError):
            self._queue.hold(letters, seconds=0)

    def preview(self, *, limit: int, on_received: Callable[[int], None]) -> list[PreviewedMessage]:
        """Return up to `limit` messages, oldest first, and hold them."""
        idle = 0
        while len(self._held) < limit and idle < _IDLE_RECEIVES:
            new = [letter for letter in self._queue.receive() if letter.message_id not in self._held]
            self._held |= {letter.message_id: letter for letter in new}
            idle = 0 if new else idle + 1
            on_received(min(len(self._held), limit))
        letters = sorted(self._held.values(), key=lambda letter: letter.sent_at)[:limit]
        known: dict[str | None, Asset | None] = {None: None}
        shown = []
        for letter in letters:
            content = self._read(letter.body)
            if content.asset_id not in known:
                known[content.asset_id] = self._assets.get(content.asset_id or "")
            shown.append(PreviewedMessage(letter=letter, content=content, asset=known[content.asset_id]))
        return shown

    def hours_beyond_hold(self, messages: int) -> float | None:
        """Return how many hours it takes to move so many, where they can't be held so long; else None."""
        seconds = messages / self._pace.per_second
        return seconds / 3600 if seconds > _MAX_HOLD_SECONDS else None

    def run(
        self,
        shown: Sequence[PreviewedMessage],
        *,
        unreadable: UnreadablePolicy,
        on_done: Callable[[int], None],
    ) -> Redriven:
        """Move the messages that were shown; `unreadable` decides about those that no function can read."""
        done = Redriven()
        work = [one for one in shown if not (one.is_unreadable and unreadable is UnreadablePolicy.KEEP)]
        try:
            seconds = ceil(len(work) / self._pace.per_second) + _HOLD_MARGIN_SECONDS
            held = self._queue.hold([one.letter for one in work], seconds=seconds)
            for number, one in enumerate(work, start=1):
                if one.letter.message_id not in held:
                    done.expired += 1
                    self._held.pop(one.letter.message_id, None)
                    continue
                self._pace.wait()
                if one.is_unreadable and unreadable is UnreadablePolicy.DROP:
                    done.dropped += 1
                else:
                    self._queue.send_back(one.letter)
                    done.moved += 1
                self._queue.delete(one.letter)
                del self._held[one.letter.message_id]
                on_done(number)
        except MediaPipelineError as error:
            done.error = error
        return done
