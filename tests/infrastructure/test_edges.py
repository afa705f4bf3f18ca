"""Every cell of the table of edges is true in every environment, and the policies allow nothing beside it."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.infrastructure.delivery_edges import DELIVERY_CALLERS, DELIVERY_EDGES
from tests.infrastructure.edges import (
    EDGES,
    NAMES_ONLY,
    NOT_ENCRYPTED,
    SAME_KEY,
    Edge,
)
from tests.infrastructure.places import (
    PEOPLE,
    identity_policies,
    places,
    principal,
    resource_policies,
)
from tests.infrastructure.policies import (
    Policy,
    Request,
    allows,
    like,
    listed,
    speaks_for,
    statements,
)
from tests.infrastructure.sides import (
    Nothing,
    OwnPolicy,
    PlacePolicy,
    Question,
)
from tests.infrastructure.stack import Stack

CELLS = [(edge, side) for edge in EDGES for side in edge.sides]
DECIDED = [(edge, name) for edge, name in CELLS if not isinstance(edge.sides[name], Nothing)]
UNDECIDED = [(edge, name) for edge, name in CELLS if isinstance(edge.sides[name], Nothing)]
CALLERS = sorted({edge.caller for edge in EDGES if isinstance(edge.identity, OwnPolicy)})
DELIVERY_CELLS = [(edge, side) for edge in DELIVERY_EDGES for side in edge.sides]
DELIVERY_DECIDED = [(e, name) for e, name in DELIVERY_CELLS if not isinstance(e.sides[name], Nothing)]
DELIVERY_UNDECIDED = [(e, name) for e, name in DELIVERY_CELLS if isinstance(e.sides[name], Nothing)]


def _edges(stack: Stack) -> tuple[Edge, ...]:
    """Return the edges that a stack has: those of delivery where there is a distribution."""
    return (*EDGES, *DELIVERY_EDGES) if stack.of("aws_cloudfront_distribution") else EDGES


def _callers(stack: Stack) -> set[str]:
    return {edge.caller for edge in _edges(stack) if isinstance(edge.identity, OwnPolicy)}


def _cell(value: Edge | str) -> str:
    return str(value).replace(" ", "-")


def _wrong(stack: Stack, edge: Edge, side: str) -> list[Request]:
    """Return the requests of a cell that are answered wrongly."""
    questions = list(edge.sides[side].questions(stack, edge))
    assert {question.granted for question in questions} >= {True}, "a cell that asks for nothing"
    return [q.request for q in questions if allows(q.documents, q.request) is not q.granted]


@pytest.mark.parametrize(("edge", "side"), DECIDED, ids=_cell)
def test_the_side_lets_the_call_through(pipeline: Stack, edge: Edge, side: str) -> None:
    """What a cell says is granted is granted, and the same from elsewhere, or without TLS, is refused."""
    assert _wrong(pipeline, edge, side) == []


@pytest.mark.parametrize(("edge", "side"), DELIVERY_DECIDED, ids=_cell)
def test_the_side_lets_the_call_of_delivery_through(delivering: Stack, edge: Edge, side: str) -> None:
    """The same of what only a pipeline with delivery calls."""
    assert _wrong(delivering, edge, side) == []


@pytest.mark.parametrize(("edge", "side"), DELIVERY_UNDECIDED, ids=_cell)
def test_the_side_of_delivery_has_nothing_to_decide(delivering: Stack, edge: Edge, side: str) -> None:
    """The same of what only a pipeline with delivery calls."""
    _decides_nothing(delivering, edge, side)


@pytest.mark.parametrize(("edge", "side"), UNDECIDED, ids=_cell)
def test_the_side_has_nothing_to_decide(pipeline: Stack, edge: Edge, side: str) -> None:
    """Where a cell says that its side decides nothing, there is nothing there that could."""
    _decides_nothing(pipeline, edge, side)


def _decides_nothing(pipeline: Stack, edge: Edge, side: str) -> None:
    is_a_call = ":" in edge.actions[0]
    if side == "identity":
        assert not is_a_call or f"role of {edge.caller}" not in places(pipeline)
    elif side == "resource":
        # A role's trust says who assumes it, and nothing of who passes it on.
        assert (
            not is_a_call or edge.actions == ("iam:PassRole",) or not resource_policies(pipeline, edge.place)
        )
    elif edge.key is NOT_ENCRYPTED:
        assert not _is_encrypted(pipeline, edge.place)
    elif edge.key is NAMES_ONLY:
        assert all(action.startswith("s3:List") for action in edge.actions)
    elif edge.key is SAME_KEY:
        assert len({queue["kms_master_key_id"] for queue in pipeline.of("aws_sqs_queue")}) == 1


def _is_encrypted(stack: Stack, place: str) -> bool:
    """Tell whether the resource of a place mentions the key, or a bucket's encryption does."""
    owner = places(stack)[place].owner
    resource = next((r for r in stack.resources if r.address == owner), None)
    if resource is None:
        return False
    about = [resource.attributes]
    if resource.type == "aws_s3_bucket":
        encryption = "aws_s3_bucket_server_side_encryption_configuration"
        about += [c.attributes for c in stack.of(encryption) if c["bucket"] == resource["bucket"]]
    return places(stack)["the key"].arn in json.dumps(about)


