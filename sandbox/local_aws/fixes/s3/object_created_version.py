"""Carry ``version-id`` in S3's EventBridge events on versioned buckets, as AWS does.

MiniStack knows the version when it sends the event, but writes it only into classic notifications. Without
it two uploads of one file can't be distinguished.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

_version_id: ContextVar[str | None] = ContextVar("version_id", default=None)


def apply() -> None:
    """Wrap the sending in S3 and the dispatch in EventBridge."""
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def fire_s3_event(*args: Any, version_id: str | None = None, **kwargs: Any) -> None:
        token = _version_id.set(version_id)
        try:
            fire(*args, version_id=version_id, **kwargs)
        finally:
            _version_id.reset(token)

    def dispatch_event(event: dict[str, Any], view: Any = None) -> None:
        version_id = _version_id.get()
        if version_id and event.get("Source") == "aws.s3":
            dispatch(with_version(event, version_id))
        else:
            dispatch(event, view)

    s3._fire_s3_event = fire_s3_event
    eventbridge._dispatch_event = dispatch_event


def with_version(event: dict[str, Any], version_id: str) -> dict[str, Any]:
    """Return the event with its object's version."""
    detail = json.loads(event["Detail"])
    detail["object"]["version-id"] = version_id
    return {**event, "Detail": json.dumps(detail)}
