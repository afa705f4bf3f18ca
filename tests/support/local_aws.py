"""A local AWS of this session's own, on which real adapters and their fakes are held to one contract."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from media_pipeline.adapters.asset_table import AssetTable
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.local_resources import new_assets_table
from tests.support.server_process import running_local_aws


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Return a function that makes clients of a local AWS, which ends with the session.

    It is the sandbox's: MiniStack alone gets keys with spaces and accents wrong.
    """
    with running_local_aws(tmp_path_factory.mktemp("local-aws")) as url:
        yield lambda service: _client(service, url)


def _client(service: str, url: str) -> Any:
    # The stubs know a client's type by a literal name only.
    make_client: Callable[..., Any] = boto3.client
    return make_client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )


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
