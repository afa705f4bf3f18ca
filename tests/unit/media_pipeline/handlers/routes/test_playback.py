"""Cookies and URLs that the API signs for viewers."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from media_pipeline.domain.clock import timestamp
from tests.support.api_calls import Answered, machine, person
from tests.support.api_world import ApiWorld, signed_by_name

VIEWER = person("viewer")


@pytest.fixture
def world() -> ApiWorld:
    """Return an API with an empty table."""
    return ApiWorld()


def post(world: ApiWorld, asset_id: str, what: str, **asked: Any) -> Answered:
    """Return what a viewer is answered."""
    return world.api.call("POST", f"/api/assets/{asset_id}/{what}", claims=VIEWER, **asked)


def decoded(text: str) -> bytes:
    """Return the bytes that CloudFront reads out of a text."""
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


def test_cookies_open_one_asset_for_hours(world: ApiWorld) -> None:
    """Path and policy name the asset alone, no script sees the cookies, and no other site sends them."""
    asset_id = world.complete("lectures/week-1.mp4")
    answered = post(world, asset_id, "playback")
    ends = world.clock() + timedelta(hours=6)
    assert answered.status == 200
    assert answered.body["expires_at"] == timestamp(ends)
    assert answered.body["path"] == f"/media/{asset_id}/"
    values = {}
    for cookie in answered.cookies:
        pair, *attributes = cookie.split("; ")
        name, _, values[name] = [*pair.partition("=")]
        assert {f"Path=/media/{asset_id}/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(attributes)
    policy = decoded(values["CloudFront-Policy"])
    (statement,) = json.loads(policy)["Statement"]
    assert statement["Resource"] == f"https://media.example.com/media/{asset_id}/*"
    assert statement["Condition"] == {"DateLessThan": {"AWS:EpochTime": int(ends.timestamp())}}
    assert decoded(values["CloudFront-Signature"]) == signed_by_name(policy)
    assert values["CloudFront-Key-Pair-Id"] == "K2JCJMDEHXQW5F"
    assert values["CloudFront-Hash-Algorithm"] == "SHA256"


def test_what_can_be_played_comes_with_the_cookies(world: ApiWorld) -> None:
    """A page needs no second request: every path is below the one that the cookies open."""
    told = post(world, world.complete("a.mp4"), "playback").body
    paths = [entry["path"] for entry in (*told["outputs"], *told["captions"])]
    assert len(paths) == 5
    assert all(path.startswith(told["path"]) for path in paths)


def test_a_url_opens_one_file(world: ApiWorld) -> None:
    """It names the file, an end and the key; the signature is over just that."""
    asset_id = world.complete("a.mp4")
    path = f"/media/{asset_id}/1/mp4/video_720p.mp4"
    answered = post(world, asset_id, "downloads", body={"path": path})
    assert answered.status == 200
    assert answered.cookies == []
    url = urlsplit(answered.body["url"])
    assert (url.scheme, url.netloc, url.path) == ("https", "media.example.com", path)
    ends = world.clock() + timedelta(hours=4)
    assert parse_qs(url.query)["Expires"] == [str(int(ends.timestamp()))]
    assert answered.body["expires_at"] == timestamp(ends)


@pytest.mark.parametrize(
    "path",
    [
        "/media/{asset_id}/1/mp4/other.mp4",
        "/media/{asset_id}/1/../../{other}/1/mp4/video_720p.mp4",
        "/media/{other}/1/mp4/video_720p.mp4",
        "/media/*",
        "https://elsewhere.example.com/x.mp4",
    ],
)
def test_no_other_file_is_signed(world: ApiWorld, path: str) -> None:
    """Only what the asset's record names gets a URL: no pattern, no other asset's file, no way around."""
    asset_id, other = world.complete("a.mp4"), world.complete("b.mp4")
    refused = post(world, asset_id, "downloads", body={"path": path.format(asset_id=asset_id, other=other)})
    assert (refused.code, refused.body["field"]) == ("UNKNOWN_OUTPUT", "path")


@pytest.mark.parametrize("what", ["playback", "downloads"])
def test_what_is_not_complete_can_not_be_played(world: ApiWorld, what: str) -> None:
    """What failed, is under way, is being removed or is not there is not signed for."""
    body = {"path": "/media/x"} if what == "downloads" else None
    removed = world.complete("c.mp4")
    world.table.records[removed]["removing_since"] = timestamp(world.clock())
    for asset_id in (world.fail("a.mp4"), world.upload("b.mp4"), removed):
        refused = post(world, asset_id, what, body=body)
        assert refused.code == "NOT_PLAYABLE"
        assert refused.cookies == []
    assert post(world, "0" * 32, what, body=body).code == "UNKNOWN_ASSET"


@pytest.mark.parametrize("what", ["playback", "downloads"])
def test_only_viewers_are_let_in(world: ApiWorld, what: str) -> None:
    """Without the group or the scope nothing is signed."""
    asset_id = world.complete("a.mp4")
    body = {"path": f"/media/{asset_id}/1/mp4/video_720p.mp4"} if what == "downloads" else None
    for claims, status in ((person(), 403), (machine("upload"), 403), (None, 401), (machine("read"), 200)):
        answered = world.api.call("POST", f"/api/assets/{asset_id}/{what}", claims=claims, body=body)
        assert answered.status == status
        assert bool(answered.cookies) == (status == 200 and what == "playback")


def test_what_is_public_comes_with_plain_urls(world: ApiWorld) -> None:
    """No cookie and no end: outputs lie below a path that the distribution answers to everybody."""
    asset_id = world.complete("trailer.mp4", is_public=True)
    answered = post(world, asset_id, "playback")
    assert (answered.status, answered.cookies) == (200, [])
    assert answered.body["public"] is True
    assert "expires_at" not in answered.body
    assert answered.body["path"] == f"/media/public/{asset_id}/"
    paths = [entry["path"] for entry in (*answered.body["outputs"], *answered.body["captions"])]
    assert all(path.startswith(answered.body["path"]) for path in paths)
    path = f"/media/public/{asset_id}/1/mp4/video_720p.mp4"
    assert post(world, asset_id, "downloads", body={"path": path}).body == {
        "url": f"https://media.example.com{path}"
    }
    refused = post(world, asset_id, "downloads", body={"path": path.replace("/public", "")})
    assert refused.code == "UNKNOWN_OUTPUT"


def test_an_asset_says_whether_it_is_public(world: ApiWorld) -> None:
    """Playing and looking at an asset tell the same, and what is private is so without being asked."""
    for is_public in (True, False):
        asset_id = world.complete(f"{is_public}.mp4", is_public=is_public)
        assert post(world, asset_id, "playback").body["public"] is is_public
        assert world.api.call("GET", f"/api/assets/{asset_id}", claims=VIEWER).body["public"] is is_public
