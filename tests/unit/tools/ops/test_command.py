"""The command line with real arguments on a local AWS: what is printed, what is done, how it exits."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import parse_upload, upload_event
from media_pipeline.domain.transitions import Transition
from tests.unit.tools.ops.conftest import Operated

ROOT = Path(__file__).resolve().parents[4]
LONG_KEY = "incoming/2026/a rather long name with ü, \x1b[31mescapes and :smile: in it.mp4"


def test_list_shows_all_statuses_the_newest_first(operated: Operated) -> None:
    """Each asset's id, status, attempt, age, whole key and error code are in a table of 80 columns."""
    failed = operated.failed(LONG_KEY, code="UNSUPPORTED_FILE_TYPE", minutes_ago=90)
    received = operated.received("b.mp4", minutes_ago=2)
    run = operated.run("list")
    assert (run.code, run.err) == (0, "")
    assert max(len(line) for line in run.out.splitlines()) <= 80
    assert run.out.index(received.asset_id) < run.out.index(failed.asset_id)
    joined = " ".join(part.strip() for part in run.out.split())
    assert "RECEIVED 1 2m b.mp4" in joined
    assert "UNSUPPORTED_FILE_TYPE" in joined
    assert ":smile:" in "".join(run.out.split())
    assert "\x1b" not in run.out


def test_list_narrows_down(operated: Operated) -> None:
    """Statuses, ages and codes select; --limit says that there is more."""
    operated.failed("old.mp4", code="A", minutes_ago=120)
    operated.failed("new.mp4", code="B", minutes_ago=10)
    operated.received("waiting.mp4", minutes_ago=10)

    def keys(*arguments: str) -> list[str]:
        return [entry["key"] for entry in json.loads(operated.run("list", "--json", *arguments).out)]

    assert keys("--status", "FAILED") == ["new.mp4", "old.mp4"]
    assert keys("--status", "failed", "RECEIVED", "--newer-than", "30m") == ["waiting.mp4", "new.mp4"]
    assert keys("--older-than", "1h") == ["old.mp4"]
    assert keys("--code", "B") == ["new.mp4"]
    assert keys("--status", "COMPLETE") == []
    assert "There are no such assets." in operated.run("list", "--status", "COMPLETE").out
    assert "There are more than these 2" in operated.run("list", "--limit", "2").out


def test_list_for_programs(operated: Operated) -> None:
    """--json prints keys as they are, and nothing else."""
    asset = operated.failed(LONG_KEY)
    assert json.loads(operated.run("list", "--json").out) == [
        {
            "asset_id": asset.asset_id,
            "status": "FAILED",
            "attempt": 1,
            "created_at": asset.created_at,
            "updated_at": asset.updated_at,
            "bucket": operated.uploads,
            "key": LONG_KEY,
            "version_id": asset.upload.version_id,
            "job_id": None,
            "error": {
                "code": "INVALID_SOURCE",
                "category": "source",
                "message": "The file is no video. Upload one.",
                "replay_helps": True,
            },
        }
    ]


def test_show_tells_the_whole_story(operated: Operated) -> None:
    """The error's sentence, each attempt's history and what became of the ones before."""
    asset = operated.failed("a.mp4")
    operated.run("replay", asset.asset_id, "--yes")
    run = operated.run("show", asset.asset_id)
    assert run.code == 0
    assert "RECEIVED (attempt 2)" in run.out
    assert "Replayed by an operator" in run.out
    assert "INVALID_SOURCE (source): The file is no video. Upload one." in run.out
    assert f"s3://{operated.uploads}/a.mp4" in "".join(run.out.split())


def test_show_tells_of_captions_that_can_not_be_used(operated: Operated) -> None:
    """The file's name and the sentence that says what to fix, and the captions that are there."""
    asset = operated.received("a.mp4")
    english = {"format": "CAPTIONS", "key": f"{asset.asset_id}/1/captions/en.vtt", "duration_ms": 1_000}
    english |= {"source": "in/a.en.srt", "notes": ["1 of 2 cues was left out: 1 with bad times."]}
    steps: tuple[tuple[AssetStatus, dict[str, Any]], ...] = (
        (AssetStatus.VERIFYING, {}),
        (
            AssetStatus.COMPLETE,
            {
                "outputs": [english],
                "rejected_captions": [{"key": "a.de.srt", "etag": "e", "message": "The file is empty."}],
            },
        ),
    )
    for to, more in steps:
        step = Transition(to=to, attempt=1, at=datetime.now(tz=UTC), detail="", job_id="job-1", **more)
        assert operated.table.advance(asset.asset_id, step)
    run = operated.run("show", asset.asset_id)
    assert "a.de.srt: The file is empty." in run.out
    assert "captions/en.vtt" in run.out
    assert "a.en.srt: 1 of 2 cues was left out" in run.out


