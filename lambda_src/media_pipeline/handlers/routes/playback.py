"""Routes that let a viewer in: to play an asset in this browser, or to open one of its files elsewhere."""

from datetime import timedelta
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.delivery.access import Access
from media_pipeline.domain.delivery.playback import asset_path, media_path
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.routes.assets import existing_asset
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Routes
from media_pipeline.handlers.routes.schemas import (
    CAPTION,
    IN_PATH,
    OUTPUT,
    PUBLIC,
    TEXT,
    TIME,
    a_list,
    an_object,
)
from media_pipeline.services.delivery.asset_views import caption_view, captions_of, output_view, outputs_of

ROUTES = Routes()


@ROUTES.serve(
    Operation(
        name="playAsset",
        method="POST",
        path="/assets/{asset_id}/playback",
        access=Access.VIEWER,
        summary="Let this browser play an asset: its outputs' paths, and cookies that open them",
        path_parameters=(IN_PATH,),
        answer=an_object(
            {
                "outputs": a_list(OUTPUT),
                "captions": a_list(CAPTION),
                "path": {**TEXT, "description": "Below it, the cookies open everything."},
                "public": PUBLIC,
                "expires_at": {**TIME, "description": "When the cookies end; without them, nothing does."},
            },
            optional=("expires_at",),
        ),
        answer_description="What can be opened; the cookies are for these paths alone, and last for hours. "
        "What is public comes without cookies.",
        answer_headers={"Set-Cookie": "The distribution's signed cookies: HttpOnly, SameSite=Strict."},
        problems=("UNKNOWN_ASSET", "NOT_PLAYABLE"),
        answers_once=False,
    )
)
def play_asset(call: Call) -> Answer:
    """Sign cookies for everything of one asset; what is public needs none."""
    asset = _playable(call)
    body: dict[str, Any] = {
        "outputs": [output_view(entry) for entry in outputs_of(asset)],
        "captions": [caption_view(entry) for entry in captions_of(asset)],
        "path": asset_path(asset.asset_id, is_public=asset.is_public),
        "public": asset.is_public,
    }
    if asset.is_public:
        return Answer(body=body)
    now = call.parts.clock()
    cookies = call.parts.playback.cookies(asset.asset_id, now=now)
    ends = now + timedelta(hours=call.parts.config.playback_cookie_hours)
    return Answer(
        body={**body, "expires_at": timestamp(ends)},
        cookies=tuple(cookie.header() for cookie in cookies),
    )


@ROUTES.serve(
    Operation(
        name="signDownload",
        method="POST",
        path="/assets/{asset_id}/downloads",
        access=Access.VIEWER,
        summary="Sign a URL that opens one file of an asset, for a download or a player elsewhere",
        path_parameters=(IN_PATH,),
        body=an_object(
            {
                "path": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1_200,
                    "description": "The path of an output or of captions, as the asset tells it.",
                }
            }
        ),
        answer=an_object({"url": TEXT, "expires_at": TIME}, optional=("expires_at",)),
        answer_description="The URL, which opens the file to anyone who has it, a public one without an end.",
        problems=("UNKNOWN_ASSET", "UNKNOWN_OUTPUT", "NOT_PLAYABLE"),
        answers_once=False,
    )
)
def sign_download(call: Call) -> Answer:
    """Sign a URL for a file that the asset's record names, and for no other."""
    asset = _playable(call)
    keys = {media_path(str(entry["key"])): str(entry["key"]) for entry in asset.outputs}
    key = keys.get(call.body["path"])
    if key is None:
        raise RequestProblem("UNKNOWN_OUTPUT", "The asset has no output at this path.", field="path")
    if asset.is_public:
        return Answer(body={"url": call.parts.playback.plain_url(key)})
    now = call.parts.clock()
    url = call.parts.playback.signed_url(key, now=now)
    ends = now + timedelta(hours=call.parts.config.playback_url_hours)
    return Answer(body={"url": url, "expires_at": timestamp(ends)})


def _playable(call: Call) -> Asset:
    asset = existing_asset(call)
    if asset.status is not AssetStatus.COMPLETE or asset.removing_since is not None:
        status = "being removed" if asset.removing_since is not None else asset.status.value
        raise RequestProblem("NOT_PLAYABLE", f"The asset is {status}; what is COMPLETE can be played.")
    return asset
