"""What the changes of single assets have in common: an intention as the asset stands, then an outcome.

Both say in words what people read, and by a code what programs tell apart.
"""

from enum import Enum, StrEnum, auto
from typing import Protocol

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.values import dataclass


class Result(Enum):
    """Say how a change went; what was skipped needed nothing, what failed can be tried again."""

    DONE = auto()
    SKIPPED = auto()
    FAILED = auto()


class Refusal(StrEnum):
    """Say why a change is not made, or not to its end; these names are part of the API's contract."""

    ASSET_ENDED = "ASSET_ENDED"
    ASSET_UNDER_WAY = "ASSET_UNDER_WAY"
    ASSET_IN_SUBMISSION = "ASSET_IN_SUBMISSION"
    ASSET_IN_VERIFICATION = "ASSET_IN_VERIFICATION"
    ASSET_IN_REMOVAL = "ASSET_IN_REMOVAL"
    ASSET_CHANGED = "ASSET_CHANGED"
    ASSET_UNKNOWN = "ASSET_UNKNOWN"
    ATTEMPTS_USED_UP = "ATTEMPTS_USED_UP"
    JOB_ENDED = "JOB_ENDED"
    NOT_ANNOUNCED = "NOT_ANNOUNCED"
    REMOVAL_UNFINISHED = "REMOVAL_UNFINISHED"
    REPLAY_USELESS = "REPLAY_USELESS"
    SOURCE_UNDER_WAY = "SOURCE_UNDER_WAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """Say what a change would do with an asset as it stands, or why it leaves the asset alone.

    After `retry_after_seconds` the answer may be another one.
    """

    asset: Asset
    acts: bool
    text: str
    refusal: Refusal | None = None
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Say what became of one asset; after `retry_after_seconds` another try may go better."""

    asset_id: str
    result: Result
    text: str
    refusal: Refusal | None = None
    retry_after_seconds: int | None = None


class AssetChange(Protocol):
    """A change of one asset; safe to repeat, and safe beside the functions and other operators."""

    def intention(self, asset: Asset) -> Intention:
        """Return what would be done; changes nothing."""
        ...

    def apply(self, asset: Asset) -> Outcome:
        """Do it, where the record is still as `asset` was read."""
        ...
