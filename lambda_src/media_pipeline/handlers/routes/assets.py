"""Routes that read: assets, and the presets and profiles that uploads are encoded with."""

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.delivery.access import Access
from media_pipeline.domain.errors import InvalidCursorError
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Parameter, Routes
from media_pipeline.handlers.routes.schemas import (
    ASSET,
    ASSET_SUMMARY,
    IN_PATH,
    PROFILE,
    STATUS,
    TEXT,
    a_list,
    an_object,
)
from media_pipeline.services.delivery.asset_views import asset_details, asset_summary

ROUTES = Routes()


@ROUTES.serve(
    Operation(
        name="listAssets",
        method="GET",
        path="/assets",
        access=Access.VIEWER,
        summary="List assets, newest first",
        query=(
            Parameter(
                name="status",
                description="List those of one status, by their last change; otherwise all, by creation.",
                schema=STATUS,
            ),
            Parameter(
                name="limit",
                description="So many at most; a setting of the deployment is the upper bound.",
                schema={"type": "integer", "minimum": 1, "maximum": 1_000},
            ),
            Parameter(
                name="cursor",
                description="The `next_cursor` of the page before, with the same status.",
                schema={"type": "string", "minLength": 1, "maxLength": 512},
            ),
        ),
        answer=an_object(
            {
                "assets": a_list(ASSET_SUMMARY),
                "next_cursor": {
                    **TEXT,
                    "description": "Where the next page begins; there is none behind the last page. "
                    "A page may hold fewer assets than asked for, or none, though more follow.",
                },
            },
            optional=("next_cursor",),
        ),
        answer_description="A page of assets.",
        problems=("INVALID_CURSOR",),
    )
)
def list_assets(call: Call) -> Answer:
    """Return a page, at most as long as the setting."""
    status = call.query.get("status")
    most = call.parts.config.page_size
    try:
        page = call.parts.listing.page(
            status=AssetStatus(status) if status else None,
            limit=min(call.query.get("limit", most), most),
            cursor=call.query.get("cursor"),
        )
    except InvalidCursorError as error:
        raise RequestProblem("INVALID_CURSOR", f"{error}.", field="cursor") from error
    body = {"assets": [asset_summary(asset) for asset in page.assets]}
    return Answer(body=body if page.next_cursor is None else {**body, "next_cursor": page.next_cursor})


@ROUTES.serve(
    Operation(
        name="getAsset",
        method="GET",
        path="/assets/{asset_id}",
        access=Access.VIEWER,
        summary="Return an asset: status, progress, error, outputs, captions and attempts",
        path_parameters=(IN_PATH,),
        answer=ASSET,
        answer_description="The asset as of now.",
        problems=("UNKNOWN_ASSET",),
    )
)
def get_asset(call: Call) -> Answer:
    """Return what viewers may know of an asset."""
    return Answer(body=asset_details(existing_asset(call)))


@ROUTES.serve(
    Operation(
        name="listProfiles",
        method="GET",
        path="/profiles",
        access=Access.VIEWER,
        summary="List the profiles that an upload can name, and the prefixes of keys that stand for one",
        answer=an_object(
            {
                "profiles": a_list(PROFILE),
                "prefixes": a_list(an_object({"prefix": TEXT, "profile": TEXT})),
            }
        ),
        answer_description="The profiles in force.",
    )
)
def list_profiles(call: Call) -> Answer:
    """Return the profiles in force."""
    # Few ask for them, and rendering jobs takes a good part of a cold start.
    from media_pipeline.services.delivery.profile_views import profile_view

    presets, profiles = call.parts.presets.load()
    return Answer(
        body={
            "profiles": [
                profile_view(profile, presets, call.parts.prices)
                for _, profile in sorted(profiles.by_name.items())
            ],
            "prefixes": [
                {"prefix": prefix, "profile": name} for prefix, name in sorted(profiles.prefixes.items())
            ],
        }
    )


@ROUTES.serve(
    Operation(
        name="listPresets",
        method="GET",
        path="/presets",
        access=Access.VIEWER,
        summary="List the presets that profiles are made of, with the versions in force",
        answer=an_object(
            {"presets": a_list(an_object({"name": TEXT, "version": {"type": "integer", "minimum": 1}}))}
        ),
        answer_description="The presets in force.",
    )
)
def list_presets(call: Call) -> Answer:
    """Return the presets in force."""
    # Few ask for them, and reading them takes a good part of a cold start.
    from media_pipeline.encoding.presets import PresetName

    presets, _ = call.parts.presets.load()
    return Answer(
        body={"presets": [{"name": name.value, "version": presets.version(name)} for name in PresetName]}
    )


def existing_asset(call: Call) -> Asset:
    """Return the asset that the path names. Raises RequestProblem (UNKNOWN_ASSET) where there is none."""
    asset = call.parts.table.get(call.path["asset_id"])
    if asset is None:
        raise unknown_asset(call.path["asset_id"])
    return asset


def unknown_asset(asset_id: str) -> RequestProblem:
    """Return the problem of an id without an asset."""
    return RequestProblem("UNKNOWN_ASSET", f"There is no asset {asset_id}.", field="asset_id")
