"""Routes of operators: cancel, replay and remove an asset, as the command line does."""

from typing import TYPE_CHECKING

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.delivery.access import Access
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Parameter, Routes, time_left
from media_pipeline.handlers.routes.schemas import ASSET_ID, IN_PATH, TEXT, an_object
from media_pipeline.services.operations.changes import AssetChange, Intention, Outcome, Refusal, Result

if TYPE_CHECKING:
    from media_pipeline.services.operations.removal import Removal

ROUTES = Routes()

# A function of an HTTP API has less than 30 seconds. A removal that takes longer is gone on with by the next
# request. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
REMOVAL_SECONDS = 12

_DONE = an_object({"asset_id": ASSET_ID, "detail": {**TEXT, "description": "What was done, for people."}})
# What is said on the command line of how to go on is not for who calls the API.
_SENTENCES = {
    Refusal.ASSET_IN_REMOVAL: "Its removal has begun; DELETE goes on with it.",
    Refusal.REPLAY_USELESS: "Another attempt at the same file can't help; `force` begins one all the same.",
    Refusal.SOURCE_UNDER_WAY: "Another version of its upload has not ended: cancel that one first.",
}


@ROUTES.serve(
    Operation(
        name="cancelAsset",
        method="POST",
        path="/assets/{asset_id}/cancel",
        access=Access.OPERATOR,
        summary="Cancel an asset that is under way, with its job",
        path_parameters=(IN_PATH,),
        answer=_DONE,
        answer_description="The asset is CANCELED.",
        problems=(
            *("UNKNOWN_ASSET", "ASSET_ENDED", "ASSET_IN_SUBMISSION", "ASSET_IN_VERIFICATION"),
            *("ASSET_CHANGED", "JOB_ENDED"),
        ),
    )
)
def cancel_asset(call: Call) -> Answer:
    """Cancel an asset."""
    return _changed(call, call.parts.cancel)


@ROUTES.serve(
    Operation(
        name="replayAsset",
        method="POST",
        path="/assets/{asset_id}/replay",
        access=Access.OPERATOR,
        summary="Begin another attempt of an asset that has ended",
        path_parameters=(IN_PATH,),
        body=an_object(
            {"force": {"type": "boolean", "description": "Also where it can't help."}}, optional=("force",)
        ),
        is_body_required=False,
        status=202,
        answer=_DONE,
        answer_description="The attempt has begun.",
        problems=(
            *("UNKNOWN_ASSET", "ASSET_UNDER_WAY", "ASSET_IN_REMOVAL", "ASSET_CHANGED"),
            *("ATTEMPTS_USED_UP", "REPLAY_USELESS"),
        ),
    )
)
def replay_asset(call: Call) -> Answer:
    """Begin another attempt."""
    return _changed(call, call.parts.replay(force=call.body.get("force", False)), status=202)


@ROUTES.serve(
    Operation(
        name="removeAsset",
        method="DELETE",
        path="/assets/{asset_id}",
        access=Access.OPERATOR,
        summary="Take an asset down for good: its outputs, captions and record",
        path_parameters=(IN_PATH,),
        query=(
            Parameter(
                name="source",
                description="Whether all versions of its upload go as well.",
                schema={**TEXT, "enum": ["false", "true"]},
            ),
        ),
        answer=_DONE,
        answer_description="The asset is gone.",
        problems=(
            *("UNKNOWN_ASSET", "ASSET_UNDER_WAY", "SOURCE_UNDER_WAY", "ASSET_CHANGED"),
            "REMOVAL_UNFINISHED",
        ),
    )
)
def remove_asset(call: Call) -> Answer:
    """Remove an asset, or as much of it as there is time for."""
    work = call.parts.remove(
        with_source=call.query.get("source") == "true", has_time=time_left(REMOVAL_SECONDS)
    )
    removal = work.plan(call.path["asset_id"])
    if not removal.acts:
        raise _refused(removal)
    with call.parts.metrics.published():
        return _answer(work.apply(removal), 200)


def _changed(call: Call, change: AssetChange, *, status: int = 200) -> Answer:
    asset: Asset | None = call.parts.table.get(call.path["asset_id"])
    if asset is None:
        raise RequestProblem("UNKNOWN_ASSET", "There is no asset of this id.")
    intention = change.intention(asset)
    if not intention.acts:
        raise _refused(intention)
    return _answer(change.apply(asset), status)


def _answer(outcome: Outcome, status: int) -> Answer:
    # An attempt that was begun and not announced is announced by the reconciler.
    if outcome.result is Result.DONE or outcome.refusal is Refusal.NOT_ANNOUNCED:
        return Answer(status=status, body={"asset_id": outcome.asset_id, "detail": outcome.text})
    raise _refused(outcome)


def _refused(what: "Intention | Outcome | Removal") -> RequestProblem:
    refusal = what.refusal or Refusal.ASSET_CHANGED
    code = "UNKNOWN_ASSET" if refusal is Refusal.ASSET_UNKNOWN else refusal.value
    text = what.text if isinstance(what, Intention | Outcome) else what.reason
    sentence = text.removeprefix("left alone: ")
    detail = _SENTENCES.get(refusal, f"{sentence[:1].upper()}{sentence[1:]}.")
    retry = what.retry_after_seconds if isinstance(what, Intention | Outcome) else None
    return RequestProblem(code, detail, retry_after_seconds=retry)
