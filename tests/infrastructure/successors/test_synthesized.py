"""What takes CDKTF's place, and what takes provider 5's, synthesizes the same stacks.

The App is copied, and nothing in it changes but the names in its bindings. Each difference is listed with
both values: a list that is stale, too long or too short fails.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.pipelines import PLAIN_ENVIRONMENT
from tests.infrastructure.stack import PLAIN, STACKS
from tests.infrastructure.successors.comparison import differences
from tests.infrastructure.successors.lane import (
    ALTERED_ARGUMENT,
    ALTERED_VALUES,
    LANES,
    Lane,
    Synthesized,
    alter_argument,
    copy_app,
    node_environment,
    python_of,
    read_manifest,
    rename_bindings,
    synthesize,
)

Stacks = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module", params=LANES, ids=lambda lane: lane.name)
def lane(request: pytest.FixtureRequest) -> Lane:
    """Return each lane in turn."""
    chosen: Lane = request.param
    return chosen


@pytest.fixture(scope="module")
def both(lane: Lane, tmp_path_factory: pytest.TempPathFactory) -> list[Synthesized]:
    """Synthesize every stack with a lane's bindings, and one stack of an App with an altered argument."""
    apps = [tmp_path_factory.mktemp(lane.name) for _ in range(2)]
    for app in apps:
        copy_app(app)
        if lane.is_fork:
            rename_bindings(app)
    alter_argument(apps[1])
    plain = {PLAIN: PLAIN_ENVIRONMENT}
    return synthesize(python_of(lane.name), {apps[0]: {"all": {}, **plain}, apps[1]: plain})


@pytest.fixture(scope="module")
def theirs(both: list[Synthesized]) -> Synthesized:
    """Return what a lane's bindings make of every stack, with delivery and without."""
    return both[0]


@pytest.fixture(scope="module")
def altered(both: list[Synthesized]) -> Synthesized:
    """Return what they make of the App in whose source one argument of one resource is another."""
    return both[1]


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_differs_in_what_is_listed_alone(
    name: str, lane: Lane, theirs: Synthesized, synthesized: Stacks
) -> None:
    """Every resource, argument, reference, output and asset is equal, and so is the zip's hash."""
    assert differences(synthesized[name], theirs.stacks[name]) == lane.differences


def test_no_stack_is_left_out(theirs: Synthesized, synthesized: Stacks) -> None:
    """All stacks are compared, among them one that delivers and one that doesn't."""
    assert set(theirs.stacks) == set(synthesized) == set(STACKS)
    delivers = {"aws_cloudfront_distribution" in stack["resource"] for stack in theirs.stacks.values()}
    assert delivers == {True, False}


def test_manifests_differ_in_what_is_listed_alone(
    lane: Lane, theirs: Synthesized, synthesis_directory: Path, plain_directory: Path
) -> None:
    """cdktf-cli finds the same stacks in the same folders."""
    ours = {"all": read_manifest(synthesis_directory), PLAIN: read_manifest(plain_directory)}
    for name, manifest in ours.items():
        assert differences(manifest, theirs.manifests[name]) == lane.manifest_differences


def test_one_argument_changed_in_the_source_fails(
    lane: Lane, altered: Synthesized, theirs: Synthesized, synthesized: Stacks
) -> None:
    """An App of which one resource has another argument doesn't pass: that argument is what differs."""
    (queue,) = synthesized[PLAIN]["resource"]["aws_media_convert_queue"]
    found = differences(synthesized[PLAIN], altered.stacks[PLAIN])
    assert found == {**lane.differences, ALTERED_ARGUMENT.format(queue): ALTERED_VALUES}
    assert differences(synthesized[PLAIN], theirs.stacks[PLAIN]) == lane.differences


def test_the_lanes_run_on_node_22() -> None:
    """What the lanes synthesize with is the Node.js that is locked, whichever the machine has."""
    said = subprocess.run(
        ["node", "--version"], env=node_environment(os.environ), capture_output=True, text=True, check=True
    ).stdout
    assert re.fullmatch(r"v22\.\d+\.\d+\n", said)


def test_one_argument_changed_on_one_side_is_found(
    lane: Lane, theirs: Synthesized, synthesized: Stacks
) -> None:
    """Whichever resource has another value in one argument, the comparison names it."""
    changed = 0
    for name in STACKS:
        altered = deepcopy(theirs.stacks[name])
        for path, body, argument in _arguments(altered):
            before = body[argument]
            body[argument] = f"{before}, changed"
            # Comparing one resource instead of the stack: there are some hundred in each.
            kind, resource = path
            found = differences(synthesized[name]["resource"][kind][resource], body)
            assert found == {argument: (before, f"{before}, changed")}
            changed += 1
        assert differences(synthesized[name], altered).keys() > lane.differences.keys()
    assert changed > 500


def _arguments(stack: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any], str]]:
    """Yield the first argument with a text of every resource."""
    for kind, resources in stack["resource"].items():
        for name, body in resources.items():
            text = next((key for key, value in body.items() if key != "//" and isinstance(value, str)), None)
            if text is not None:
                yield (kind, name), body, text


def test_bindings_load_what_is_named_only(lane: Lane, theirs: Synthesized) -> None:
    """Loading stays lazy: of two thousand modules and more, those that are used are loaded."""
    assert {module.split(".")[0] for module in theirs.modules} == {lane.bindings}
    assert f"{lane.bindings}.sqs_queue" in theirs.modules
    assert len(theirs.modules) < 150


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(1, True), (1, 1.0), ([1, 2], [1]), ({"a": None}, {}), ({}, {"a": []}), ("1", 1)],
    ids=["bool", "float", "length", "removed", "added", "text"],
)
def test_what_json_tells_apart_is_different(ours: Any, theirs: Any) -> None:
    """The comparison is that of JSON, not of Python, for which 1 and True are equal."""
    assert len(differences([ours], [theirs])) == 1
