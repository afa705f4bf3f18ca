"""Replay assets that failed with a code, as many as there is time for."""

from collections.abc import Callable
from datetime import timedelta

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.asset_store import AssetStore
from media_pipeline.domain.errors import OperatorError, TransientError
from media_pipeline.domain.ports import Clock
from media_pipeline.domain.values import dataclass
from media_pipeline.services.operations.changes import Refusal, Result
from media_pipeline.services.operations.replay import Replay
from media_pipeline.services.operations.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Count what became of the assets; `is_all` tells whether none of them was left for another request."""

    begun: int
    left_alone: int
    is_all: bool


def replay_failed(
    table: AssetStore,
    replay: Replay,
    *,
    code: str,
    newer_than: timedelta,
    limit: int,
    clock: Clock,
    has_time: Callable[[], bool],
) -> Replayed:
    """Begin another attempt of up to `limit` assets that failed with a code, the longest ago first.

    Those that a replay can't help are left alone unless `replay` is forced. What AWS can't do now is left for
    another request. Raises OperatorError where all would meet it.
    """
    chosen = Selection(statuses=[AssetStatus.FAILED], newer_than=newer_than, code=code, limit=limit + 1)
    begun = left_alone = 0
    for asset in chosen.find(table, now=clock()):
        if begun + left_alone >= limit or not has_time():
            return Replayed(begun=begun, left_alone=left_alone, is_all=False)
        if not replay.intention(asset).acts:
            left_alone += 1
            continue
        try:
            outcome = replay.apply(asset)
        except OperatorError:
            raise
        except TransientError:
            return Replayed(begun=begun, left_alone=left_alone, is_all=False)
        # What was begun and not announced is announced by the reconciler.
        if outcome.result is Result.DONE or outcome.refusal is Refusal.NOT_ANNOUNCED:
            begun += 1
        else:
            left_alone += 1
    return Replayed(begun=begun, left_alone=left_alone, is_all=True)
