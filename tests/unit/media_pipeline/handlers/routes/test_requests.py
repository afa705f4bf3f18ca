"""What the API's function refuses before a route sees it."""

import pytest

from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.errors import NotFoundError, ThrottledError
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.routes import table
from media_pipeline.handlers.routes.operation import Answer, Call, Operation
from media_pipeline.handlers.routes.validation import KEYWORDS, checked
from tests.support.api_calls import RESOURCE_SERVER, Api, machine, person

ALL = {Access.VIEWER, Access.UPLOADER, Access.OPERATOR}


@pytest.mark.parametrize(
    ("claims", "allowed"),
    [
        (person(), set()),
        (person("viewer"), {Access.VIEWER}),
        (person("uploader"), {Access.VIEWER, Access.UPLOADER}),
        (person("viewer", "operator"), ALL),
        (person("operators", "us-east-1_pool_Google"), set()),
        ({**person(), "cognito:groups": "[viewer,uploader]"}, {Access.VIEWER, Access.UPLOADER}),
        # A person's scopes give nothing, whatever the page asked for.
        ({**person(), "scope": f"{RESOURCE_SERVER}/operate"}, set()),
        (machine(), set()),
        (machine("read"), {Access.VIEWER}),
        (machine("upload"), {Access.UPLOADER}),
        (machine("read", "upload", "operate"), ALL),
        ({**machine(), "scope": "another/read read"}, set()),
        # A machine is in no group.
        ({**machine(), "cognito:groups": "[operator]"}, set()),
    ],
)
def test_groups_allow_people_and_scopes_machines(claims: dict[str, str], allowed: set[Access]) -> None:
    """Each group may do what the ones below it may; a scope stands for itself alone."""
    caller = Caller.from_claims(claims, resource_server=RESOURCE_SERVER)
    assert caller.allowed == allowed


@pytest.mark.parametrize("use", ["id", "", "refresh"])
def test_only_access_tokens_are_taken(use: str) -> None:
    """An ID token, which the authorizer lets through, is answered as not signed in."""
    with pytest.raises(RequestProblem) as refused:
        Caller.from_claims({**person("operator"), "token_use": use}, resource_server=RESOURCE_SERVER)
    assert str(refused.value) == "NOT_SIGNED_IN: The token is not an access token of the user pool."


def test_a_token_of_nobody_is_not_taken() -> None:
    """Without a subject there is no one whose uploads they are."""
    for claims in (person("operator"), machine("operate")):
        with pytest.raises(RequestProblem, match=r"^NOT_SIGNED_IN:"):
            Caller.from_claims({**claims, "sub": ""}, resource_server=RESOURCE_SERVER)


@pytest.mark.parametrize(
    ("claims", "needed"), [(person("viewer"), "the group uploader"), (machine("read"), "the scope upload")]
)
def test_a_caller_is_told_what_is_needed(claims: dict[str, str], needed: str) -> None:
    """A person reads of a group, a machine of a scope; who has it is let through."""
    caller = Caller.from_claims(claims, resource_server=RESOURCE_SERVER)
    assert (caller.subject, caller.is_machine) == (claims["sub"], "scope" in needed)
    caller.require(Access.VIEWER)
    with pytest.raises(RequestProblem) as refused:
        caller.require(Access.UPLOADER)
    assert str(refused.value) == f"NOT_ALLOWED: This needs {needed}."


def test_open_routes_need_no_token() -> None:
    """Health and configuration answer anyone."""
    api = Api()
    assert api.call("GET", "/api/health").body["status"] == "ok"
    assert api.call("GET", "/api/config").body["client_id"] == "page-client"


def test_unknown_paths_and_methods_are_told_apart() -> None:
    """A path without a route is 404, another method of a path 405 with those that it has."""
    api = Api()
    assert api.call("GET", "/api/nothing").code == "UNKNOWN_ROUTE"
    refused = api.call("DELETE", "/api/health")
    assert (refused.code, refused.headers["Allow"]) == ("METHOD_NOT_ALLOWED", "GET")


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"query": "deep=1"}, "deep"), ({"query": "a&a"}, "a"), ({"body": "{}"}, None)],
)
def test_what_a_route_does_not_take_is_refused_by_name(asked: dict[str, str], field: str | None) -> None:
    """A query parameter or body that no route describes is refused, not ignored."""
    refused = Api().call("GET", "/api/health", **asked)
    assert refused.code == "INVALID_REQUEST"
    assert refused.body.get("field") == field


