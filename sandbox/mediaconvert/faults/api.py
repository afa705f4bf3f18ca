"""Refuse API calls, or leave an accepted one without an answer."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sandbox.mediaconvert.api.errors import (
    ApiError,
    Forbidden,
    ServerError,
    TooManyRequests,
)
from sandbox.mediaconvert.api.wire import Operation, operations, service_model
from sandbox.runtime.fault_injection import Faults

# What the pipeline's functions call. Terraform's calls stay as they are, but for GetQueue, which both make.
FAULTED = frozenset({"CancelJob", "CreateJob", "GetJob", "GetQueue", "ListJobs", "Probe", "SearchJobs"})

_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class FaultyApi:
    """Answer in the application's place where a fault strikes."""

    def __init__(self, application: Application, faults: Faults) -> None:
        self._application = application
        self._faults = faults
        self._routes = [
            (operation.name, operation.method, _pattern(operation))
            for operation in operations(service_model())
            if operation.name in FAULTED
        ]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request."""
        name = self._operation(scope)
        if name is None:
            await self._application(scope, receive, send)
        elif self._faults.strikes("throttle"):
            await _refuse(receive, send, TooManyRequests("Too Many Requests (a fault of the sandbox)"))
        elif self._faults.strikes("server_error"):
            await _refuse(receive, send, ServerError("Internal Server Error (a fault of the sandbox)"))
        elif name == "Probe" and self._faults.strikes("probe_forbidden"):
            await _refuse(receive, send, Forbidden("Forbidden (a fault of the sandbox)"))
        elif name == "Probe" and self._faults.strikes("probe_timeout"):
            await self._hang_up(receive, send)
        elif name == "CreateJob":
            await self._create_job(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    def _operation(self, scope: Message) -> str | None:
        if scope["type"] != "http":
            return None
        found = (
            name
            for name, method, pattern in self._routes
            if method == scope["method"] and pattern.fullmatch(scope["path"])
        )
        return next(found, None)

    async def _create_job(self, scope: Message, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._application(scope, receive, keep)
        is_accepted = bool(answer) and answer[0].get("status") == 201
        if is_accepted and self._faults.strikes("timeout_after_accept"):
            await self._hang_up(receive, send)
            return
        for message in answer:
            await send(message)

    async def _hang_up(self, receive: Receive, send: Send) -> None:
        """Let the client wait, then close the connection in the middle of an answer."""
        gone = asyncio.ensure_future(_until_disconnected(receive))
        await asyncio.wait([gone], timeout=self._faults.settings.mediaconvert.timeout_seconds)
        if gone.cancel():
            headers = [(b"content-length", b"1")]
            await send({"type": "http.response.start", "status": 500, "headers": headers})


async def _refuse(receive: Receive, send: Send, error: ApiError) -> None:
    # A request that wasn't read to its end would cost its connection.
    while (await receive()).get("more_body"):
        pass
    body = json.dumps({"message": error.message}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-errortype", error.type.encode()),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _pattern(operation: Operation) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(".+", re.escape(operation.path)))
