"""`list` and `show` with real arguments on a local AWS: what people and programs read."""

import json
from datetime import UTC, datetime
from typing import Any

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.transitions import Transition
from tests.unit.tools.ops.conftest import Operated

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
