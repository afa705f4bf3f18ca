"""The API's OpenAPI document, made of its operations: what is checked in, served and tested is this one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from media_pipeline import __version__
from media_pipeline.domain.delivery.access import GROUPS, SCOPES, Access
from media_pipeline.domain.problems import PROBLEMS
from media_pipeline.handlers.routes.operation import Operation, Parameter
from media_pipeline.handlers.routes.repetition import IDEMPOTENCY_KEY, PROBLEMS_OF_KEYS, takes_key
from media_pipeline.handlers.routes.schemas import SHARED

# What any request may be answered, and what any with a token may.
_ALWAYS = ("INVALID_REQUEST", "BODY_TOO_LARGE", "DEPLOYMENT_FAULT", "BUSY")
_WITH_TOKEN = ("NOT_SIGNED_IN", "NOT_ALLOWED")
_WITH_BODY = ("NOT_JSON",)
_TOKEN = "accessToken"
_RETRY_AFTER = {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}
_NAMES = {id(schema): name for name, schema in SHARED.items()}


def openapi_document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the document, with every operation below the path that it is served at."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(f"/api{operation.path}", {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Media pipeline",
            "version": __version__,
            "description": "Upload videos, see what became of them, and play them. "
            "Every error of the API is a problem as RFC 9457 has it, with a stable `code`.",
        },
        "paths": paths,
        "components": {
            "schemas": {name: _inlined(schema) for name, schema in SHARED.items()},
            "securitySchemes": {
                _TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the user pool, which `/api/config` names.",
                }
            },
        },
    }


def codes_of(operation: Operation) -> tuple[str, ...]:
    """Return the codes of all problems that an operation may be answered with."""
    return (
        *_ALWAYS,
        *(() if operation.access is Access.OPEN else _WITH_TOKEN),
        *(() if operation.body is None else _WITH_BODY),
        *(PROBLEMS_OF_KEYS if takes_key(operation) else ()),
        *operation.problems,
    )


def _operation(operation: Operation) -> dict[str, Any]:
    is_open = operation.access is Access.OPEN
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": f"{operation.summary}.",
        "description": "Anyone may call it."
        if is_open
        else f"Needs the group {operation.access.value}{_higher(operation.access)}; of a machine, the scope "
        f"`{SCOPES[operation.access]}`.",
        "security": [] if is_open else [{_TOKEN: []}],
        "responses": _responses(operation, is_open=is_open),
    }
    parameters = [
        *_parameters(operation.path_parameters, "path"),
        *_parameters(operation.query, "query"),
        *_parameters(operation.header_parameters, "header"),
        *_parameters((IDEMPOTENCY_KEY,) if takes_key(operation) else (), "header"),
    ]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": operation.is_body_required,
            "content": {"application/json": {"schema": _named(operation.body)}},
        }
    return described


def _higher(access: Access) -> str:
    return "" if access is GROUPS[-1] else " or a higher one"


def _parameters(parameters: Iterable[Parameter], place: str) -> list[dict[str, Any]]:
    return [
        {
            "name": parameter.name,
            "in": place,
            "required": place == "path" or parameter.is_required,
            "description": parameter.description,
            "schema": dict(parameter.schema),
        }
        for parameter in parameters
    ]


def _responses(operation: Operation, *, is_open: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(operation.status): {
            "description": operation.answer_description,
            **_headers(operation.answer_headers),
            **({} if operation.answer is None else _content("application/json", operation.answer)),
        }
    }
    by_status: dict[int, list[str]] = {}
    for code in codes_of(operation):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    for status, codes in by_status.items():
        found[str(status)] = {
            "description": " ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes),
            **_content("application/problem+json", SHARED["Problem"]),
        }
    for answered in {"409", "503"} & found.keys():
        found[answered]["headers"] = {"Retry-After": _RETRY_AFTER}
    # What API Gateway answers by itself: without a valid token, above the rate, where the function fails.
    gateway = _content("application/json", SHARED["GatewayError"])["content"]
    if not is_open:
        found["401"]["content"] |= gateway
    found["429"] = {
        "description": "More requests come than a setting allows. Try again after a second.",
        # By CloudFront, whose every answer for the API has it: API Gateway itself can't add it.
        "headers": {"Retry-After": _RETRY_AFTER},
        "content": gateway,
    }
    found["500"]["content"] |= gateway
    found["503"]["content"] |= gateway
    return dict(sorted(found.items()))


def _headers(headers: Mapping[str, str]) -> dict[str, Any]:
    if not headers:
        return {}
    return {
        "headers": {
            name: {"description": description, "schema": {"type": "string"}}
            for name, description in headers.items()
        }
    }


def _content(type_: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"content": {type_: {"schema": _named(schema)}}}


def _named(schema: Any) -> Any:
    """Return a schema in which those with a name are references."""
    name = _NAMES.get(id(schema))
    return {"$ref": f"#/components/schemas/{name}"} if name else _inlined(schema)


def _inlined(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        return {key: _named(value) for key, value in schema.items()}
    return [_named(value) for value in schema] if isinstance(schema, list | tuple) else schema