def test_a_body_is_at_most_so_large() -> None:
    """A body above the setting is refused, whatever it holds."""
    assert Api().call("GET", "/api/health", body="x" * 4001).code == "BODY_TOO_LARGE"


BODY = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^[a-z]+$"},
        "parts": {"type": "array", "maxItems": 2, "items": {"type": "integer", "minimum": 1}},
        "tags": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 1},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "is_new": {"type": "boolean"},
    },
}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a", "other": 1}, "other"),
        ({"name": "abcdef"}, "name"),
        ({"name": "a1"}, "name"),
        ({"name": "a\n"}, "name"),
        ({"name": 1}, "name"),
        ({"name": "a", "parts": [1, 0]}, "parts[1]"),
        ({"name": "a", "parts": [True]}, "parts[0]"),
        ({"name": "a", "parts": [1, 2, 3]}, "parts"),
        ({"name": "a", "parts": {}}, "parts"),
        ({"name": "a", "tags": {"x": 1}}, "tags.x"),
        ({"name": "a", "tags": {"x": "1", "y": "2"}}, "tags"),
        ({"name": "a", "kind": "c"}, "kind"),
        ({"name": "a", "is_new": 1}, "is_new"),
    ],
)
def test_a_body_is_checked_against_its_schema(body: dict[str, object], field: str) -> None:
    """The first field at fault is named."""
    with pytest.raises(RequestProblem) as refused:
        checked(body, BODY, "")
    assert refused.value.field == field


def test_a_body_that_fits_is_taken() -> None:
    """Every kind of value that a schema describes can be sent."""
    body = {"name": "abc", "parts": [1, 2], "tags": {"x": "1"}, "kind": "b", "is_new": True}
    assert checked(body, BODY, "") == body


def test_routes_use_no_keyword_that_is_not_checked() -> None:
    """What a request's schema says is checked: a keyword that the check ignores would be a promise."""

    def keywords(schema: object) -> set[str]:
        if not isinstance(schema, dict):
            return set()
        inner = [
            *schema.get("properties", {}).values(),
            schema.get("items"),
            schema.get("additionalProperties"),
        ]
        return set(schema).union(*map(keywords, inner))

    for operation in table.OPERATIONS:
        for parameter in (*operation.path_parameters, *operation.query):
            assert keywords(parameter.schema) <= KEYWORDS, operation.name
        assert keywords(operation.body) <= KEYWORDS, operation.name


def test_names_and_routes_are_unique() -> None:
    """No two operations share a name, or a method and path."""
    names = [operation.name for operation in table.OPERATIONS]
    routes = [(operation.method, operation.path) for operation in table.OPERATIONS]
    assert len(set(names)) == len(names)
    assert len(set(routes)) == len(routes)


@pytest.mark.parametrize(
    ("error", "code", "retry_after"),
    [
        (ThrottledError("slow down"), "BUSY", "5"),
        (NotFoundError("no such table"), "DEPLOYMENT_FAULT", None),
    ],
)
def test_errors_of_aws_are_problems(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, retry_after: str | None
) -> None:
    """Where AWS is busy the answer says when to come back; a fault of the deployment says nothing secret."""

    def fails(call: Call) -> Answer:
        raise error

    operation = Operation(
        name="fail",
        method="GET",
        path="/failing",
        access=Access.OPEN,
        summary="Fail",
        answer=None,
        answer_description="None.",
    )
    monkeypatch.setattr("media_pipeline.handlers.api.SERVED", [(operation, fails)])
    answered = Api().call("GET", "/api/failing")
    assert answered.code == code
    assert answered.headers.get("Retry-After") == retry_after
    assert str(error) not in answered.text