def test_show_finds_all_versions_of_a_key(operated: Operated) -> None:
    """A key and its URI stand for every version that has an asset, the newest first."""
    ids = [operated.failed("a.mp4").asset_id for _ in range(2)]
    operated.failed("a.mp4.mp4")
    for reference in ("a.mp4", f"s3://{operated.uploads}/a.mp4"):
        records = json.loads(operated.run("show", reference, "--json").out)
        assert [record["asset_id"] for record in records] == ids[::-1]
        assert [entry["status"] for entry in records[0]["history"]] == ["RECEIVED", "FAILED"]


def test_show_says_what_is_not_there(operated: Operated) -> None:
    """An unknown id, a key without an asset, and another bucket are three different answers."""
    operated.put("lonely.mp4")
    unknown = operated.run("show", "0" * 32)
    lonely = operated.run("show", "lonely.mp4")
    elsewhere = operated.run("show", "s3://elsewhere/a.mp4")
    assert [run.code for run in (unknown, lonely, elsewhere)] == [1, 1, 2]
    assert f"No asset has the id {'0' * 32}." in unknown.err
    assert "has 1 version of it" in lonely.err
    assert operated.uploads in elsewhere.err


def test_replay_begins_attempts_of_those_that_ended(operated: Operated) -> None:
    """By status: every failed asset's upload is announced; what is under way is left alone."""
    failed, waiting = operated.failed("a.mp4"), operated.received("b.mp4")
    dry = operated.run("replay", "--status", "FAILED", "--dry-run")
    assert (dry.code, operated.read(failed.asset_id), operated.bodies("processing")) == (0, failed, [])
    assert "begins attempt 2" in dry.out
    run = operated.run("replay", failed.asset_id, waiting.asset_id, "--yes")
    assert (run.code, operated.read(waiting.asset_id)) == (0, waiting)
    assert operated.read(failed.asset_id).attempt == 2
    assert [parse_upload(body, bucket=operated.uploads) for body in operated.bodies("processing")] == [
        failed.upload
    ]
    again = operated.run("replay", failed.asset_id, "--yes")
    assert (again.code, operated.read(failed.asset_id).attempt) == (0, 2)
    assert "0 assets to replay, 1 to leave alone." in again.out


def test_a_replay_that_cant_help_needs_force(operated: Operated) -> None:
    """By id and by selection alike: list and show say so, and only --force begins another attempt."""
    asset = operated.failed("a.mp4", code="MEDIACONVERT_1010", replay_helps=False)
    assert "can't help" in " ".join(operated.run("list").out.split())
    assert "can't help" in operated.run("show", asset.asset_id).out
    assert not json.loads(operated.run("list", "--json").out)[0]["error"]["replay_helps"]
    for chosen in ([asset.asset_id], ["--status", "FAILED"]):
        run = operated.run("replay", *chosen, "--yes")
        assert (run.code, operated.read(asset.asset_id).attempt) == (0, 1)
        assert "0 assets to replay, 1 to leave alone." in run.out
    assert operated.run("replay", "--status", "FAILED", "--force", "--yes").code == 0
    assert operated.read(asset.asset_id).attempt == 2
    assert "can't help" not in operated.run("show", asset.asset_id).out


def test_cancel_records_what_mediaconvert_does_not_tell(operated: Operated) -> None:
    """An asset that waits for its job is CANCELED, and expires as those that functions end."""
    asset = operated.received("a.mp4")
    assert operated.run("cancel", asset.asset_id, "--dry-run").code == 0
    assert operated.read(asset.asset_id) == asset
    assert operated.run("cancel", asset.asset_id, "--yes").code == 0
    now = operated.read(asset.asset_id)
    assert (now.status, now.history[-1]["detail"]) == (AssetStatus.CANCELED, "Cancelled by an operator")
    assert json.loads(operated.run("show", asset.asset_id, "--json").out)[0]["expires_at"] > 0
    assert operated.run("cancel", asset.asset_id, "--yes").code == 0


