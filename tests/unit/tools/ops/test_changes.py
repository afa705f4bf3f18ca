"""Many assets at once: one asset's error is its own, and what all would meet ends the work."""

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import TransientError
from media_pipeline.services.operations.changes import Intention, Outcome, Result
from tests.unit.tools.ops.fakes import OpsWorld
from tools.ops.actions.changes import apply_all


class Failing:
    """A change that raises one error after the other, and then goes well."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    def intention(self, asset: Asset) -> Intention:
        """Say nothing of interest."""
        return Intention(asset=asset, acts=True, text="")

    def apply(self, asset: Asset) -> Outcome:
        """Raise, as the adapters do, or go well."""
        if self._errors:
            with aws_errors("writing the asset"):
                raise self._errors.pop(0)
        return Outcome(asset_id=asset.asset_id, result=Result.DONE, text="")


def three_assets() -> list[Asset]:
    """Return three assets that have failed."""
    world = OpsWorld()
    return [world.asset(AssetStatus.FAILED, key=f"{number}.mp4") for number in range(3)]


def results(*errors: Exception) -> list[Result]:
    """Return how the change of three assets goes with these errors, checking that progress was reported."""
    reported: list[int] = []
    outcomes = apply_all(Failing(*errors), three_assets(), on_done=reported.append)
    assert reported == [number + 1 for number in range(len(outcomes))]
    return [outcome.result for outcome in outcomes]


def test_an_assets_error_is_its_own() -> None:
    """After a timeout the next asset gets its turn."""
    assert results(TransientError("timeout")) == [Result.FAILED, Result.DONE, Result.DONE]


@pytest.mark.parametrize(
    "error",
    [
        ClientError(
            {
                "Error": {"Code": "AccessDeniedException", "Message": "not authorized"},
                "ResponseMetadata": {"HTTPStatusCode": 400},  # type: ignore[typeddict-item]
            },
            "UpdateItem",
        ),
        NoCredentialsError(),
    ],
)
def test_what_all_assets_would_meet_ends_the_work(error: Exception) -> None:
    """A missing permission is said once, and not for each of ten thousand assets."""
    assert results(error, error, error) == [Result.FAILED]


def test_an_error_of_the_program_is_not_swallowed() -> None:
    """What is no error of AWS is not made an outcome."""
    with pytest.raises(ZeroDivisionError):
        results(ZeroDivisionError())
