"""From an event of the HTTP API to a checked call, and from an answer to what Lambda returns.

Source of the event's shape:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.routes.operation import Call, Operation, Parameter
from media_pipeline.handlers.routes.validation import checked, parsed

if TYPE_CHECKING:
    from media_pipeline.handlers.api_parts import ApiParts

ANYONE = Caller(subject="", allowed=frozenset())


def checked_call(
    operation: Operation, event: Mapping[str, Any], path: Mapping[str, str], parts: "ApiParts"
) -> Call:
    """Return what is asked. Raises RequestProblem where the caller may not, or the request has faults."""
    caller = _caller(operation, event, parts.config.resource_server)
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    return Call(
        operation=operation,
        caller=caller,
        path=_path(operation, path),
        query=_query(operation, event.get("rawQueryString", "")),
        body=_body(operation, event, headers, limit_bytes=parts.config.body_limit_bytes),
        headers=headers,
        parts=parts,
    )


def _caller(operation: Operation, event: Mapping[str, Any], resource_server: str) -> Caller:
    if operation.access is Access.OPEN:
        return ANYONE
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    caller = Caller.from_claims(claims, resource_server=resource_server)
    caller.require(operation.access)
    return caller


def _path(operation: Operation, path: Mapping[str, str]) -> Mapping[str, str]:
    described = {parameter.name: parameter for parameter in operation.path_parameters}
    return {
        name: parsed(unquote(text), described[name].schema, name) if name in described else unquote(text)
        for name, text in path.items()
    }


def _query(operation: Operation, raw: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    described: Mapping[str, Parameter] = {parameter.name: parameter for parameter in operation.query}
    for name, text in parse_qsl(raw, keep_blank_values=True):
        if name not in described:
            raise _refused(name, "is not known here")
        if name in found:
            raise _refused(name, "is given twice")
        found[name] = parsed(text, described[name].schema, name)
    for parameter in operation.query:
        if parameter.is_required and parameter.name not in found:
            raise _refused(parameter.name, "is missing")
    return found


def _body(
    operation: Operation, event: Mapping[str, Any], headers: Mapping[str, str], *, limit_bytes: int
) -> Mapping[str, Any]:
    raw = _raw_body(event)
    if len(raw) > limit_bytes:
        raise RequestProblem("BODY_TOO_LARGE", f"The body has {len(raw)} bytes; at most {limit_bytes} do.")
    if operation.body is None:
        if raw:
            raise RequestProblem("INVALID_REQUEST", "This route takes no body.")
        return {}
    if not raw and not operation.is_body_required:
        return {}
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestProblem("NOT_JSON", "Send the body as application/json.")
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RequestProblem("INVALID_REQUEST", f"The body is not JSON ({error}).") from error
    if not isinstance(body, dict):
        raise RequestProblem("INVALID_REQUEST", "The body must be an object.")
    checked(body, operation.body, "")
    return body


def _raw_body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise RequestProblem("INVALID_REQUEST", "The body is not what it says.") from error


def _refused(name: str, what: str) -> RequestProblem:
    return RequestProblem("INVALID_REQUEST", f"{name[:64]} {what}.", field=name[:64])
