"""What webhooks say, and the messages that carry them."""

import json
from dataclasses import replace

import pytest

from media_pipeline.domain.asset import MAX_ATTEMPTS, Asset, AssetStatus
from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.webhooks.message import (
    MAX_PAYLOAD_BYTES,
    message_for,
    parse_message,
    payload_of,
    payload_of_test,
    payload_text,
)
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.webhook_world import PIPELINE, ended


def _ended(status: AssetStatus) -> Asset:
    return ended(FakeAssetTable(), FakeClock(), status)


def test_a_complete_asset_tells_where_to_play_it() -> None:
    """The payload has type, time, version and ids, and the path by which the API lets a player in."""
    asset = _ended(AssetStatus.COMPLETE)
    assert payload_of(asset, pipeline=PIPELINE) == {
        "type": "asset.completed",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "data": {
            "version": 1,
            "pipeline": PIPELINE,
            "asset_id": asset.asset_id,
            "attempt": 1,
            "status": "COMPLETE",
            "key": asset.upload.key,
            "version_id": "v1",
            "playback_path": f"/api/assets/{asset.asset_id}/playback",
        },
    }


def test_a_failed_asset_tells_why() -> None:
    """The payload has the error's code, who can act, and its sentence, and no path to play."""
    payload = payload_of(_ended(AssetStatus.FAILED), pipeline=PIPELINE)
    assert payload["type"] == "asset.failed"
    assert payload["data"]["error"] == {
        "code": "NO_VIDEO",
        "category": "source",
        "message": "The file has no video.",
    }
    assert "playback_path" not in payload["data"]
    assert payload_of(_ended(AssetStatus.CANCELED), pipeline=PIPELINE)["type"] == "asset.canceled"


@pytest.mark.parametrize("character", ["\x00", "ü", "\ud800", "🎬", '"'])
def test_a_payload_is_bounded_ascii_whatever_the_key_is(character: str) -> None:
    """The longest key of the most expensive characters fits, and what is sent is ASCII."""
    asset = _ended(AssetStatus.COMPLETE)
    named = replace(asset, upload=replace(asset.upload, key=character * 1024))
    text = payload_text(payload_of(named, pipeline=PIPELINE))
    assert text.isascii()
    assert len(text) <= MAX_PAYLOAD_BYTES
    assert json.loads(text)["data"]["asset_id"] == asset.asset_id


def test_a_payload_holds_no_credentials() -> None:
    """A key that is a presigned URL does not pass its signature on."""
    asset = _ended(AssetStatus.COMPLETE)
    key = "a.mp4?X-Amz-Signature=0123456789abcdef"
    named = replace(asset, upload=replace(asset.upload, key=key))
    assert "0123456789abcdef" not in payload_text(payload_of(named, pipeline=PIPELINE))


def test_a_message_is_read_as_it_was_sent() -> None:
    """The id is that of the asset's end, the same for each endpoint."""
    asset = _ended(AssetStatus.COMPLETE)
    message = message_for(asset, "shop", pipeline=PIPELINE)
    assert parse_message(message.to_text()) == message
    assert message.payload == payload_of(asset, pipeline=PIPELINE)
    assert message.webhook_id == f"{asset.asset_id}/1/COMPLETE"
    assert "." not in message.webhook_id


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": None},
        {"endpoint": "../other"},
        {"asset_id": "a/b"},
        {"attempt": 0},
        {"attempt": MAX_ATTEMPTS + 1},
        {"attempt": True},
        {"attempt": "1"},
        {"status": "PROCESSING"},
        {"payload": []},
        {"payload": {"a": "x" * MAX_PAYLOAD_BYTES}},
    ],
)
def test_a_message_that_is_none_of_ours_is_malformed(change: dict[str, object]) -> None:
    """Whoever may send messages can't make the sender sign what no announcement says."""
    document = json.loads(message_for(_ended(AssetStatus.COMPLETE), "shop", pipeline=PIPELINE).to_text())
    with pytest.raises(MalformedEventError):
        parse_message(json.dumps(document | change))


@pytest.mark.parametrize("attempt", [1, MAX_ATTEMPTS])
def test_any_attempt_that_there_may_be_is_read(attempt: int) -> None:
    """The last attempt is announced as the first one is."""
    asset = replace(_ended(AssetStatus.COMPLETE), attempt=attempt)
    message = message_for(asset, "shop", pipeline=PIPELINE)
    assert parse_message(message.to_text()).attempt == attempt


def test_a_test_is_about_no_asset() -> None:
    """What an endpoint is sent on trial has the shape of the others, and tells which pipeline sent it."""
    assert payload_of_test(pipeline=PIPELINE, at="2026-01-02T03:04:05.678Z") == {
        "type": "webhook.test",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "data": {"version": 1, "pipeline": PIPELINE},
    }


@pytest.mark.parametrize(("more", "is_read"), [(0, True), (1, False)])
def test_a_payload_has_at_most_its_limit(more: int, is_read: bool) -> None:
    """The longest payload that is written is read, and none that is a byte longer."""
    payload = {"a": "x" * (MAX_PAYLOAD_BYTES - len(payload_text({"a": ""})) + more)}
    message = replace(message_for(_ended(AssetStatus.COMPLETE), "shop", pipeline=PIPELINE), payload=payload)
    if is_read:
        assert parse_message(message.to_text()) == message
    else:
        with pytest.raises(MalformedEventError):
            parse_message(message.to_text())


@pytest.mark.parametrize("body", ["", "[]", "null", "{}"])
def test_what_is_no_object_is_malformed(body: str) -> None:
    """Any other text ends in the DLQ."""
    with pytest.raises(MalformedEventError):
        parse_message(body)
