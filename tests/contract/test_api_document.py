"""The API keeps to its OpenAPI document: generated requests to every route, valid ones and others.

Schemathesis checks each answer's status, media type, headers and body against the document, that what the
document forbids is refused, and that nothing is answered with a server error.
"""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from checks.docs.api import EXAMPLES, NO_EXAMPLE, OPENAPI_PATH, answer_of, openapi_text
from media_pipeline.handlers.routes.document import codes_of, openapi_document
from media_pipeline.handlers.routes.operation import Operation
from media_pipeline.handlers.routes.table import OPERATIONS
from media_pipeline.handlers.routes.validation import checked
from tests.support.api_document import means_more_than_its_schema
from tests.support.api_wsgi import Gateway
from tests.support.changing_world import ChangingWorld


def gateway() -> Gateway:
    """Return an API with a few assets."""
    world = ChangingWorld()
    world.complete("lectures/week-1.mp4")
    world.fail("lectures/notes.mp4")
    return Gateway(world.api)


schema = schemathesis.openapi.from_wsgi("/api/openapi.json", gateway())


@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_route_answers_as_documented(case: Case) -> None:  # type: ignore[type-arg]
    """No answer is undocumented, and none is a server error, whatever is asked."""
    case.call_and_validate(
        headers={"Authorization": "Bearer operator"},
        excluded_checks=[positive_data_acceptance] if means_more_than_its_schema(case) else [],
    )


def test_the_document_that_is_checked_in_is_current() -> None:
    """docs/openapi.json is what the code describes."""
    assert OPENAPI_PATH.read_text() == openapi_text()
    assert json.loads(openapi_text()) == openapi_document(OPERATIONS)


def test_every_route_has_an_example() -> None:
    """The documentation shows a request and its answer for each route."""
    assert EXAMPLES.keys() | NO_EXAMPLE == {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS if o.name in EXAMPLES], ids=lambda o: str(o.name)
)
def test_examples_are_answers_of_success(operation: Operation) -> None:
    """Each example is answered with the route's status, and a body that fits its schema."""
    _, _, answered = answer_of(operation)
    assert answered.status == operation.status, answered.text
    if operation.answer is not None:
        checked(answered.body, operation.answer, "")


def test_every_code_of_an_operation_is_a_problem() -> None:
    """No operation names a problem that does not exist, or twice."""
    for operation in OPERATIONS:
        codes = codes_of(operation)
        assert len(set(codes)) == len(codes), operation.name
