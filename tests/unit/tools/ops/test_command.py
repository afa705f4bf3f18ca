"""The command line with real arguments on a local AWS: changes of assets, questions, and how it exits."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import parse_upload
from tests.unit.tools.ops.conftest import Operated

ROOT = Path(__file__).resolve().parents[4]


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
