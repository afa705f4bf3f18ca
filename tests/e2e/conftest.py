"""One deployment of the sandbox, shared by every e2e test of the session, in a folder of its own."""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sandbox.demo.clip import Clip, make_clip
from sandbox.deployment.deploy import Deployer
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from tests.e2e.deployed import Sandbox, client_of
from tests.e2e.pipeline import Pipeline
from tests.resilience.upgrade.upgrading import upgrade

FOLDER = Folder(PROJECT_ROOT / ".sandbox-tests")
# On the way to a destroyed deployment: what a later phase leaves behind would disturb an earlier one.
PHASES = ("media", "operations", "changes", "destroy")
_BROKEN_OFF = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as e2e, and run it phase by phase: a test names its module's phase.

    One process runs it last, after all that is quick; of several, one begins with it, since it takes longest.
    """
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.e2e)
    others = [item for item in items if item not in set(here)]
    here.sort(key=_phase)
    items[:] = [*here, *others] if "PYTEST_XDIST_WORKER" in os.environ else [*others, *here]


def _phase(item: pytest.Item) -> int:
    marker = item.get_closest_marker("phase")
    if marker is None:
        raise pytest.UsageError(f"{item.nodeid} has no phase: add pytest.mark.phase with one of {PHASES}.")
    return PHASES.index(marker.args[0])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Note whether workers may have been killed before they could stop the sandbox."""
    session.config.stash[_BROKEN_OFF] = exitstatus in (
        pytest.ExitCode.INTERRUPTED,
        pytest.ExitCode.INTERNAL_ERROR,
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the sandbox of workers that were killed."""
    is_controller = "PYTEST_XDIST_WORKER" not in os.environ and config.getoption("numprocesses", None)
    if is_controller and config.stash.get(_BROKEN_OFF, False) and config.getoption("markexpr") != "not e2e":
        servers.stop(FOLDER)


@pytest.fixture(scope="session")
def sandbox(tiny_clip: Path) -> Iterator[Sandbox]:
    """Start the servers on an empty state, apply an earlier release and the real stack over it."""
    servers.stop(FOLDER)
    shutil.rmtree(FOLDER.path, ignore_errors=True)
    try:
        running = servers.start(FOLDER, print, stays_up=True)
        deployer = Deployer(FOLDER, running.endpoints, running.check)
        deployer.synthesize()
        running.wait()
        client = partial(client_of, running.endpoints)
        upgraded = upgrade(FOLDER, running, deployer, client, tiny_clip.read_bytes())
        yield Sandbox(FOLDER, running, running.endpoints, deployer, deployer.deployment(), upgraded)
    finally:
        servers.stop(FOLDER)


@pytest.fixture(scope="session")
def pipeline(sandbox: Sandbox) -> Pipeline:
    """Return the deployed pipeline as a producer and an operator meet it."""
    return Pipeline(sandbox.client, sandbox.deployment)


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video that takes no time to transcode."""
    return make_clip(tmp_path_factory.mktemp("tiny"), Clip(width=176, height=144, seconds=2))
