"""Whatever is sent to the sandbox's endpoint is answered; whatever file it gets is described or refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import strategies as st

from sandbox.demo.clip import Clip, make_clip
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.probe_result import probe_result
from sandbox.mediaconvert.probing.source import inspect_source
from tests.fuzz.fuzzing import fuzzed, keys, mutated, scalars
from tests.fuzz.messages import texts
from tests.unit.sandbox.mediaconvert.api.endpoint import INPUTS, Endpoint, application_of, status_of

METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", ""]
PATHS = sorted({operation.path for operation in INPUTS.values()})


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give the application without a server or runner around it."""
    with application_of(Endpoint(tmp_path_factory.mktemp("hostile"))) as application:
        yield application


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Make small valid files of three containers."""
    folder = tmp_path_factory.mktemp("clips")
    suffixes = (".mp4", ".mkv", ".ts")
    return [
        make_clip(folder, Clip(width=64, height=64, seconds=1, suffix=suffix)).read_bytes()
        for suffix in suffixes
    ]


@st.composite
def paths(draw: st.DrawFn) -> str:
    """Draw a path: of an operation with anything in its placeholders, or anything at all."""
    if draw(st.integers(0, 4)) == 0:
        return "/" + draw(st.text(st.characters(codec="utf-8"), max_size=30))
    parts = draw(st.sampled_from(PATHS)).split("/")
    return "/".join(draw(keys).strip("/") if part.startswith("{") else part for part in parts)


@fuzzed(
    method=st.sampled_from(METHODS),
    path=paths(),
    body=texts.map(lambda text: text.encode(errors="replace")) | st.binary(max_size=40),
    query=st.dictionaries(
        st.sampled_from(["maxResults", "nextToken", "order", "status", "tagKeys"]),
        scalars.map(str),
        max_size=3,
    ),
    headers=st.lists(st.tuples(st.binary(min_size=1, max_size=12), st.binary(max_size=30)), max_size=4),
)
def test_any_request(
    app: Any,
    method: str,
    path: str,
    body: bytes,
    query: dict[str, str],
    headers: list[tuple[bytes, bytes]],
) -> None:
    """No method, path, query, header or body makes the endpoint answer with a 5xx."""
    text = "&".join(f"{name}={quote(value[:300], errors='replace')}" for name, value in query.items())
    lowered = [(name.lower(), value) for name, value in headers]
    assert status_of(app, method, path, body, text.encode(), lowered) < 500


@fuzzed(share=0.05, data=st.data())
def test_any_media_file(data: st.DataObject, clips: list[bytes], tmp_path: Path) -> None:
    """A mutated video is described in Probe's shape, or refused as no media."""
    path = tmp_path / "a.mp4"
    path.write_bytes(data.draw(mutated(*clips)))
    try:
        source = inspect_source(path)
    except JobError as refused:
        assert refused.code in (1010, 1030, 1075, 3400)  # noqa: PT017 - the other end is right as well
        return
    described = probe_result(source)["container"]
    assert described.get("tracks") or source.protection or "format" not in described
