"""Whatever JSON arrives, the endpoint answers with its own words."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.mediaconvert.api.wire import wire_name
from tests.unit.sandbox.mediaconvert.api.endpoint import INPUTS, Endpoint, application_of, status_of

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=15,
)


def like(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Draw values that mostly fit a shape, and sometimes are anything."""
    if depth > 7:
        return ANYTHING
    if isinstance(shape, StructureShape):
        members = {
            wire_name(name, member): st.deferred(lambda member=member: like(member, depth + 1))  # type: ignore[misc]
            for name, member in shape.members.items()
        }
        names = (
            st.lists(st.sampled_from(sorted(members)), unique=True, max_size=6) if members else st.just([])
        )
        fitting: st.SearchStrategy[Any] = names.flatmap(
            lambda chosen: st.fixed_dictionaries({name: members[name] for name in chosen})
        )
    elif isinstance(shape, ListShape):
        fitting = st.lists(like(shape.member, depth + 1), max_size=3)
    elif isinstance(shape, MapShape):
        fitting = st.dictionaries(st.text(max_size=5), like(shape.value, depth + 1), max_size=2)
    elif isinstance(shape, StringShape):
        fitting = (
            st.sampled_from(shape.enum) if shape.enum else st.sampled_from(["s3://in/clip.mp4", "", "x"])
        )
    elif shape.type_name == "boolean":
        fitting = st.booleans()
    else:
        fitting = st.integers(0, 100)
    return fitting if depth < 2 else st.one_of(fitting, fitting, fitting, ANYTHING)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the application without a server or runner around it."""
    with application_of(Endpoint(tmp_path_factory.mktemp("any"))) as application:
        yield application


@settings(max_examples=150, deadline=None)
@given(body=like(INPUTS["CreateJob"].input))
def test_create_job_takes_any_json(app: Any, body: Any) -> None:
    """CreateJob makes a job or refuses with a 4xx, whatever the body's shape."""
    assert status_of(app, "POST", "/2017-08-29/jobs", json.dumps(body).encode()) in {201, 400, 404}


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(INPUTS)),
    body=ANYTHING,
    query=st.dictionaries(
        st.sampled_from(["maxResults", "nextToken", "order", "queue", "status"]), st.text(max_size=8)
    ),
)
def test_every_operation_takes_any_json(app: Any, name: str, body: Any, query: dict[str, str]) -> None:
    """No operation answers with a 5xx, whatever the body and the query."""
    operation = INPUTS[name]
    path = operation.path.replace("{", "").replace("}", "")
    status = status_of(app, operation.method, path, json.dumps(body).encode(), urlencode(query).encode())
    assert status < 500
