"""Endpoints of webhooks at the deployed pipeline, and the ends of assets that they are told of."""

import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from media_pipeline.adapters.webhooks.endpoint_store import MAX_AGE_SECONDS, SsmEndpointAdministration
from media_pipeline.domain.errors import NotFoundError
from media_pipeline.domain.webhooks.endpoint import Endpoint, Secrets, in_order, new_secret
from tests.e2e.delivery.films import Film, complete_film
from tests.e2e.delivery.receivers import TAKEN, Receivers
from tests.e2e.deployed import Sandbox
from tests.e2e.operators import Operator
from tests.e2e.pipeline import Pipeline

STEADY, FLAKY, GONE, SLOW, ROTATED, INNER = "steady", "flaky", "gone", "slow", "rotated", "inner"
METADATA_URL = "https://169.254.169.254/latest/meta-data/"
FOLDER = "told/"
TEXTS = 4
# Below the sender's deadline, and long beside what it takes to tell all others.
SLOW_SECONDS = 6.0
_SECRET = re.compile(r"whsec_\S+")


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what endpoints were told of.

    Attributes:
        secrets: By endpoint, those that sign for it; a rotated one has two.
        texts: The assets that failed, by their keys.
        film: One that completed.
    """

    receivers: Receivers
    secrets: Mapping[str, list[str]]
    administration: SsmEndpointAdministration
    texts: Mapping[str, str]
    film: Film


def receivers() -> Receivers:
    """Start receivers, some of which behave badly."""

    def takes_its_time(before: int) -> int:
        # All texts, and the film.
        if before <= TEXTS:
            time.sleep(SLOW_SECONDS)
        return TAKEN

    return Receivers(
        {FLAKY: lambda before: TAKEN if before else 500, GONE: lambda before: 410, SLOW: takes_its_time},
        folder=FOLDER,
    )


@contextmanager
def announcing(
    sandbox: Sandbox, pipeline: Pipeline, operator: Operator, clip: Path
) -> Iterator["Future[Told]"]:
    """Add endpoints, and let assets end as soon as these are known; remove the endpoints afterwards.

    Waiting for it is left to who needs the result.
    """
    administration = SsmEndpointAdministration(
        sandbox.client("ssm"),
        path=sandbox.deployment.output("webhooks_path"),
        key_id=sandbox.deployment.output("key_arn"),
    )
    listening = receivers()
    with ThreadPoolExecutor() as threads:
        told = threads.submit(_announce, listening, operator, administration, pipeline, clip)
        try:
            yield told
        finally:
            # What failed is reported by the tests that need it.
            with suppress(Exception):
                told.result()
            for endpoint in (STEADY, FLAKY, GONE, SLOW, ROTATED, INNER):
                with suppress(NotFoundError):
                    administration.remove(endpoint)
            # Tries that are due in minutes would hold up who waits for an empty queue.
            sandbox.client("sqs").purge_queue(QueueUrl=sandbox.deployment.output("webhooks_queue_url"))
            listening.close()


def _announce(
    listening: Receivers,
    operator: Operator,
    administration: SsmEndpointAdministration,
    pipeline: Pipeline,
    clip: Path,
) -> Told:
    def add(endpoint: str) -> list[str]:
        said = operator.run("webhooks", "add", listening.url(endpoint), "--id", endpoint)
        return _SECRET.findall(said)

    named = [STEADY, FLAKY, GONE, SLOW, ROTATED]
    with ThreadPoolExecutor(2) as threads:
        secrets = dict(zip(named, threads.map(add, named), strict=True))
    # The command refuses such an address. Who writes parameters gets no further.
    secrets[INNER] = [new_secret(b"i" * 32)]
    administration.write_secrets(INNER, Secrets(current=secrets[INNER][0]))
    administration.write(
        Endpoint(
            endpoint_id=INNER,
            url=METADATA_URL,
            statuses=in_order(frozenset()),
            created_at="2026-01-02T03:04:05.678Z",
        )
    )
    said = operator.run("webhooks", "rotate", ROTATED, "--keep", "1d", "--yes")
    secrets[ROTATED] += _SECRET.findall(said)
    time.sleep(MAX_AGE_SECONDS + 1)
    versions = {f"{FOLDER}{number}.txt": b"No video.\n" for number in range(TEXTS)}
    uploaded = {key: pipeline.put(key, body) for key, body in versions.items()}
    film = pipeline.put(f"{FOLDER}film.mp4", clip.read_bytes())
    texts = {key: str(pipeline.ended(key, version)["asset_id"]) for key, version in uploaded.items()}
    return Told(listening, secrets, administration, texts, complete_film(pipeline, f"{FOLDER}film.mp4", film))
