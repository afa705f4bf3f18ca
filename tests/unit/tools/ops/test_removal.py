"""Remove: shown first, then gone for good, whatever happens in between, and never processed anew."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import RemovedAssetError
from media_pipeline.domain.transitions import Transition
from media_pipeline.services.late_captions import PUBLISHING
from media_pipeline.services.operations.changes import Outcome
from media_pipeline.services.operations.removal import Remove
from tests.unit.tools.ops.conftest import Operated
from tools.ops.adapters import Adapters
from tools.ops.commands import removal as removal_command


def complete(operated: Operated, key: str) -> Asset:
    """Return a complete asset with outputs of two attempts, captions and an older version among them."""
    asset = operated.received(key)
    for to in (AssetStatus.VERIFYING, AssetStatus.COMPLETE):
        step = Transition(to=to, attempt=1, at=datetime.now(tz=UTC), detail="", job_id="1-a")
        assert operated.table.advance(asset.asset_id, step)
    for name in ("1/hls/a b+%25é.ts", "2/hls/index.m3u8", "2/captions/en.vtt", "2/hls/index.m3u8"):
        operated.s3.put_object(Bucket=operated.outputs, Key=f"{asset.asset_id}/{name}", Body=b"12345")
    operated.s3.delete_object(Bucket=operated.outputs, Key=f"{asset.asset_id}/1/hls/a b+%25é.ts")
    return operated.read(asset.asset_id)


def versions(operated: Operated, bucket: str, prefix: str) -> int:
    """Count the versions and markers below a prefix."""
    listed = operated.s3.list_object_versions(Bucket=bucket, Prefix=prefix)
    return len(listed.get("Versions", [])) + len(listed.get("DeleteMarkers", []))


def news(operated: Operated) -> list[dict[str, Any]]:
    """Return what was published."""
    answer = operated.sqs.receive_message(
        QueueUrl=operated.news_queue, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=1
    )
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def removals_counted(operated: Operated) -> float:
    """Return how many removals CloudWatch counted."""
    now = datetime.now(tz=UTC)
    found = operated.cloudwatch.get_metric_statistics(
        Namespace="MediaPipeline",
        MetricName="AssetsRemoved",
        Dimensions=[{"Name": "service", "Value": operated.name}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


def test_what_would_go_is_shown_and_nothing_is_done(operated: Operated) -> None:
    """Without --yes it is a look: objects, versions, captions, sizes, and how to go on."""
    asset = complete(operated, "films/a.mp4")
    for arguments in ((), ("--source",), ("--source", "--dry-run"), ("--yes", "--dry-run")):
        run = operated.run("remove", asset.asset_id, *arguments)
        assert run.code == 0, run.err
        shown = " ".join(run.out.split())
        assert "3 objects in 5 versions, 20 B, 1 captions among them" in shown
        assert "say --yes" in shown
        assert ("its upload: 1 objects in 1 versions" in shown) == ("--source" in arguments)
    assert versions(operated, operated.outputs, f"{asset.asset_id}/") == 5
    assert operated.read(asset.asset_id) == asset
    assert news(operated) == []


@pytest.mark.parametrize("with_source", [False, True])
def test_an_asset_is_removed_for_good(operated: Operated, with_source: bool) -> None:
    """All versions of outputs and captions, and the record go, the upload if meant; published and counted."""
    asset, beside = complete(operated, "films/a.mp4"), complete(operated, "films/a.mp4.mp4")
    operated.put("films/a.mp4", b"a newer version")
    source = ("--source",) if with_source else ()
    run = operated.run("remove", asset.asset_id, "--yes", *source)
    assert run.code == 0, run.err
    assert versions(operated, operated.outputs, f"{asset.asset_id}/") == 0
    assert versions(operated, operated.outputs, f"{beside.asset_id}/") == 5
    assert versions(operated, operated.uploads, "films/a.mp4") == (1 if with_source else 3)
    assert operated.table.get(asset.asset_id) is None
    assert operated.read(beside.asset_id) == beside
    (reported,) = news(operated)
    assert (reported["status"], reported["asset_id"], reported["source"]) == (
        "REMOVED",
        asset.asset_id,
        asset.upload.uri,
    )
    assert removals_counted(operated) == 1
    again = operated.run("remove", asset.asset_id, "--yes", *source)
    assert again.code == 0
    assert "removed before" in " ".join(again.out.split())
    assert len(news(operated)) == 1


def test_a_removed_asset_is_never_processed_anew(operated: Operated) -> None:
    """Where the upload stays, neither its event nor a backfill brings it back; an operator can see why."""
    asset = complete(operated, "a.mp4")
    assert operated.run("remove", asset.asset_id, "--yes").code == 0
    with pytest.raises(RemovedAssetError):
        operated.table.claim(asset.upload, now=datetime.now(tz=UTC), until=datetime.now(tz=UTC))
    assert operated.table.was_removed(asset.asset_id)
    assert operated.table.known([asset.asset_id]) == {asset.asset_id}
    assert "0 uploads without an asset" in operated.run("backfill", "--yes").out
    assert "was removed at" in operated.run("show", asset.asset_id).out
    assert operated.run("list").out.strip() == "There are no such assets."


@pytest.mark.parametrize(
    "status", [AssetStatus.RECEIVED, AssetStatus.SUBMITTED, AssetStatus.PROCESSING, AssetStatus.VERIFYING]
)
def test_what_is_under_way_is_refused_in_words(operated: Operated, status: AssetStatus) -> None:
    """An asset that has not ended is not removed, nor is the upload of another one that has not."""
    asset = operated.received("a.mp4")
    if status is not AssetStatus.RECEIVED:
        step = Transition(to=status, attempt=1, at=datetime.now(tz=UTC), detail="", job_id="1-a")
        assert operated.table.advance(asset.asset_id, step)
    ended = operated.failed("a.mp4")
    for arguments in ((asset.asset_id,), (ended.asset_id, "--source")):
        run = operated.run("remove", *arguments, "--yes")
        assert run.code == 1
        assert f"First end it: cancel {asset.asset_id}" in " ".join(run.out.split())
    assert operated.read(asset.asset_id).status is status
    assert operated.read(ended.asset_id).removing_since is None
    assert versions(operated, operated.uploads, "a.mp4") == 2


def test_an_asset_is_referred_to_by_its_upload(operated: Operated) -> None:
    """A key stands for the assets of all its versions; what has no record goes by its outputs."""
    first, second = operated.failed("a.mp4"), complete(operated, "a.mp4")
    run = operated.run("remove", "a.mp4", "--source", "--yes")
    assert run.code == 0, run.err
    assert [operated.table.get(asset.asset_id) for asset in (first, second)] == [None, None]
    assert versions(operated, operated.uploads, "a.mp4") == 0
    orphan = f"{'0' * 31}1"
    operated.s3.put_object(Bucket=operated.outputs, Key=f"{orphan}/1/hls/a.ts", Body=b"1")
    assert operated.run("remove", orphan, "--yes").code == 0
    assert versions(operated, operated.outputs, f"{orphan}/") == 0
    assert operated.run("remove", f"{'0' * 31}2", "--yes").code == 0
    assert operated.run("remove", "no-such-key.mp4").code == 1


class Killed(BaseException):
    """Say that the command was killed: nothing catches it."""


def killed_after(number: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Kill the command after its so-and-so-many-th call of AWS; return what counts the calls."""
    made = Adapters.__init__
    calls = [0]

    def count(**_: Any) -> None:
        calls[0] += 1
        if calls[0] == number:
            raise Killed

    def watched(self: Adapters, pipeline: str) -> None:
        made(self, pipeline)
        client = self._client

        def counting(service: str) -> Any:
            new = client(service)
            new.meta.events.register("after-call.*.*", count)
            return new

        self._client = counting

    monkeypatch.setattr(Adapters, "__init__", watched)
    return lambda: calls[0]


