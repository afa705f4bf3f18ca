"""Version 6 of the AWS provider takes every argument that is given, and has what is read, by its bindings."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.stack import Stack
from tests.infrastructure.successors.lane import LANES, Lane, python_of
from tests.infrastructure.successors.signatures import Argument, read_attributes, used_arguments

Arguments = Mapping[str, Argument | None]

# Bindings don't say in words what is deprecated. They show it where an argument is no longer required,
# because another one may stand for it.
# hash_key: deprecated in favor of key_schema, and range_key with it, which never was required. Both work.
# Source: https://github.com/hashicorp/terraform-provider-aws/issues/46197
# The alarm's are not deprecated: an alarm may have evaluation_criteria instead.
NO_LONGER_REQUIRED = {
    "provider6": set[str](),
    "cdktn": {
        "aws_dynamodb_table.global_secondary_index.hash_key",
        "aws_cloudwatch_metric_alarm.comparison_operator",
        "aws_cloudwatch_metric_alarm.evaluation_periods",
    },
}


@pytest.fixture(scope="module")
def ours(synthesized: Mapping[str, Mapping[str, Any]]) -> Arguments:
    """Return every argument that any stack gives, as our bindings have it."""
    return _used(synthesized, _our_bindings())


@pytest.fixture(scope="module", params=LANES, ids=lambda lane: lane.name)
def lane(request: pytest.FixtureRequest) -> Lane:
    """Return each lane in turn."""
    chosen: Lane = request.param
    return chosen


@pytest.fixture(scope="module")
def theirs(lane: Lane, synthesized: Mapping[str, Mapping[str, Any]]) -> Arguments:
    """Return every argument that any stack gives, as the bindings of provider 6 have it."""
    return _used(synthesized, _bindings(lane))


def _our_bindings() -> Path:
    spec = find_spec("cdktf_cdktf_provider_aws")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _bindings(lane: Lane) -> Path:
    (found,) = python_of(lane.name).parents[1].glob(f"lib/python*/site-packages/{lane.bindings}")
    return found


def _used(synthesized: Mapping[str, Mapping[str, Any]], bindings: Path) -> dict[str, Argument | None]:
    return {
        path: argument
        for stack in synthesized.values()
        for path, argument in used_arguments(stack, bindings).items()
    }


def test_our_bindings_have_what_is_read(ours: Arguments) -> None:
    """Every argument of the JSON is found in the bindings that wrote it; else, looking on proves nothing."""
    assert len(ours) > 300
    assert [path for path, argument in ours.items() if argument is None] == []


def test_no_argument_was_removed(theirs: Arguments) -> None:
    """No resource that we use lost an argument or a block that we give."""
    assert [path for path, argument in theirs.items() if argument is None] == []


def test_no_argument_has_another_type(ours: Arguments, theirs: Arguments) -> None:
    """What was one block is one block still, and what was a list is a list."""
    changed = {
        path: (argument.type, theirs[path])
        for path, argument in ours.items()
        if argument is not None and argument.type != getattr(theirs[path], "type", None)
    }
    assert changed == {}


def test_what_is_no_longer_required_is_listed(lane: Lane, ours: Arguments, theirs: Arguments) -> None:
    """An argument that became optional has a rival: the list says which, and why that is no matter."""
    found = {
        path
        for path, argument in ours.items()
        if argument is not None and argument.is_required and not getattr(theirs[path], "is_required", True)
    }
    assert found == NO_LONGER_REQUIRED[lane.name]


def test_a_missing_argument_is_found(theirs: Arguments, lane: Lane) -> None:
    """An argument that the bindings don't have is told apart from one that they have, in blocks too."""
    table = {"name": "t", "ttl": {"enabled": True, "until": "t"}, "local_index": [{"name": "i"}]}
    found = used_arguments({"resource": {"aws_dynamodb_table": {"t": table}}}, _bindings(lane))
    unknown = {path for path, argument in found.items() if argument is None}
    assert unknown == {"aws_dynamodb_table.ttl.until", "aws_dynamodb_table.local_index"}


def test_every_attribute_that_is_read_is_the_same(
    lane: Lane, synthesized: Mapping[str, Mapping[str, Any]]
) -> None:
    """Each attribute of a resource that another one, or an output, reads is there, and of the same type."""
    ours, theirs = (
        {path: kind for stack in synthesized.values() for path, kind in read_attributes(stack, each).items()}
        for each in (_our_bindings(), _bindings(lane))
    )
    assert len(ours) > 30
    assert None not in ours.values()
    assert theirs == ours
    # It became an argument, of any resource: where to make it. What it was is bucket_region now. Source:
    # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade
    assert "aws_s3_bucket.region" not in ours


def test_a_missing_attribute_is_found(lane: Lane) -> None:
    """An attribute that the bindings don't have is told apart from those that they have."""
    outputs = {"output": {"o": {"value": "${aws_sqs_queue.q.url}, ${data.aws_caller_identity.c.nickname}"}}}
    found = read_attributes(outputs, _bindings(lane))
    assert found == {"aws_sqs_queue.url": "builtins.str", "data_aws_caller_identity.nickname": None}


def test_every_index_has_a_range_key(any_stack: Stack) -> None:
    """No global index lacks a range key, with which releases of provider 6 fail to plan.

    Source: https://github.com/hashicorp/terraform-provider-aws/issues/46755 (6.27 does, 6.30 and 6.34 don't)
    """
    tables = any_stack.document.get("resource", {}).get("aws_dynamodb_table", {})
    indexes = [index for table in tables.values() for index in table["global_secondary_index"]]
    assert all(index.get("range_key") for index in indexes)
    assert bool(indexes) == bool(tables)
