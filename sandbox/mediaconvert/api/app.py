"""Serve the operations over HTTP, in the REST-JSON format of botocore's service model."""

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.mediaconvert.api.authorization import Authorize, no_authorization
from sandbox.mediaconvert.api.errors import ApiError, BadRequest, ServerError
from sandbox.mediaconvert.api.validation import InvalidMember, refuse, shape_errors
from sandbox.mediaconvert.api.wire import (
    Document,
    Operation,
    operations,
    parameters,
    parse_body,
    service_model,
)
from sandbox.mediaconvert.isolation.limits import BODY_SECONDS, MAX_BODY_BYTES

Answer = Callable[[Document], Document]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

_log = logging.getLogger(__name__)


def application(
    answers: Mapping[str, Answer],
    health: Callable[[], Document],
    authorize: Authorize = no_authorization,
) -> Starlette:
    """Route every operation of the model; one that isn't in ``answers`` is refused by its name.

    An answer gets the operation's parameters, which fit its input shape, and returns the response's body.
    """
    routes = [Route("/health", lambda request: _response(200, health()))]
    for operation in operations(service_model()):
        # The last placeholder takes slashes too: an ARN holds some, encoded or not.
        path = _PLACEHOLDER.sub(r"{\1:path}", operation.path)
        routes.append(
            Route(
                path,
                _endpoint(operation, answers.get(operation.name), authorize),
                methods=[operation.method],
            )
        )
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_route, Exception: _unexpected})


def _endpoint(
    operation: Operation, answer: Answer | None, authorize: Authorize
) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            if answer is None:
                raise BadRequest(f"This endpoint doesn't offer the operation {operation.name}.")
            query = parse_qsl(request.url.query, keep_blank_values=True)
            given = parameters(operation, request.path_params, query, parse_body(await _body(request)))
            refuse(_within_settings(error) for error in shape_errors(operation.input, given))
            caller = request.headers.get("authorization", "")
            await run_in_threadpool(authorize, caller, operation.name, given)
            return _response(operation.status, await run_in_threadpool(answer, given))
        except ApiError as error:
            return _error(error)

    return endpoint


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise BadRequest(f"The request body is longer than {MAX_BODY_BYTES} bytes.")
    except TimeoutError:
        raise BadRequest(f"The request body did not arrive within {BODY_SECONDS:.0f} s.") from None
    except ClientDisconnect:
        raise BadRequest("The request broke off.") from None
    return bytes(body)


def _within_settings(error: InvalidMember) -> InvalidMember:
    """Name a place within job settings as the service does: from the settings on."""
    if len(error.path) > 1 and error.path[0] == "settings":
        return InvalidMember(error.path[1:], error.message)
    return error


def _response(status: int, document: Document, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        json.dumps(document),
        status_code=status,
        media_type="application/json",
        headers={"x-amzn-RequestId": str(uuid.uuid4()), **(headers or {})},
    )


def _error(error: ApiError) -> Response:
    return _response(error.status, {"message": error.message}, {"x-amzn-ErrorType": error.type})


def _no_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    message = f"There is no operation {request.method} {request.url.path[:300]}."
    return _response(status, {"message": message}, {"x-amzn-ErrorType": "NotFoundException"})


def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed.", request.method, request.url.path, exc_info=error)
    return _error(ServerError("The endpoint met an unexpected error; its log has the reason."))
