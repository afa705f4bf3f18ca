"""What the API tells of assets, profiles and presets."""

from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.transitions import Transition
from tests.support.api_calls import machine, person
from tests.support.api_world import ApiWorld
from tests.support.pricing import SHIPPED_PRICES

VIEWER = person("viewer")


@pytest.fixture
def world() -> ApiWorld:
    """Return an API with an empty table."""
    return ApiWorld()


def get(world: ApiWorld, path: str, **asked: Any) -> Any:
    """Return the body of an answer to a viewer."""
    answered = world.api.call("GET", path, claims=VIEWER, **asked)
    assert answered.status == 200, answered.text
    return answered.body


def test_assets_are_listed_newest_first_in_pages(world: ApiWorld) -> None:
    """A cursor leads to the next page; no page is longer than the setting, whatever is asked for."""
    made = [world.upload(f"lectures/week-{week}.mp4") for week in range(5)]
    first = get(world, "/api/assets", query={"limit": "1000"})
    assert [asset["id"] for asset in first["assets"]] == made[:1:-1]
    second = get(world, "/api/assets", query={"limit": "1", "cursor": first["next_cursor"]})
    assert [asset["id"] for asset in second["assets"]] == [made[1]]
    third = get(world, "/api/assets", query={"cursor": second["next_cursor"]})
    assert [asset["id"] for asset in third["assets"]] == [made[0]]
    assert "next_cursor" not in third


def test_a_line_has_what_a_list_shows(world: ApiWorld) -> None:
    """Of a video that is done: how long it is, its picture, which can be signed, and what it cost."""
    asset_id = world.complete("lectures/week-1.mp4")
    (line,) = get(world, "/api/assets")["assets"]
    shown = {name: line[name] for name in ("duration_ms", "poster", "quote_usd", "billed_usd")}
    assert shown == {
        "duration_ms": 59_000,
        "poster": f"/media/{asset_id}/1/thumbnails/thumbnail_640w.0000001.jpg",
        "quote_usd": "0.134250",
        "billed_usd": "0.132750",
    }
    signed = world.api.call(
        "POST", f"/api/assets/{asset_id}/downloads", claims=VIEWER, body={"path": line["poster"]}
    )
    assert signed.status == 200


def test_assets_of_one_status_are_listed(world: ApiWorld) -> None:
    """A status chooses, and an asset that failed says with which code."""
    world.upload("a.mp4")
    failed = world.fail("notes.mp4")
    (only,) = get(world, "/api/assets", query={"status": "FAILED"})["assets"]
    assert (only["id"], only["status"], only["error_code"]) == (failed, "FAILED", "NOT_A_MEDIA_FILE")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"cursor": "made up"}, "INVALID_CURSOR", "cursor"),
        ({"cursor": ""}, "INVALID_REQUEST", "cursor"),
        ({"status": "DONE"}, "INVALID_REQUEST", "status"),
        ({"limit": "0"}, "INVALID_REQUEST", "limit"),
        ({"limit": "1001"}, "INVALID_REQUEST", "limit"),
        ({"limit": "many"}, "INVALID_REQUEST", "limit"),
        ({"page": "2"}, "INVALID_REQUEST", "page"),
    ],
)
def test_a_listing_that_can_not_be_is_refused(
    world: ApiWorld, query: dict[str, str], code: str, field: str
) -> None:
    """The parameter at fault is named."""
    refused = world.api.call("GET", "/api/assets", claims=VIEWER, query=query)
    assert (refused.code, refused.body["field"]) == (code, field)


def test_a_complete_asset_tells_what_can_be_opened(world: ApiWorld) -> None:
    """Outputs and captions have paths of the distribution, and captions that can't be used a sentence."""
    asset_id = world.complete("lectures/week-1.mp4")
    asset = get(world, f"/api/assets/{asset_id}")
    assert asset["status"] == "COMPLETE"
    assert [output["format"] for output in asset["outputs"]] == ["HLS", "DASH", "MP4", "POSTER"]
    assert asset["outputs"][0] == {
        "format": "HLS",
        "path": f"/media/{asset_id}/1/cmaf/master.m3u8",
        "width": 1280,
        "height": 720,
        "duration_ms": 10_000,
    }
    (caption,) = asset["captions"]
    assert caption == {
        "language": "en",
        "label": "English",
        "path": f"/media/{asset_id}/1/captions/en.vtt",
        "source": "lectures/week-1.en.srt",
    }
    assert asset["rejected_captions"] == [{"key": "lectures/week-1.de.srt", "message": "It has no cue."}]
    assert [entry["status"] for entry in asset["history"]] == [
        *("RECEIVED", "SUBMITTED", "PROCESSING", "VERIFYING", "COMPLETE"),
    ]
    assert "progress_percent" not in asset


def test_an_asset_under_way_tells_its_progress(world: ApiWorld) -> None:
    """The percentage is what MediaConvert said last."""
    asset_id = world.upload("a.mp4")
    step = Transition(
        to=AssetStatus.PROCESSING, attempt=1, at=world.clock(), detail="The job began", job_id="job"
    )
    asset = world.table.advance(asset_id, step)
    assert asset is not None
    world.table.note_progress(asset, percent=42, now=world.clock())
    assert get(world, f"/api/assets/{asset_id}")["progress_percent"] == 42


