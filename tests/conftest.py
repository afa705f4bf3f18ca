"""Stacks for every test: each environment is synthesized once a session, in this process."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.infrastructure.stack import (
    DELIVERING,
    ENVIRONMENTS,
    PIPELINES,
    PLAIN,
    STACKS,
    STATE_BACKENDS,
    Stack,
)
from tests.support.made_site import write_site
from tests.support.sandboxes import sandbox_of

# Deployed functions always have it; Powertools reads it by itself.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "MediaPipeline")

pytest_plugins = ["tests.support.local_aws", "tests.support.interruption"]

# The same examples in every run: a change is judged by itself. `make fuzz` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("repeatable")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Give each worker whole files, whose fixtures are costly; all that share a sandbox go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return sandbox_of(nodeid) or nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Choose how tests are spread over workers."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Give each core a worker, and one more, which works while another one waits for a server or a clock."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


# Its files take a second or two, and so do the workers wait for each other at the end.
_QUICKEST = "tests/unit/media_pipeline"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what takes longest first where several workers share the tests, so that they end together.

    One process runs it last, after all that is quick.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        folders = [_QUICKEST, *config.getini("testpaths"), ""]
        items.sort(
            key=lambda item: -next(n for n, folder in enumerate(folders) if item.nodeid.startswith(folder))
        )


@contextmanager
def once_a_run(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Yield a folder that all workers of a run share, to one of them at a time."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def synthesis_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which every stack is synthesized, with no setting overridden."""
    with once_a_run(tmp_path_factory, "cdktf.out") as folder:
        directory = folder / "stacks-of-this-run"
        if not directory.exists():
            # Imported here: CDKTF starts a Node.js process, which tests without stacks need not wait for.
            from main import build_app
            from stacks.delivery.site import read_site

            build_app({}, outdir=directory, site=read_site(write_site(folder / "site"))).synth()
    return directory


@pytest.fixture(scope="session")
def plain_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a sandbox without delivery is synthesized."""
    with once_a_run(tmp_path_factory, "cdktf.out") as folder:
        directory = folder / "plain-stack-of-this-run"
        if not directory.exists():
            from main import build_app
            from tests.infrastructure.pipelines import PLAIN_ENVIRONMENT

            build_app(PLAIN_ENVIRONMENT, outdir=directory).synth()
    return directory


@pytest.fixture(scope="session")
def synthesized(synthesis_directory: Path, plain_directory: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return every stack's JSON by the stack's name."""
    paths = [
        *sorted(synthesis_directory.glob("stacks/*/cdk.tf.json")),
        plain_directory / "stacks" / PLAIN / "cdk.tf.json",
    ]
    return {path.parent.name: json.loads(path.read_text()) for path in paths}


@pytest.fixture(scope="session")
def stacks(synthesized: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Stack]:
    """Return every stack, resolved, by name."""
    assert set(synthesized) == set(STACKS)
    return {name: Stack(name, document) for name, document in synthesized.items()}


@pytest.fixture(scope="session")
def pipelines(stacks: Mapping[str, Stack]) -> Mapping[str, Stack]:
    """Return the environments' stacks."""
    return {name: stacks[name] for name in ENVIRONMENTS}


@pytest.fixture(scope="session")
def state_backends(stacks: Mapping[str, Stack]) -> Mapping[str, Stack]:
    """Return the stacks that keep state."""
    return {name: stacks[name] for name in STATE_BACKENDS}


@pytest.fixture(params=PIPELINES)
def pipeline(request: pytest.FixtureRequest, stacks: Mapping[str, Stack]) -> Stack:
    """Return each environment's stack in turn, and that of one without delivery."""
    return stacks[request.param]


@pytest.fixture(params=STATE_BACKENDS)
def state_backend(request: pytest.FixtureRequest, stacks: Mapping[str, Stack]) -> Stack:
    """Return each state backend's stack in turn."""
    return stacks[request.param]


@pytest.fixture(params=STACKS)
def any_stack(request: pytest.FixtureRequest, stacks: Mapping[str, Stack]) -> Stack:
    """Return each stack in turn."""
    return stacks[request.param]


@pytest.fixture
def delivering(stacks: Mapping[str, Stack]) -> Stack:
    """Return the stack of an environment with delivery."""
    return stacks[DELIVERING]