def _documents(stack: Stack) -> Iterator[tuple[str, Policy]]:
    """Yield every policy that allows something, with its resource's address."""
    for resource in stack.resources:
        for attribute in ("policy", "assume_role_policy"):
            if resource.get(attribute) is not None:
                yield resource.address, resource[attribute]
    for place in places(stack):
        if place.startswith("function "):
            yield from ((place, policy) for policy in resource_policies(stack, place))


def _beside_the_table(stack: Stack) -> list[str]:
    """Return the actions and resources of Allow statements that no edge's questions need."""
    asked: list[Question] = [
        question
        for edge in _edges(stack)
        for side in edge.sides.values()
        for question in side.questions(stack, edge)
        if question.granted
    ]
    beside = []
    for address, document in _documents(stack):
        requests = [q.request for q in asked if any(d == document for d in q.documents)]
        for statement in statements(document):
            if statement["Effect"] != "Allow":
                continue
            needed = [request for request in requests if speaks_for(statement, request)]
            unneeded: list[tuple[str, Callable[[Request], str]]] = [
                *((action, lambda r: r.action) for action in listed(statement["Action"])),
                *((resource, lambda r: r.resource) for resource in listed(statement.get("Resource"))),
            ]
            beside += [
                f"{address}: {statement['Sid']}: {pattern}"
                for pattern, of in unneeded
                if not any(like(pattern, of(request)) for request in needed)
            ]
    return beside


def test_every_permission_belongs_to_an_edge(pipeline: Stack) -> None:
    """No statement allows an action, or names a resource, that no edge of the table needs."""
    assert _beside_the_table(pipeline) == []


@pytest.mark.parametrize("caller", CALLERS, ids=_cell)
def test_a_role_may_call_its_edges_and_no_other_place(pipeline: Stack, caller: str) -> None:
    """Each action of a caller is allowed to a role on the places of its own edges alone."""
    _keeps_to_its_edges(pipeline, caller)


@pytest.mark.parametrize("caller", DELIVERY_CALLERS, ids=_cell)
def test_a_role_of_delivery_may_call_its_edges_and_no_other_place(delivering: Stack, caller: str) -> None:
    """The same of the roles that only a pipeline with delivery has."""
    _keeps_to_its_edges(delivering, caller)


def _keeps_to_its_edges(pipeline: Stack, caller: str) -> None:
    edges = [edge for edge in _edges(pipeline) if isinstance(edge.identity, OwnPolicy)]
    own = {(action, edge.place) for edge in edges if edge.caller == caller for action in edge.actions}
    anywhere = {action for action, place in own if place == "no resource (`*`)"}
    context = {key: value for edge in edges for key, value in _when(edge).items()}
    policies = identity_policies(pipeline, caller)
    for action in sorted({action for edge in edges for action in edge.actions} - anywhere):
        for name, place in places(pipeline).items():
            allowed = allows(policies, Request(action=action, resource=place.arn, context=context))
            assert allowed is ((action, name) in own), f"{action} on {name}"


