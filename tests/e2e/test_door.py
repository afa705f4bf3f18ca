"""What the deployed sandbox delivers, at the door without TLS that browsers use."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from sandbox.deployment.delivered import Delivered
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline

pytestmark = pytest.mark.phase("media")

EMAIL = "ann@example.com"


@pytest.fixture(scope="module")
def delivered(sandbox: Sandbox) -> Delivered:
    """Return the distribution with its API and people."""
    return Delivered(sandbox.endpoints, sandbox.deployment)


def test_a_viewer_signs_in_and_plays(delivered: Delivered, pipeline: Pipeline, tiny_clip: Path) -> None:
    """Who signed in gets cookies that open the asset's files and URLs that open one; others get neither."""
    version = pipeline.put("door/plays.mp4", tiny_clip.read_bytes())
    asset_id = pipeline.ended("door/plays.mp4", version)["asset_id"]
    assert delivered.call("POST", f"/api/assets/{asset_id}/playback").status == 401
    token = delivered.sign_in(delivered.add_person(EMAIL, "viewer"))
    let_in = delivered.call("POST", f"/api/assets/{asset_id}/playback", token=token)
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in let_in.cookies().items())}
    paths = {output["format"]: output["path"] for output in let_in.json()["outputs"]}
    assert paths.keys() >= {"HLS", "DASH", "MP4"}
    for path in paths.values():
        assert delivered.call("GET", path, headers=cookie).status == 200
        assert delivered.call("GET", path).status == 403
    signed = delivered.call(
        "POST", f"/api/assets/{asset_id}/downloads", token=token, body={"path": paths["MP4"]}
    ).json()["url"]
    assert signed.startswith(delivered.url)
    with urlopen(delivered.local(signed)) as answer:
        assert answer.headers["Content-Type"] == "video/mp4"


def test_a_part_is_sent_to_the_address_that_the_api_names(delivered: Delivered, tiny_clip: Path) -> None:
    """The URL of a part is one that a browser on this machine reaches; the bucket takes the part there."""
    token = delivered.sign_in(delivered.add_person("bea@example.com", "uploader"))
    video = tiny_clip.read_bytes()
    file = {"name": "part.mp4", "size_bytes": len(video), "content_type": "video/mp4"}
    begun = delivered.call(
        "POST", "/api/uploads", token=token, body=file, headers={"Idempotency-Key": "door-" + "0" * 16}
    )
    assert begun.status == 201, begun.body
    upload = f"/api/uploads/{begun.json()['upload_id']}"
    (part,) = delivered.call("POST", f"{upload}/parts", token=token, body={"parts": [1]}).json()["parts"]
    assert urlsplit(part["url"]).hostname == "127.0.0.1"
    with urlopen(Request(part["url"], data=video, method="PUT")) as answer:
        assert answer.status == 200
    # It is given up: other tests count the uploads that are processed.
    assert delivered.call("DELETE", upload, token=token).status == 204
