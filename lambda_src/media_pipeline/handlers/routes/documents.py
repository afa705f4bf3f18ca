"""Routes that anyone may ask: whether the API answers, how to sign in, and how the API is used."""

from media_pipeline import __version__
from media_pipeline.domain.access import Access
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, Routes

ROUTES = Routes()

_TEXT = {"type": "string"}


@ROUTES.serve(
    Operation(
        name="getHealth",
        method="GET",
        path="/health",
        access=Access.OPEN,
        summary="Tell that the API answers, and its version",
        answer={
            "type": "object",
            "required": ["status", "version"],
            "additionalProperties": False,
            "properties": {"status": {"type": "string", "enum": ["ok"]}, "version": _TEXT},
        },
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
        answer={
            "type": "object",
            "required": ["pipeline", "sign_in_url", "client_id", "scopes"],
            "additionalProperties": False,
            "properties": {
                "pipeline": _TEXT,
                "sign_in_url": {"type": "string", "description": "Base URL of /oauth2/authorize and /token"},
                "client_id": {"type": "string", "description": "The page's client; it has no secret"},
                "scopes": {"type": "array", "items": _TEXT},
            },
        },
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