def test_a_mistyped_id_is_a_failure(operated: Operated) -> None:
    """The others are done all the same, and the exit code says that not all was."""
    asset = operated.failed("a.mp4")
    run = operated.run("replay", "typo", asset.asset_id, "--yes")
    assert (run.code, operated.read(asset.asset_id).attempt) == (1, 2)
    assert "No asset has the id typo." in run.err


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


@pytest.mark.parametrize(("typed", "attempt", "code"), [("y", 2, 0), ("n", 1, 1), ("", 1, 1)])
def test_a_terminal_is_asked(
    operated: Operated, answer: Callable[[str], None], typed: str, attempt: int, code: int
) -> None:
    """After it was shown what would be done; nothing but a yes is a yes."""
    answer(typed)
    asset = operated.failed("a.mp4")
    run = operated.run("replay", asset.asset_id)
    assert (run.code, operated.read(asset.asset_id).attempt) == (code, attempt)
    assert "Go on?" in run.err
    assert ("Nothing was changed." in run.out) == (attempt == 1)


@pytest.mark.parametrize(
    "arguments", [("replay", "--status", "FAILED"), ("cancel", "x"), ("redrive", "processing"), ("backfill",)]
)
def test_without_a_terminal_nothing_is_changed_unasked(
    operated: Operated, arguments: tuple[str, ...]
) -> None:
    """A script has to say --yes; that is said before anything is read."""
    operated.failed("a.mp4")
    operated.put("b.mp4")
    run = operated.run(*arguments)
    assert (run.code, run.out) == (2, "")
    assert "--yes" in run.err
    assert operated.bodies("processing") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "--dry-run"), "Which assets?"),
        (("replay", "x", "--status", "FAILED", "--dry-run"), "either their ids, or --status"),
        (("replay", "--code", "X", "--dry-run"), "Say their --status too"),
        (("replay", "--status", "PROCESSING"), "invalid choice"),
        (("cancel", "--status", "COMPLETE"), "invalid choice"),
        (("list", "--older-than", "soon"), "not a duration"),
        (("redrive", "outputs"), "invalid choice"),
        (("redrive", "processing", "--rate", "0"), "0.01 to 1000"),
    ],
)
def test_what_cannot_be_meant_is_refused(operated: Operated, arguments: tuple[str, ...], says: str) -> None:
    """Usage errors exit with 2 and say what is expected."""
    run = operated.run(*arguments)
    assert run.code == 2
    assert says in run.err


def test_the_pipeline_must_be_named_and_there(operated: Operated) -> None:
    """No name, an unknown name and a broken parameter are three sentences that say what to do."""
    nameless = operated.run("list", pipeline="")
    unknown = operated.run("list", "--pipeline", "nope")
    assert "--pipeline NAME or in the variable MEDIA_PIPELINE" in nameless.err
    assert "There is no pipeline 'nope' in us-east-1: its SSM parameter /nope/resources" in unknown.err
    operated.publish({**operated.resources, "assets_table": None})
    lacking = operated.run("list")
    assert "lacks assets_table" in lacking.err
    operated.publish(["a list"])
    broken = operated.run("--pipeline", operated.name, "list")
    assert "is not a JSON object" in broken.err
    assert {run.code for run in (nameless, unknown, lacking, broken)} == {2}


@pytest.mark.parametrize(
    ("environment", "code", "says"),
    [
        ({}, 2, "No AWS region is set."),
        ({"AWS_PROFILE": "nope"}, 2, "check AWS_PROFILE"),
        ({"AWS_REGION": "us-east-1"}, 2, "No AWS credentials were found."),
        (
            {
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "x",
                "AWS_SECRET_ACCESS_KEY": "x",
                "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
                "AWS_MAX_ATTEMPTS": "1",
            },
            1,
            "AWS does not answer",
        ),
    ],
)
def test_a_missing_configuration_is_a_sentence(
    tmp_path: Path, environment: dict[str, str], code: int, says: str
) -> None:
    """As a program, without any AWS configuration but what is given: one line, and no traceback."""
    run = subprocess.run(
        [sys.executable, "-m", "tools.ops", "list", "--pipeline", "x"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_EC2_METADATA_DISABLED": "true",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stdout) == (code, "")
    assert says in run.stderr
    assert len(run.stderr.splitlines()) == 1
