"""What Terraform finds to change after all that was done, and after the local AWS came back."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.deployment.delivered import Delivered, Person
from sandbox.runtime import servers
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline

pytestmark = pytest.mark.phase("changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Hold what a viewer was given before the local AWS ended."""

    person: Person
    token: str
    path: str
    cookies: Mapping[str, str]


@pytest.fixture(scope="module")
def delivered(sandbox: Sandbox) -> Delivered:
    """Return the distribution with its API and people."""
    return Delivered(sandbox.endpoints, sandbox.deployment)


@pytest.fixture(scope="module")
def admitted(sandbox: Sandbox, delivered: Delivered, pipeline: Pipeline, tiny_clip: Path) -> Admitted:
    """Let a viewer in, and have the local AWS save it, as it does by itself every 10 seconds or more."""
    version = pipeline.put("plan/plays.mp4", tiny_clip.read_bytes())
    asset_id = pipeline.ended("plan/plays.mp4", version)["asset_id"]
    person = delivered.add_person("kept@example.com", "viewer")
    token = delivered.sign_in(person)
    playback = delivered.call("POST", f"/api/assets/{asset_id}/playback", token=token)
    cookie = "; ".join(f"{name}={value}" for name, value in playback.cookies().items())
    servers.save_local_aws(sandbox.endpoints)
    return Admitted(
        person=person,
        token=token,
        path=playback.json()["outputs"][0]["path"],
        cookies={"Cookie": cookie},
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_a_plan_is_clean_after_everything_that_was_done(
    sandbox: Sandbox, delivered: Delivered, admitted: Admitted, number: signal.Signals
) -> None:
    """Videos, failures and an end of the local AWS leave nothing that Terraform would change.

    However it ended, the token and the cookies of before are good, and who has a password signs in.
    """
    servers.restart_local_aws(sandbox.folder, sandbox.running, number)
    assert sandbox.deployer.is_clean()
    assert delivered.call("GET", admitted.path, headers=admitted.cookies).status == 200
    assert delivered.call("GET", admitted.path).status == 403
    assert delivered.call("GET", "/api/assets", token=admitted.token).status == 200
    assert delivered.sign_in(admitted.person)
