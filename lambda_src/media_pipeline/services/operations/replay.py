"""Replay: an asset that has ended begins its next attempt, with a job and outputs of its own.

The record first, then the event. What dies in between leaves the asset RECEIVED without an event: the
reconciler announces it, as it does any other that is overdue.
"""

from collections.abc import Callable
from typing import Protocol

from media_pipeline.domain.asset import MAX_ATTEMPTS, Asset
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import MediaPipelineError, TransientError
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.values import dataclass
from media_pipeline.services.operations.changes import Intention, Outcome, Refusal, Result


class ProcessingQueue(Protocol):
    """Where uploads are announced."""

    def send(self, body: str) -> None:
        """Send one message."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Begin the next attempt of assets that have ended; where it can't help, only if that is forced.

    `explain` puts an error of AWS into a sentence.
    """

    table: AssetStore
    queue: ProcessingQueue
    clock: Clock
    force: bool = False
    explain: Callable[[MediaPipelineError], str] = str

    def intention(self, asset: Asset) -> Intention:
        """Say which attempt would begin."""
        refused = self._refusal(asset)
        if refused is not None:
            refusal, text = refused
            return Intention(asset=asset, acts=False, text=f"left alone: {text}", refusal=refusal)
        return Intention(asset=asset, acts=True, text=f"begins attempt {asset.attempt + 1}")

    def _refusal(self, asset: Asset) -> tuple[Refusal, str] | None:
        if not asset.is_terminal:
            return Refusal.ASSET_UNDER_WAY, f"attempt {asset.attempt} is under way ({asset.status})"
        if asset.removing_since is not None:
            return Refusal.ASSET_IN_REMOVAL, "its removal has begun; `remove` goes on with it"
        if asset.attempt >= MAX_ATTEMPTS:
            return Refusal.ATTEMPTS_USED_UP, f"it has had {asset.attempt} attempts, the most there may be"
        if asset.error is not None and not asset.error.replay_helps and not self.force:
            text = f"another attempt at the same file can't help ({asset.error.code}); --force"
            return Refusal.REPLAY_USELESS, f"{text} replays it all the same"
        return None

    def apply(self, asset: Asset) -> Outcome:
        """Begin the attempt and announce the upload."""
        begun = self.table.replay(
            asset, now=self.clock(), detail="Replayed by an operator", waives_cap=self.force
        )
        if begun is None:
            return self._changed_meanwhile(asset)
        try:
            self.queue.send(upload_event(begun.upload))
        except TransientError as error:
            text = (
                f"attempt {begun.attempt} has begun, but was not announced: {self.explain(error)} "
                "The reconciler announces it when it is overdue."
            )
            return Outcome(
                asset_id=asset.asset_id, result=Result.FAILED, text=text, refusal=Refusal.NOT_ANNOUNCED
            )
        return Outcome(asset_id=asset.asset_id, result=Result.DONE, text=f"attempt {begun.attempt} has begun")

    def _changed_meanwhile(self, asset: Asset) -> Outcome:
        current = self.table.get(asset.asset_id)
        if current is None:
            text = "left alone: its record has gone"
        else:
            text = f"left alone: meanwhile it is {current.status} (attempt {current.attempt})"
        return Outcome(
            asset_id=asset.asset_id, result=Result.SKIPPED, text=text, refusal=Refusal.ASSET_CHANGED
        )