def _when(edge: Edge) -> Mapping[str, str]:
    return edge.identity.when if isinstance(edge.identity, OwnPolicy) else {}


def test_every_role_is_a_caller(pipeline: Stack) -> None:
    """The table speaks of every role that the stack has, and of every policy that people can be given."""
    callers = _callers(pipeline)
    of_callers = {principal(pipeline, caller) for caller in callers if caller not in PEOPLE}
    assert of_callers == {pipeline.arn(role) for role in pipeline.of("aws_iam_role")}
    given = {_component(pipeline, policy["name"]) for policy in pipeline.of("aws_iam_policy")}
    assert given == set(PEOPLE) <= callers


def test_every_rule_is_a_caller(pipeline: Stack) -> None:
    """The table speaks of every rule that the stack has, by the name that its source has there."""
    rules = {
        f"rule {_component(pipeline, rule['name'])}" for rule in pipeline.of("aws_cloudwatch_event_rule")
    }
    assert {edge.caller for edge in _edges(pipeline) if edge.caller.startswith("rule ")} == rules
    for edge in _edges(pipeline):
        if edge.caller.startswith("rule ") and isinstance(edge.resource, PlacePolicy):
            rule = pipeline.with_arn(edge.resource.source.format(name=pipeline.name))
            assert edge.caller == f"rule {_component(pipeline, rule['name'])}"


def _component(stack: Stack, name: str) -> str:
    return name.removeprefix("media-pipeline-").removesuffix(f"-{stack.name}")


def _changed(stack: Stack, change: Callable[[dict[str, Any]], None]) -> Stack:
    """Return a stack in which the orchestrator's policy is another."""
    document = copy.deepcopy(dict(stack.document))
    policies = document["resource"]["aws_iam_role_policy"]
    (body,) = (body for id_, body in policies.items() if id_.startswith("IngestOrchestrator"))
    policy = json.loads(body["policy"])
    change(policy)
    body["policy"] = json.dumps(policy)
    return Stack(stack.name, document)


def _statement(policy: dict[str, Any], sid: str) -> dict[str, Any]:
    (statement,) = (s for s in policy["Statement"] if s["Sid"] == sid)
    found: dict[str, Any] = statement
    return found


def test_what_is_granted_too_much_is_found(pipeline: Stack) -> None:
    """One more action in a policy, or one more resource, is beside the table."""
    more_actions = _changed(
        pipeline, lambda p: _statement(p, "SubmitJobs")["Action"].append("s3:DeleteObject")
    )
    assert [line.rsplit(": ", 1)[-1] for line in _beside_the_table(more_actions)] == ["s3:DeleteObject"]
    more_places = _changed(
        pipeline, lambda p: _statement(p, "SubmitJobs")["Resource"].append("arn:aws:s3:::x")
    )
    assert [line.rsplit(": ", 1)[-1] for line in _beside_the_table(more_places)] == ["arn:aws:s3:::x"]


def test_what_is_granted_too_little_is_found(pipeline: Stack) -> None:
    """One action less in a policy makes its cell untrue, and so does a condition less."""
    less = _changed(
        pipeline, lambda p: _statement(p, "SubmitJobs")["Action"].remove("mediaconvert:CreateJob")
    )
    (submits,) = (edge for edge in EDGES if "mediaconvert:CreateJob" in edge.actions)
    assert [request.action for request in _wrong(less, submits, "identity")] == ["mediaconvert:CreateJob"]
    unlimited = _changed(pipeline, lambda p: _statement(p, "PassJobRole").pop("Condition"))
    (passes,) = (edge for edge in EDGES if "iam:PassRole" in edge.actions)
    assert [request.context for request in _wrong(unlimited, passes, "identity")] == [
        {"iam:PassedToService": "lambda.amazonaws.com"}
    ]
