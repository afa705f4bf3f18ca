"""What the commands that change assets have in common: an intention for each asset, then an outcome."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.errors import MediaPipelineError
from tools.ops.errors import is_operators, sentence

Clock = Callable[[], datetime]


class Result(Enum):
    """Say how a change went; what was skipped needed nothing, what failed can be tried again."""

    DONE = auto()
    SKIPPED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """Say what a command would do with an asset as it stands, or why it leaves it alone."""

    asset: Asset
    acts: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Say what became of one asset."""

    asset_id: str
    result: Result
    text: str


class AssetChange(Protocol):
    """A change of one asset; safe to repeat, and safe beside the functions and other operators."""

    def intention(self, asset: Asset) -> Intention:
        """Return what would be done; changes nothing."""
        ...

    def apply(self, asset: Asset) -> Outcome:
        """Do it, where the record is still as `asset` was read."""
        ...


def apply_all(
    change: AssetChange, assets: Iterable[Asset], *, on_done: Callable[[int], None]
) -> list[Outcome]:
    """Change assets one by one. An error is the outcome of its asset alone, unless all would meet it."""
    outcomes = []
    for number, asset in enumerate(assets, start=1):
        stop = False
        try:
            outcome = change.apply(asset)
        except MediaPipelineError as error:
            outcome = Outcome(asset_id=asset.asset_id, result=Result.FAILED, text=sentence(error))
            stop = is_operators(error)
        outcomes.append(outcome)
        on_done(number)
        if stop:
            break
    return outcomes
