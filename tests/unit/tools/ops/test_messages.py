"""`redrive` and `backfill` with real arguments on a local AWS: what is shown, and what goes to the queues."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import parse_upload, upload_event
from tests.unit.tools.ops.conftest import Operated


def test_redrive_shows_then_moves(operated: Operated) -> None:
    """A dry run leaves every message visible; then ours go back, and what no function can read stays."""
    asset = operated.failed("a.mp4")
    event = upload_event(asset.upload)
    operated.send("processing-dlq", event)
    operated.send("processing-dlq", "{}")
    dry = operated.run("redrive", "processing", "--dry-run")
    assert dry.code == 0
    assert asset.asset_id in dry.out
    assert "source is not aws.s3" in dry.out
    assert (operated.bodies("processing-dlq"), operated.bodies("processing")) == (sorted([event, "{}"]), [])
    run = operated.run("redrive", "processing", "--yes", "--rate", "1000")
    assert (run.code, operated.bodies("processing-dlq"), operated.bodies("processing")) == (
        0,
        ["{}"],
        [event],
    )
    dropped = operated.run("redrive", "processing", "--yes", "--foreign", "drop")
    assert (dropped.code, operated.bodies("processing-dlq")) == (0, [])
    assert ": {}" in dropped.out
    assert "There are no dead letters" in operated.run("redrive", "processing", "--yes").out


def test_captions_have_dead_letters_of_their_own(operated: Operated) -> None:
    """They go back to the captions queue, not among the videos."""
    event = upload_event(operated.put("a.en.srt"))
    operated.send("captions-dlq", event)
    assert "There are no dead letters" in operated.run("redrive", "processing", "--yes").out
    run = operated.run("redrive", "captions", "--yes")
    assert (run.code, operated.bodies("captions-dlq")) == (0, [])
    assert (operated.bodies("captions"), operated.bodies("processing")) == ([event], [])


def test_an_earlier_release_has_no_captions_queue(operated: Operated) -> None:
    """Where it is deployed, all that it has works; its captions' dead letters lie where the sentence says."""
    earlier = {name: value for name, value in operated.resources.items() if not name.startswith("captions_")}
    operated.publish(earlier)
    assert operated.run("redrive", "processing", "--yes").code == 0
    run = operated.run("redrive", "captions", "--yes")
    assert run.code == 2
    assert "has no captions queue: an earlier release is deployed" in run.err
    assert "Use `redrive processing`, or deploy this release." in run.err


def test_redrive_reads_job_events_too(operated: Operated) -> None:
    """News of jobs show their asset as it is now, and go back to the queue of job events."""
    asset = operated.failed("a.mp4")
    event = {
        "source": "aws.mediaconvert",
        "detail-type": "MediaConvert Job State Change",
        "detail": {
            "jobId": "1",
            "status": "ERROR",
            "userMetadata": {"pipeline": operated.name, "asset_id": asset.asset_id, "attempt": "1"},
        },
    }
    operated.send("job-events-dlq", json.dumps(event))
    run = operated.run("redrive", "job-events", "--yes")
    assert (run.code, len(operated.bodies("job-events"))) == (0, 1)
    assert "job ERROR: a.mp4" in run.out
    assert "FAILED" in run.out


def test_backfill_announces_each_upload_once(operated: Operated) -> None:
    """Of the files that keys hold now, those without an asset get one, and media files an event, once."""
    operated.failed("known.mp4")
    operated.put("notes.txt")
    operated.put("deleted.mp4")
    operated.s3.delete_object(Bucket=operated.uploads, Key="deleted.mp4")
    operated.put("new.MP4", b"old version")
    upload = operated.put("new.MP4", b"new version")
    dry = operated.run("backfill", "--dry-run")
    assert (dry.code, operated.table.get(upload.asset_id), operated.bodies("processing")) == (0, None, [])
    assert "2 uploads without an asset" in dry.out
    assert "of 5 versions listed." in dry.out
    run = operated.run("backfill", "--yes")
    assert run.code == 0
    assert [parse_upload(body, bucket=operated.uploads) for body in operated.bodies("processing")] == [upload]
    assert operated.read(upload.asset_id).status is AssetStatus.RECEIVED
    assert "Announced 1 upload. 1 are of a type that is not accepted: FAILED." in run.out
    assert "0 uploads without an asset" in operated.run("backfill", "--yes").out


def test_backfill_keeps_to_prefix_and_period(operated: Operated) -> None:
    """A period that hasn't begun and another prefix find nothing."""
    operated.put("in/a.mp4")
    for narrowed, found in (
        (["--prefix", "in/"], 1),
        (["--prefix", "out/"], 0),
        (["--since", "2099-01-01"], 0),
        (["--until", "2099-01-01"], 1),
        (["--until", "2020-01-01T12:00"], 0),
    ):
        assert f"{found} upload" in operated.run("backfill", "--dry-run", *narrowed).out


def test_backfill_warns_of_what_may_have_been_processed(
    operated: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upload older than records are kept may have had one: that is said before it is processed again."""
    operated.put("a.mp4")
    assert "they may have been" not in operated.run("backfill", "--dry-run").out
    later = datetime.now(tz=UTC) + timedelta(days=31)
    monkeypatch.setattr("tools.ops.commands.messages.utc_now", lambda: later)
    said = operated.run("backfill", "--dry-run").out
    assert "1 of them are older than the 30 days that records are kept: they may have been" in said
