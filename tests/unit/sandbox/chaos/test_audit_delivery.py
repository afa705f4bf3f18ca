"""The audit of uploads through the API and of webhooks."""

import json
from dataclasses import replace

import pytest

from sandbox.chaos.api.sender import Completed
from sandbox.chaos.audit import audit, caption_files, caption_key, explanation
from sandbox.chaos.evidence import AssetRecord, in_s3
from sandbox.chaos.kinds import CAPTION_FILES, Kind
from sandbox.chaos.uploads import Acknowledged
from sandbox.chaos.webhooks.receipts import Outcome, Receipt
from tests.unit.sandbox.chaos.evidence_left import (
    COMPLETE,
    FAILED,
    SOUND,
    letter,
)

THROUGH_API = Completed(name="b.mp4", kind=Kind.SOUND, asset_id="asset-3", at=100.0)
OF_API = replace(COMPLETE, asset_id="asset-3", key="web/ann/0-9/b.mp4", version_id="3", job_id=None)


@pytest.mark.parametrize(
    ("records", "is_lost"),
    [
        ([OF_API], False),
        ([], True),
        ([replace(OF_API, status="PROCESSING")], True),
        ([replace(OF_API, key="web/ann/0-9/other.mp4")], True),
        ([replace(OF_API, asset_id="asset-4")], True),
    ],
    ids=["ended", "no record", "still open", "of another file", "of another asset"],
)
def test_what_the_api_said_is_complete_and_has_not_ended_is_lost(
    records: list[AssetRecord], is_lost: bool
) -> None:
    """The asset that the API named has to have ended, and to be of that file."""
    evidence = replace(SOUND, completed=[THROUGH_API], records=[*SOUND.records, *records])
    lost = [each for each in audit(evidence).lost if each.startswith("b.mp4")]
    assert bool(lost) is is_lost


def test_uploads_through_the_api_are_found_in_s3_by_their_names() -> None:
    """One that S3 does not have is not acknowledged by it."""
    stored = {("web/ann/0-9/b.mp4", "3"), ("a.mp4", "1")}
    gone = replace(THROUGH_API, name="c.mp4")
    [found] = in_s3([THROUGH_API, gone], stored)
    assert (found.key, found.version_id, found.through_api) == ("web/ann/0-9/b.mp4", "3", True)


def test_captions_through_the_api_lie_beside_their_video_in_the_normal_form_c() -> None:
    """Those in a cold storage class never come that way."""
    video = Acknowledged(
        key="web/ann/0-9/1 café.mp4", version_id="1", kind=Kind.CAPTIONED, at=1.0, through_api=True
    )
    files = caption_files(video)
    assert [caption_key(video, file) for file in files] == [
        "web/ann/0-9/1 café.en.srt",
        "web/ann/0-9/1 café.ru.srt",
    ]
    assert len(caption_files(replace(video, through_api=False))) == len(CAPTION_FILES)


def told(endpoint: str, record: AssetRecord, outcome: Outcome = Outcome.TAKEN) -> Receipt:
    """Return the receipt of a webhook about a record."""
    return Receipt(
        at=105.0,
        endpoint=endpoint,
        webhook_id=record.end.webhook_id,
        digest="d",
        asset_id=record.asset_id,
        attempt=record.attempt,
        status=record.status,
        outcome=outcome,
    )


def test_every_end_has_to_be_taken_by_every_endpoint() -> None:
    """A webhook that was dropped was not taken; one that was not answered was."""
    receipts = [
        told("prompt", COMPLETE),
        told("prompt", FAILED, Outcome.UNANSWERED),
        told("slow", COMPLETE, Outcome.DROPPED),
        told("slow", FAILED, Outcome.LATE),
    ]
    evidence = replace(SOUND, receipts=receipts, endpoints=["prompt", "slow"])
    assert audit(evidence).unannounced == ["slow: asset-1/1/COMPLETE"]
    assert not audit(evidence).is_clean
    heard = replace(evidence, receipts=[*receipts, told("slow", COMPLETE)])
    assert audit(heard).is_clean


def test_an_end_that_no_record_has_is_strange() -> None:
    """An endpoint was told of an asset of the load test what did not happen."""
    untrue = told("prompt", replace(COMPLETE, status="FAILED"))
    found = audit(replace(SOUND, receipts=[untrue])).strange
    assert found == ["an endpoint was told of asset-1/1/FAILED, which no record has"]


def test_what_the_api_did_not_keep_is_a_fault() -> None:
    """It is named."""
    broken = audit(replace(SOUND, broken=["a.mp4: one request began two uploads"]))
    assert broken.broken
    assert not broken.is_clean


def test_a_dead_webhook_is_explained_by_its_asset() -> None:
    """Whether it was announced is another question."""
    body = json.dumps({"endpoint": "slow", "asset_id": "asset-1", "attempt": 1, "status": "COMPLETE"})
    assert explanation(letter(body), SOUND) == "asset-1 is COMPLETE"
    assert explanation(letter(body.replace("asset-1", "asset-9")), SOUND) is None
