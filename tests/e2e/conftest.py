"""Sandboxes of the e2e tests: `tests.support.sandboxes` says which folders share one, on one worker."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.demo.clip import Clip, make_clip
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from tests.e2e.deployed import Sandbox, deployed_sandbox, empty_sandbox
from tests.e2e.operators import Operator
from tests.e2e.pipeline import Pipeline
from tests.support.sandboxes import sandbox_of

FOLDER = Folder(PROJECT_ROOT / ".sandbox-tests")
# On the way to a destroyed deployment: what a later phase leaves behind would disturb an earlier one.
PHASES = ("media", "operations", "delivery", "load", "changes", "audit", "destroy")
_BROKEN_OFF = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as e2e, and use each sandbox phase by phase: a test names its module's phase."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.e2e)
    others = [item for item in items if item not in set(here)]
    items[:] = [*others, *sorted(here, key=lambda item: (sandbox_of(item.nodeid) or "", _phase(item)))]


def _phase(item: pytest.Item) -> int:
    marker = item.get_closest_marker("phase")
    if marker is None:
        raise pytest.UsageError(f"{item.nodeid} has no phase: add pytest.mark.phase with one of {PHASES}.")
    return PHASES.index(marker.args[0])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Note whether workers may have been killed before they could stop their sandbox."""
    session.config.stash[_BROKEN_OFF] = exitstatus in (
        pytest.ExitCode.INTERRUPTED,
        pytest.ExitCode.INTERNAL_ERROR,
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the sandboxes of workers that were killed."""
    is_controller = "PYTEST_XDIST_WORKER" not in os.environ and config.getoption("numprocesses", None)
    if is_controller and config.stash.get(_BROKEN_OFF, False) and config.getoption("markexpr") != "not e2e":
        for path in FOLDER.path.parent.glob(f"{FOLDER.path.name}*"):
            servers.stop(Folder(path))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Start the servers on an empty state, and apply the stacks."""
    with empty_sandbox(FOLDER) as (running, deployer):
        deployer.deploy_all(lambda changes: None)
        yield deployed_sandbox(FOLDER, running, deployer)


@pytest.fixture(scope="session")
def pipeline(sandbox: Sandbox) -> Pipeline:
    """Return the deployed pipeline as a producer and an operator meet it."""
    return Pipeline(sandbox.client, sandbox.deployment)


@pytest.fixture(scope="session")
def operator(sandbox: Sandbox) -> Operator:
    """Return an operator of the sandbox's pipeline."""
    return Operator(sandbox)


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video that takes no time to transcode."""
    return make_clip(tmp_path_factory.mktemp("tiny"), Clip(width=176, height=144, seconds=2))
