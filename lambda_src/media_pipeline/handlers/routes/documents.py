"""Routes that anyone may ask: whether the API answers, how to sign in, and how the API is used."""

from media_pipeline import __version__
from media_pipeline.domain.delivery.access import Access
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Routes
from media_pipeline.handlers.routes.schemas import TEXT, a_list, an_object

ROUTES = Routes()


@ROUTES.serve(
    Operation(
        name="getHealth",
        method="GET",
        path="/health",
        access=Access.OPEN,
        summary="Tell that the API answers, and its version",
        answer=an_object({"status": {"type": "string", "enum": ["ok"]}, "version": TEXT}),
        answer_description="The API answers.",
    )
)
def get_health(call: Call) -> Answer:
    """Answer without asking any other service."""
    return Answer(body={"status": "ok", "version": __version__})


@ROUTES.serve(
    Operation(
        name="getConfig",
        method="GET",
        path="/config",
        access=Access.OPEN,
        summary="Return what a page needs to sign people in",
        answer=an_object(
            {
                "pipeline": TEXT,
                "sign_in_url": {**TEXT, "description": "What /oauth2/authorize and /oauth2/token are below."},
                "client_id": {**TEXT, "description": "The page's client, which has no secret."},
                "scopes": a_list(TEXT),
            }
        ),
        answer_description="Where and as which client to sign in.",
    )
)
def get_config(call: Call) -> Answer:
    """Return settings that every visitor may know."""
    config = call.parts.config
    return Answer(
        body={
            "pipeline": config.pipeline_name,
            "sign_in_url": config.sign_in_url,
            "client_id": config.user_pool_client_id,
            "scopes": ["openid", "email"],
        }
    )
