"""Start the endpoint once per test module."""

from collections.abc import Iterator

import pytest

from tests.unit.sandbox.mediaconvert.api.endpoint import Endpoint


@pytest.fixture(scope="module")
def shared_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """Serve on a free port for all tests of a module."""
    with Endpoint(tmp_path_factory.mktemp("mediaconvert")).running() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(shared_endpoint: Endpoint) -> Iterator[Endpoint]:
    """Return the module's endpoint, and leave it as it was: no faults, jobs let go, S3 and bus in order."""
    yield shared_endpoint
    shared_endpoint.inject()
    shared_endpoint.bus.away = False
    shared_endpoint.s3.denied_buckets.clear()
    shared_endpoint.s3.refused_roles.clear()
    shared_endpoint.transcoder.go_on.set()
    shared_endpoint.until_idle()
    shared_endpoint.transcoder.reset()
