"""The people of a load test: users of the deployed pool, and what they call the API with."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import partial

from sandbox.chaos.api.client import ApiClient
from sandbox.deployment.delivered import Delivered
from sandbox.deployment.deploy import Deployment
from sandbox.runtime.endpoints import Endpoints

_GROUP = "uploader"


@dataclass(frozen=True, slots=True)
class Uploading:
    """A person who may upload: their client, and what the pool calls them, which is in their keys."""

    client: ApiClient
    subject: str


def uploading_people(
    endpoints: Endpoints, deployment: Deployment, *, run: str, count: int
) -> list[Uploading]:
    """Add so many users, who have uploaded nothing yet, and sign them in.

    Raises:
        SandboxError: The pipeline has no delivery, or signing in is refused.
    """
    delivered = Delivered(endpoints, deployment)
    found: list[Uploading] = []
    for number in range(count):
        person = delivered.add_person(f"chaos-{run}-{number}@example.com".lower(), _GROUP)
        client = ApiClient(endpoints.page, partial(delivered.sign_in, person))
        found.append(Uploading(client, subject_of(delivered.sign_in(person))))
    return found


def subject_of(token: str) -> str:
    """Return what a token says whose it is; the API checks the rest."""
    claims = token.split(".")[1]
    read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return str(read["sub"])