def test_a_failed_asset_tells_why_in_every_attempt(world: ApiWorld) -> None:
    """The error has its code, its sentence, and whether another attempt may help."""
    asset_id = world.fail("notes.mp4")
    failed = world.table.get(asset_id)
    assert failed is not None
    error = get(world, f"/api/assets/{asset_id}")["error"]
    assert (error["code"], error["category"], error["replay_helps"]) == ("NOT_A_MEDIA_FILE", "source", False)
    assert error["message"].startswith("This is not a media file")
    world.table.replay(failed, now=world.clock(), detail="An operator replayed it")
    again = get(world, f"/api/assets/{asset_id}")
    assert "error" not in again
    assert [(attempt["attempt"], attempt["status"]) for attempt in again["attempts"]] == [
        *((1, "FAILED"), (2, "RECEIVED")),
    ]
    assert again["attempts"][0]["error"] == error


def test_nothing_is_told_of_where_things_lie(world: ApiWorld) -> None:
    """No bucket, job, claim or sequencer is among what viewers see."""
    asset_id = world.complete("lectures/week-1.mp4")
    told = world.api.call("GET", f"/api/assets/{asset_id}", claims=VIEWER).text
    for hidden in ("uploads", "1671477617078-2886ye", "claimed", "sequencer", "0055AED6DCD90281E5"):
        assert hidden not in told


@pytest.mark.parametrize("asset_id", ["0" * 32, "f" * 32])
def test_an_unknown_asset_is_not_found(world: ApiWorld, asset_id: str) -> None:
    """An id without a record, and one of a record that an operator removed, are the same to a viewer."""
    world.table.records["f" * 32] = {"asset_id": "f" * 32, "removed_at": "2026-01-02T03:04:05.678Z"}
    assert world.api.call("GET", f"/api/assets/{asset_id}", claims=VIEWER).code == "UNKNOWN_ASSET"


@pytest.mark.parametrize("asset_id", ["checkpoint#sweep", "..%2F..", "A" * 32, "0" * 31, "%00"])
def test_only_ids_of_assets_are_looked_up(world: ApiWorld, asset_id: str) -> None:
    """Whatever else lies in the table can't be asked for."""
    refused = world.api.call("GET", f"/api/assets/{asset_id}", claims=VIEWER)
    assert refused.code in ("INVALID_REQUEST", "UNKNOWN_ROUTE")


def test_profiles_and_presets_are_those_in_force(world: ApiWorld) -> None:
    """Each profile names presets that exist."""
    names = {preset["name"] for preset in get(world, "/api/presets")["presets"]}
    profiles = {profile["name"]: profile["presets"] for profile in get(world, "/api/profiles")["profiles"]}
    assert {"default", "audio"} <= profiles.keys()
    assert all(set(presets) <= names for presets in profiles.values())


def test_a_profile_tells_what_it_makes_and_what_a_minute_of_it_costs(world: ApiWorld) -> None:
    """Pictures and sounds of the reference, each once, the best first; the price is that of a quote."""
    profiles = {profile["name"]: profile for profile in get(world, "/api/profiles")["profiles"]}
    usual, sound = profiles["default"], profiles["audio"]
    sizes = [(picture["width"], picture["height"]) for picture in usual["pictures"]]
    assert sizes == [(1920, 1080), (1280, 720), (854, 480), (640, 360), (426, 240)]
    rates = [picture["bits_per_second"] for picture in usual["pictures"]]
    assert rates == sorted(set(rates), reverse=True)
    # Three of HD, three of SD and the stills at 0.015, 0.0075 and 0.015 a minute, and the sound at 0.003.
    assert usual["usd_a_minute"] == "0.085500"
    assert usual["is_settled"] is False
    assert (sound["pictures"], sound["sounds"]) == ([], [192_000, 128_000, 64_000])
    assert sound["usd_a_minute"] == "0.021000"


def test_a_profile_that_the_price_list_does_not_know_has_no_price(world: ApiWorld) -> None:
    """A sum that lacks a part would be too low, so there is none."""
    world.replace(prices=replace(SHIPPED_PRICES, minutes={}))
    for profile in get(world, "/api/profiles")["profiles"]:
        assert "usd_a_minute" not in profile
        assert profile["is_settled"] is False


@pytest.mark.parametrize("path", ["/api/assets", f"/api/assets/{'0' * 32}", "/api/profiles", "/api/presets"])
def test_reading_needs_a_viewer_or_the_scope(world: ApiWorld, path: str) -> None:
    """Without a token, a group or the scope nothing is told."""
    for claims, code in (
        (None, "NOT_SIGNED_IN"),
        (person(), "NOT_ALLOWED"),
        (machine("upload", "operate"), "NOT_ALLOWED"),
        ({**VIEWER, "token_use": "id"}, "NOT_SIGNED_IN"),
    ):
        assert world.api.call("GET", path, claims=claims).code == code
    assert world.api.call("GET", path, claims=machine("read")).status in (200, 404)
