"""A local AWS of this session's own, on which real adapters and their fakes are held to one contract."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from media_pipeline.adapters.asset_table import AssetTable
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.local_resources import new_assets_table

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Return a function that makes clients of a local AWS, which ends with the session.

    It is the sandbox's: MiniStack alone gets keys with spaces and accents wrong.
    """
    folder = tmp_path_factory.mktemp("local-aws")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "sandbox.local_aws.server",
        "--port",
        str(port),
        "--state-dir",
        str(folder),
    ]
    with Path(folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--mediaconvert-url", "http://127.0.0.1:9"],
            cwd=_ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            stdout=log,
            stderr=log,
        )

    # The stubs know a client's type by a literal name only.
    make_client: Callable[..., Any] = boto3.client

    def client(service: str) -> Any:
        return make_client(
            service,
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    try:
        _wait_for(url, server, folder / "log")
        yield client
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def dynamodb(local_aws: Callable[[str], Any]) -> Any:
    """Return a DynamoDB client of the local AWS."""
    return local_aws("dynamodb")


@pytest.fixture(params=["fake", "dynamodb"])
def table(request: pytest.FixtureRequest) -> AssetTable | FakeAssetTable:
    """Return an empty assets table, first the fake, then the real one."""
    if request.param == "fake":
        return FakeAssetTable()
    client = request.getfixturevalue("dynamodb")
    return AssetTable(client, new_assets_table(client))


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that only the test moves."""
    return FakeClock()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the local AWS did not start:\n{log.read_text(errors='replace')[-2000:]}")
