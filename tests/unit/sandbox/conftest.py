"""The two servers, running on an empty state, shared by the tests that need them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.runtime import servers
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder
from tests.support.local_clients import Client, clients_of


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Return the session's sandbox folder."""
    return Folder(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(scope="session")
def endpoints(folder: Folder) -> Iterator[Endpoints]:
    """Run both servers for the session."""
    with servers.running(folder, print) as running:
        running.wait()
        yield running.endpoints


@pytest.fixture(scope="session")
def client(endpoints: Endpoints) -> Client:
    """Make clients as a user of the local AWS would."""
    return clients_of(endpoints)


@pytest.fixture
def terraform_script(tmp_path: Path) -> Callable[..., Path]:
    """Write programs that stand in for Terraform: they print, note how they were called, and exit."""

    def write(*lines: object, code: int = 0, body: str = "") -> Path:
        said = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        program = tmp_path / "terraform"
        program.write_text(
            f"#!/bin/sh\necho \"$@\" >> '{tmp_path}/calls'\ncat <<'END'\n{said}\nEND\n{body}\nexit {code}\n"
        )
        program.chmod(0o755)
        return program

    return write
