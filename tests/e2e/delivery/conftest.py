"""What the tests of delivery share: people who signed in, films that can be played, endpoints of webhooks."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from sandbox.deployment.delivered import Delivered
from tests.e2e.delivery.films import Film, complete_film
from tests.e2e.delivery.webhooks import Told, announcing
from tests.e2e.deployed import Sandbox
from tests.e2e.operators import Operator
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline


@pytest.fixture(scope="package")
def people(sandbox: Sandbox) -> People:
    """Return people of the deployed user pool."""
    return People(Delivered(sandbox.endpoints, sandbox.deployment))


@pytest.fixture(scope="package", autouse=True)
def announced(
    sandbox: Sandbox, pipeline: Pipeline, operator: Operator, tiny_clip: Path
) -> "Iterator[Future[Told]]":
    """Begin with webhooks, which take their time while other tests go on."""
    with announcing(sandbox, pipeline, operator, tiny_clip) as told:
        yield told


@pytest.fixture(scope="package")
def told(announced: "Future[Told]") -> Told:
    """Return what endpoints were told of."""
    return announced.result()


@pytest.fixture(scope="package")
def films(pipeline: Pipeline, tiny_clip: Path) -> tuple[Film, Film]:
    """Return two films that can be played."""
    keys = ("played/film.mp4", "played/other.mp4")
    versions = [pipeline.put(key, tiny_clip.read_bytes()) for key in keys]
    first, second = (complete_film(pipeline, *each) for each in zip(keys, versions, strict=True))
    return first, second
