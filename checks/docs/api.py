"""The API's routes, problems and examples, and its OpenAPI document: each made by the code that answers."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from checks.docs.regions import table
from media_pipeline.domain.delivery.access import SCOPES, Access
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.problems import PROBLEMS
from media_pipeline.handlers.routes.document import openapi_document
from media_pipeline.handlers.routes.operation import Operation
from media_pipeline.handlers.routes.table import OPERATIONS
from tests.support.api_calls import Answered, person
from tests.support.changing_world import MIB, ChangingWorld

_WIDTH = 100


@dataclass(frozen=True, kw_only=True)
class Example:
    """Describe a request to a route, made where the world was prepared; path parameters come from that."""

    prepare: Callable[[ChangingWorld], Mapping[str, str]] = lambda world: {}
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def _some_assets(world: ChangingWorld) -> Mapping[str, str]:
    for key in ("lectures/week-1.mp4", "lectures/week-3.mov"):
        world.complete(key)
    world.fail("lectures/notes.mp4")
    return {}


def _one_asset(world: ChangingWorld) -> Mapping[str, str]:
    return {"asset_id": world.complete("lectures/week-1.mp4")}


def _upload_begun(world: ChangingWorld) -> Mapping[str, str]:
    return {"upload_id": world.begun_upload(subject="ann")}


def _upload_sent(world: ChangingWorld) -> Mapping[str, str]:
    return {"upload_id": world.begun_upload(subject="ann", sent=True)}


def _asset_processing(world: ChangingWorld) -> Mapping[str, str]:
    return {"asset_id": world.processing()}


def _dead_letters(world: ChangingWorld) -> Mapping[str, str]:
    for key in ("lectures/week-1.mp4", "lectures/week-3.mov"):
        asset = world.table.get(world.upload(key))
        assert asset is not None
        world.letters["processing"].put(upload_event(asset.upload))
    return {"queue": "processing"}


def _two_alarms(world: ChangingWorld) -> Mapping[str, str]:
    world.watched.known = {"processing-dlq-not-empty", "job-failure-rate"}
    return {}


def _failed_asset(world: ChangingWorld) -> Mapping[str, str]:
    world.fail("lectures/week-1.mp4", "OUTPUTS_MISSING")
    return {}


def _asset_with_outputs(world: ChangingWorld) -> Mapping[str, str]:
    return {"asset_id": world.with_outputs()}


_NEW_UPLOAD = {"name": "week-1.mp4", "size_bytes": 20 * MIB, "content_type": "video/mp4"}
_KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}

EXAMPLES: Mapping[str, Example] = {
    "getHealth": Example(),
    "getConfig": Example(),
    "listAssets": Example(prepare=_some_assets, query={"limit": "2"}),
    "getAsset": Example(prepare=_one_asset),
    "beginUpload": Example(body=_NEW_UPLOAD, headers=_KEY),
    "signParts": Example(prepare=_upload_begun, body={"parts": [2]}),
    "getUpload": Example(prepare=_upload_begun),
    "completeUpload": Example(prepare=_upload_sent, headers=_KEY),
    "abortUpload": Example(prepare=_upload_begun),
    "cancelAsset": Example(prepare=_asset_processing),
    "replayAsset": Example(prepare=_one_asset, body={"force": True}),
    "removeAsset": Example(prepare=_asset_with_outputs, query={"source": "true"}),
    "listProfiles": Example(),
    "listPresets": Example(),
    "playAsset": Example(prepare=_one_asset),
    "getMonitoring": Example(prepare=_two_alarms),
    "redriveQueue": Example(prepare=_dead_letters, headers=_KEY),
    "replayFailed": Example(
        prepare=_failed_asset, body={"code": "OUTPUTS_MISSING", "newer_than_hours": 24}, headers=_KEY
    ),
    "signDownload": Example(prepare=_one_asset, body={"path": "/media/{asset_id}/1/mp4/video_720p.mp4"}),
}
# Its answer is docs/openapi.json.
NO_EXAMPLE = frozenset({"getDescription"})


OPENAPI_PATH = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def openapi_text() -> str:
    """Return the OpenAPI document as it is checked in."""
    return json.dumps(openapi_document(OPERATIONS), indent=2, ensure_ascii=False) + "\n"


def routes_table() -> str:
    """Return a row for each route: who may call it, and what it does."""
    return table(
        "route | people in the group | machines with the scope | what it does",
        (
            (f"`{operation.method} /api{operation.path}`", *_who(operation), operation.summary)
            for operation in OPERATIONS
        ),
    )


def problems_table() -> str:
    """Return a row for each problem that a request may have."""
    return table(
        "code | status | meaning",
        ((f"`{code}`", str(problem.status), problem.title) for code, problem in sorted(PROBLEMS.items())),
    )


def examples() -> str:
    """Return a real request and answer of each route."""
    return "\n\n".join(_shown(operation) for operation in OPERATIONS if operation.name in EXAMPLES)


def answer_of(operation: Operation) -> tuple[str, Mapping[str, str], Answered]:
    """Return the path that an operation's example asks for, what was prepared, and what it is answered."""
    example = EXAMPLES[operation.name]
    world = ChangingWorld()
    found = example.prepare(world)
    path = operation.path.format(**found)
    answered = world.api.call(
        operation.method,
        f"/api{path}",
        claims=None if operation.access is Access.OPEN else person(operation.access.value),
        query=example.query,
        body=_filled(example.body, found),
        headers=example.headers,
    )
    query = f"?{urlencode(example.query)}" if example.query else ""
    return f"/api{path}{query}", found, answered


