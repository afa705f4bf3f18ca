"""A second sandbox, which began as an earlier release, for tests that may run beside all others.

They transcode what needs much computing, and run Terraform, which mostly waits.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sandbox.deployment.delivered import Delivered
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from tests.e2e.deployed import Sandbox, client_of, deployed_sandbox, empty_sandbox
from tests.e2e.operators import Operator
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline
from tests.resilience.upgrade.upgrading import Upgrade, upgrade

FOLDER = Folder(PROJECT_ROOT / ".sandbox-tests-upgraded")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop the sandbox after its last test, so that it takes no time from what this worker runs next."""
    yield
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        servers.stop(FOLDER)


@pytest.fixture(scope="session")
def upgraded(tiny_clip: Path) -> Iterator[tuple[Sandbox, Upgrade]]:
    """Start the servers on an empty state, apply an earlier release and the real stack over it."""
    with empty_sandbox(FOLDER) as (running, deployer):
        client = partial(client_of, running.endpoints)
        done = upgrade(FOLDER, running, deployer, client, tiny_clip.read_bytes())
        yield deployed_sandbox(FOLDER, running, deployer), done


@pytest.fixture(scope="session")
def sandbox(upgraded: tuple[Sandbox, Upgrade]) -> Sandbox:
    """Return the upgraded sandbox."""
    return upgraded[0]


@pytest.fixture(scope="session")
def upgrade_seen(upgraded: tuple[Sandbox, Upgrade]) -> Upgrade:
    """Return what happened while the current release was applied over the earlier one."""
    return upgraded[1]


@pytest.fixture(scope="session")
def pipeline(sandbox: Sandbox) -> Pipeline:
    """Return the upgraded pipeline as a producer and an operator meet it."""
    return Pipeline(sandbox.client, sandbox.deployment)


@pytest.fixture(scope="session")
def people(sandbox: Sandbox) -> People:
    """Return people of the upgraded pipeline's user pool."""
    return People(Delivered(sandbox.endpoints, sandbox.deployment))


@pytest.fixture(scope="session")
def operator(sandbox: Sandbox) -> Operator:
    """Return an operator of the upgraded pipeline."""
    return Operator(sandbox)