def test_a_command_that_is_killed_anywhere_is_run_again(
    operated: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After whichever call: the second run ends with nothing left, a tombstone, and a notification."""
    number = 0
    while True:
        number += 1
        asset = complete(operated, f"{number}.mp4")
        with monkeypatch.context() as patch:
            calls = killed_after(number, patch)
            with suppress(Killed):
                operated.run("remove", asset.asset_id, "--source", "--yes")
            made = calls()
        run = operated.run("remove", asset.asset_id, "--source", "--yes")
        assert run.code == 0, (number, run.err)
        assert operated.table.get(asset.asset_id) is None, number
        assert operated.table.was_removed(asset.asset_id), number
        assert versions(operated, operated.outputs, f"{asset.asset_id}/") == 0, number
        assert versions(operated, operated.uploads, f"{number}.mp4") == 0, number
        if made < number:
            break
    assert number > 12
    reported = removals_counted(operated)
    assert number <= reported <= number + 3


def test_while_it_is_being_removed_nothing_is_added(
    operated: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between mark and tombstone neither a replay nor captions touch the asset, and `list` tells of it."""
    asset = complete(operated, "a.mp4")
    apply = Remove._remove_outputs

    def meanwhile(self: Remove, asset_id: str) -> tuple[int, bool]:
        marked = operated.table.get(asset_id)
        if marked is not None:
            now = datetime.now(tz=UTC)
            assert operated.table.replay(asset, now=now, detail="again") is None
            assert not operated.table.take_captions(asset, now=now, until=now + PUBLISHING)
            assert not operated.table.note_captions(asset, outputs=[], rejected=[])
        return apply(self, asset_id)

    monkeypatch.setattr(Remove, "_remove_outputs", meanwhile)
    assert operated.run("remove", asset.asset_id, "--yes").code == 0


def test_what_s3_refuses_is_reported_and_goes_on_later(
    operated: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is the outcome of its asset, whose removal has begun: it is not replayed."""
    asset = complete(operated, "a.mp4")
    real = Remove._tell

    def broken(self: Remove, *_: Any, **__: Any) -> None:
        raise RemovedAssetError("SNS is away.")

    monkeypatch.setattr(Remove, "_tell", broken)
    run = operated.run("remove", asset.asset_id, "--yes")
    assert run.code == 1
    assert "SNS is away. What was deleted is; the same command goes on." in " ".join(run.err.split())
    assert "its removal has begun" in " ".join(operated.run("list").out.split())
    assert "its removal has begun" in " ".join(
        operated.run("replay", asset.asset_id, "--force", "--yes").out.split()
    )
    monkeypatch.setattr(Remove, "_tell", real)
    assert operated.run("remove", asset.asset_id, "--yes").code == 0
    assert operated.table.was_removed(asset.asset_id)


def test_the_outcome_of_a_record_that_changed_is_reported(
    operated: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay that comes between the look and the removal wins: nothing is removed."""
    asset = complete(operated, "a.mp4")
    applied = removal_command._applied

    def replayed_meanwhile(work: Remove, removal: Any) -> tuple[Outcome, bool]:
        assert operated.table.replay(asset, now=datetime.now(tz=UTC), detail="again")
        return applied(work, removal)

    monkeypatch.setattr(removal_command, "_applied", replayed_meanwhile)
    run = operated.run("remove", asset.asset_id, "--yes")
    assert run.code == 1
    assert "meanwhile its record is another one" in " ".join(run.err.split())
    assert versions(operated, operated.outputs, f"{asset.asset_id}/") == 5
