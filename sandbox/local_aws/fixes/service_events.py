"""Let the MediaConvert endpoint publish ``aws.mediaconvert`` events, and no other caller.

PutEvents refuses ``aws.*`` sources, on AWS and here alike; on AWS a service publishes by another way. The
endpoint is recognised by the access key id of its own, so a function that tries to forge such an event is
still refused.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack.core.router import extract_access_key_id
from ministack.services import eventbridge

from sandbox.runtime.environment import SERVICE_ACCESS_KEY_ID

_caller: ContextVar[str] = ContextVar("caller", default="")


def apply() -> None:
    """Wrap the request handler, which sees the caller, and PutEvents, which decides."""
    handle, put = eventbridge.handle_request, eventbridge._put_events

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        _caller.set(extract_access_key_id(headers, query))
        return await handle(method, path, headers, body, query)

    def put_events(data: dict[str, Any], allow_aws_source: bool = False) -> Any:
        return put(data, allow_aws_source or _caller.get() == SERVICE_ACCESS_KEY_ID)

    eventbridge.handle_request = handle_request
    eventbridge._put_events = put_events