def _filled(body: Any, found: Mapping[str, str]) -> Any:
    """Return an example's body, in whose texts names in braces stand for what was prepared."""
    if isinstance(body, Mapping):
        return {name: _filled(value, found) for name, value in body.items()}
    return body.format(**found) if isinstance(body, str) else body


def _who(operation: Operation) -> tuple[str, str]:
    if operation.access is Access.OPEN:
        return "anyone", "anyone"
    higher = "" if operation.access is Access.OPERATOR else " or higher"
    return f"`{operation.access.value}`{higher}", f"`{SCOPES[operation.access]}`"


def _shown(operation: Operation) -> str:
    path, found, answered = answer_of(operation)
    lines = [
        f"#### {operation.name}",
        "",
        f"{operation.summary}.",
        "",
        "```http",
        f"{operation.method} {path}",
    ]
    example = EXAMPLES[operation.name]
    lines += [f"{name}: {value}" for name, value in example.headers.items()]
    if operation.access is not Access.OPEN:
        lines.append("Authorization: Bearer eyJraWQiOiJ...")
    if example.body is not None:
        lines += ["Content-Type: application/json", "", *_json(_filled(example.body, found))]
    lines += ["```", "", "```http", f"HTTP/2 {answered.status}"]
    lines += [f"Set-Cookie: {_short(cookie)}" for cookie in answered.cookies]
    if answered.text:
        lines += [f"Content-Type: {answered.headers['Content-Type']}", "", *_json(answered.body)]
    return "\n".join([*lines, "```"])


def _short(cookie: str) -> str:
    name, _, rest = cookie.partition("=")
    value, _, attributes = rest.partition("; ")
    return f"{name}={value[:24]}{'...' if len(value) > 24 else ''}; {attributes}"


def _json(value: Any) -> Iterator[str]:
    """Yield the lines of a JSON text in which whatever fits a line stays on it."""
    yield from _lines(value, 0)


def _lines(value: Any, indent: int) -> Iterator[str]:
    text = json.dumps(value, ensure_ascii=False)
    margin = " " * indent
    if indent + len(text) <= _WIDTH or not isinstance(value, dict | list) or not value:
        yield f"{margin}{text}"
        return
    yield f"{margin}{'{' if isinstance(value, dict) else '['}"
    entries = list(value.items()) if isinstance(value, dict) else [("", entry) for entry in value]
    for number, (name, entry) in enumerate(entries, 1):
        inner = list(_lines(entry, indent + 2))
        if isinstance(value, dict):
            inner[0] = f"{margin}  {json.dumps(name)}: {inner[0].lstrip()}"
        if number < len(entries):
            inner[-1] += ","
        yield from inner
    yield f"{margin}{'}' if isinstance(value, dict) else ']'}"
