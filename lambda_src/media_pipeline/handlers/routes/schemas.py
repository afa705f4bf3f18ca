"""The schemas that routes share, by the names under which the OpenAPI document has them."""

from collections.abc import Mapping, Sequence
from typing import Any

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.handlers.routes.operation import Parameter, Schema

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
STATUS: Schema = {"type": "string", "enum": [status.value for status in AssetStatus]}
# The hash of an object's bucket, key and version. Source: `domain.uploads.upload`.
ASSET_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}

PUBLIC: Schema = {
    "type": "boolean",
    "description": "Whether its outputs need neither cookies nor a signature: so its profile says.",
}

IN_PATH = Parameter(name="asset_id", description="The asset's id.", schema=ASSET_ID, is_required=True)


def an_object(
    properties: Mapping[str, Schema], *, optional: Sequence[str] = (), description: str = ""
) -> Schema:
    """Return the schema of an object with these properties and no others; all but `optional` are there."""
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
    }
    return {**schema, "description": description} if description else schema


def a_list(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


ERROR = an_object(
    {
        "code": {**TEXT, "description": "A code of the failure catalogue."},
        "category": {
            "type": "string",
            "enum": ["source", "settings", "permission", "service"],
            "description": "Where the fault lies: the uploader can act on source, an operator on all others.",
        },
        "message": {**TEXT, "description": "What happened and what to do, for people."},
        "replay_helps": {"type": "boolean"},
    },
    description="Why an asset failed.",
)

OUTPUT = an_object(
    {
        "format": {**TEXT, "description": "HLS, DASH, MP4, M4A, THUMBNAIL, POSTER or STORYBOARD."},
        "path": {
            **TEXT,
            "description": "Where the distribution serves it, to those with its cookies.",
        },
        "width": COUNT,
        "height": COUNT,
        "duration_ms": COUNT,
        "language": TEXT,
    },
    optional=("width", "height", "duration_ms", "language"),
)

CAPTION = an_object(
    {
        "language": {**TEXT, "description": "BCP 47."},
        "label": TEXT,
        "path": TEXT,
        "role": TEXT,
        "source": {**TEXT, "description": "The key of the file that it was made of."},
        "notes": a_list(TEXT),
    },
    optional=("role", "source", "notes"),
)

USD: Schema = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{1,10}$"}

QUOTE = an_object(
    {
        "price_list": {**TEXT, "description": "The region and the day of the price list."},
        "billed_seconds": {**COUNT, "description": "For how many seconds each output is billed."},
        "rows": a_list(
            an_object(
                {
                    "label": {**TEXT, "description": "Tier, codec, quality, resolution and frame rate."},
                    "outputs": COUNT,
                    "usd_a_minute": USD,
                    "usd": USD,
                    "is_settled": {
                        "type": "boolean",
                        "description": "False where no source says for sure that it is billed like this.",
                    },
                }
            )
        ),
        "unpriced": {**a_list(TEXT), "description": "What the price list has no price for."},
        "cheaper": a_list(an_object({"choice": TEXT, "usd": USD})),
    },
    description="What the job was expected to cost when it was submitted, and what would be cheaper.",
)

_SUMMARY: Mapping[str, Schema] = {
    "id": ASSET_ID,
    "key": {**TEXT, "description": "The key of the upload in its bucket."},
    "size_bytes": COUNT,
    "status": STATUS,
    "attempt": {"type": "integer", "minimum": 1},
    "created_at": TIME,
    "updated_at": TIME,
    "error_code": TEXT,
    "progress_percent": {"type": "integer", "minimum": 0, "maximum": 100},
    "duration_ms": {**COUNT, "description": "How long the source is."},
    "poster": {
        **TEXT,
        "description": "The path of a picture that stands for the video. `signDownload` signs a URL of it; "
        "a public one needs none.",
    },
    "quote_usd": {**USD, "description": "The price of the attempt's job, told before it was submitted."},
    "billed_usd": {**USD, "description": "Its price by the durations that it reported at its end."},
}
_OPTIONAL = ("error_code", "progress_percent", "duration_ms", "poster", "quote_usd", "billed_usd")
ASSET_SUMMARY = an_object(_SUMMARY, optional=_OPTIONAL)

ASSET = an_object(
    {
        **_SUMMARY,
        "version_id": TEXT,
        "profile": TEXT,
        "submitted_at": TIME,
        "completed_at": TIME,
        "error": ERROR,
        "source": an_object(
            {
                "container": TEXT,
                "duration_ms": COUNT,
                "video": an_object({"codec": TEXT, "width": COUNT, "height": COUNT}),
                "audio": a_list(an_object({"codec": TEXT, "channels": COUNT, "language": TEXT})),
            },
            optional=("video",),
        ),
        "storyboard_fault": TEXT,
        "quote": QUOTE,
        "public": PUBLIC,
        "outputs": a_list(OUTPUT),
        "captions": a_list(CAPTION),
        "rejected_captions": a_list(an_object({"key": TEXT, "message": TEXT})),
        "attempts": a_list(
            an_object(
                {
                    "attempt": {"type": "integer", "minimum": 1},
                    "status": STATUS,
                    "completed_at": TIME,
                    "error": ERROR,
                },
                optional=("completed_at", "error"),
            )
        ),
        "history": a_list(
            an_object(
                {"at": TIME, "attempt": {"type": "integer", "minimum": 1}, "status": STATUS, "detail": TEXT}
            )
        ),
    },
    optional=(
        *(*_OPTIONAL, "version_id", "profile", "submitted_at", "completed_at"),
        *("error", "source", "storyboard_fault", "quote"),
    ),
)

_BIT_RATE: Schema = {**COUNT, "description": "Bits per second at most."}
PROFILE = an_object(
    {
        "name": TEXT,
        "presets": a_list(TEXT),
        "public": PUBLIC,
        "pictures": {
            **a_list(an_object({"width": COUNT, "height": COUNT, "bits_per_second": _BIT_RATE})),
            "description": "What it makes of the reference, the largest first; each size once.",
        },
        "sounds": {**a_list(_BIT_RATE), "description": "The bit rates of its sound, the highest first."},
        "usd_a_minute": {
            **USD,
            "description": "The price of a minute of the reference; missing where the price list lacks one.",
        },
        "is_settled": {
            "type": "boolean",
            "description": "False where no source says for sure that it is billed like this.",
        },
    },
    optional=("usd_a_minute",),
    description="What an upload can be encoded to. The reference is a video of 1080p at 30 frames a second "
    "with stereo sound, or the sound alone.",
)

PROBLEM = an_object(
    {
        "type": {**TEXT, "description": "A URN that ends in the code."},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {**TEXT, "description": "What is wrong with this request."},
        "code": TEXT,
        "field": {**TEXT, "description": "What of the request is at fault."},
    },
    optional=("field",),
    description="Problem details as RFC 9457 has them.",
)

# What the gateway itself answers where it lets a request not through to the function. Source:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
GATEWAY_ERROR: Schema = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": TEXT},
    "description": "An answer of API Gateway itself.",
}

# Schemas with a name of their own in the document.
SHARED: Mapping[str, Schema] = {
    "Asset": ASSET,
    "AssetSummary": ASSET_SUMMARY,
    "Caption": CAPTION,
    "Error": ERROR,
    "GatewayError": GATEWAY_ERROR,
    "Output": OUTPUT,
    "Problem": PROBLEM,
    "Profile": PROFILE,
    "Quote": QUOTE,
}
