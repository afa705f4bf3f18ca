"""A change of many assets, one by one."""

from collections.abc import Callable, Iterable

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.services.operations.changes import AssetChange, Outcome, Result
from tools.ops.errors import is_operators, sentence


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
