"""The demo's parts: what it refuses, how it follows an asset, what it reports."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo import assets
from sandbox.demo import run as demo
from sandbox.demo.assets import Names, Upload
from sandbox.demo.report import (
    AssetReport,
    Report,
    Seconds,
    TerraformReport,
)
from sandbox.runtime.console import Terminal
from sandbox.runtime.errors import SandboxError, SourceError, StalledError
from sandbox.runtime.folder import PROJECT_ROOT, Folder, read_json

NAMES = Names(uploads="uploads", outputs="outputs", table="assets")


class Pipeline:
    """A table and a transcoder that answer with the next of some prepared records."""

    def __init__(self, records: list[dict[str, Any]], percents: list[int] | None = None) -> None:
        self._records = iter(records)
        self._percents = iter(percents or [])
        self.last: dict[str, Any] = {}

    def dynamodb(self) -> "Pipeline":
        """Stand in for the client of the table."""
        return self

    def mediaconvert(self) -> "Pipeline":
        """Stand in for the client of the transcoder."""
        return self

    def get_paginator(self, operation: str) -> "Pipeline":
        """Page through a scan."""
        assert operation == "scan"
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """Return the next record, if it is of the version that is asked for."""
        wanted = request["ExpressionAttributeValues"][":version"]
        item = self._next()
        yield {"Items": []}
        yield {"Items": [item] if item.get("version_id") == wanted else []}

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Return the next record."""
        return {"Item": self._next()}

    def get_job(self, Id: str) -> dict[str, Any]:
        """Return how far the job is."""
        return {"Job": {"JobPercentComplete": next(self._percents, None)}}

    def _next(self) -> dict[str, Any]:
        self.last = next(self._records, self.last)
        return {name: {"S": value} for name, value in self.last.items()}


def record(status: str, **more: str) -> dict[str, str]:
    """Make an asset's record."""
    return {"asset_id": "a1", "version_id": "v1", "status": status, **more}


def upload(**more: Any) -> Upload:
    """Make an upload that the pipeline does not know yet."""
    return Upload(Path("my clip.mp4"), "my clip.mp4", "v1", 1_000_000_000.0, **more)


def follow(pipeline: Pipeline, each: Upload, folder: Path) -> list[tuple[str, int]]:
    """Follow one upload and return what was shown."""
    shown: list[tuple[str, int]] = []
    assets.follow(
        pipeline,  # type: ignore[arg-type]
        NAMES,
        [each],
        Folder(folder),
        lambda: shown.append((each.status, each.percent)),
        lambda: None,
    )
    return shown


def test_an_asset_is_followed_to_its_end(tmp_path: Path) -> None:
    """Another version's record is passed over; status and percentage are shown as they come."""
    pipeline = Pipeline(
        [
            record("COMPLETE") | {"version_id": "older"},
            record("SUBMITTED", job_id="j"),
            record("PROCESSING", job_id="j"),
            record("COMPLETE", job_id="j"),
        ],
        percents=[0, 40],
    )
    shown = follow(pipeline, upload(), tmp_path)
    assert shown == [("", 0), ("SUBMITTED", 0), ("PROCESSING", 40), ("COMPLETE", 40)]


def test_an_asset_without_progress_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person reads which video stands still, where, and in which logs to look."""
    monkeypatch.setattr(assets, "STALL_SECONDS", 0.1)
    monkeypatch.setattr(assets, "_POLL_SECONDS", 0.01)
    with pytest.raises(StalledError, match=r"my clip\.mp4 \(PROCESSING, 7%\).*functions\.log") as raised:
        follow(Pipeline([record("PROCESSING", job_id="j")], percents=[7]), upload(), tmp_path)
    assert "mediaconvert.log" in str(raised.value)


def test_an_output_is_never_written_outside_its_folder(tmp_path: Path) -> None:
    """A key with dots stays inside, or is refused."""
    folder = Folder(tmp_path)
    assert assets.local_path(folder, "a1/1/hls/master.m3u8") == tmp_path / "outputs/a1/1/hls/master.m3u8"
    with pytest.raises(SandboxError, match="outside"):
        assets.local_path(folder, "a1/../../report.json")


def test_a_completed_asset_is_reported_in_the_agreed_shape() -> None:
    """Paths are relative to the project's root, times are seconds since the upload."""
    folder = Folder(PROJECT_ROOT / ".sandbox")
    done = record(
        "COMPLETE", submitted_at="2001-09-09T01:46:41.250Z", completed_at="2001-09-09T01:46:50.000Z"
    )
    output = {
        "format": "HLS",
        "key": "a1/1/hls/master.m3u8",
        "width": 640,
        "height": 360,
        "duration_ms": 5000,
    }
    found = assets.describe(upload(record={**done, "outputs": [output]}), folder)
    assert asdict(found) == {
        "asset_id": "a1",
        "source": "my clip.mp4",
        "status": "COMPLETE",
        "error": None,
        "outputs": [{**output, "path": ".sandbox/outputs/a1/1/hls/master.m3u8"}],
        "seconds": {"to_submitted": 1.25, "to_terminal": 10.0},
    }


def test_a_failed_asset_is_reported_with_its_reason() -> None:
    """What never happened has no time."""
    failed = {
        **record("FAILED", updated_at="2001-09-09T01:46:42.000Z"),
        "error": {"code": "E", "message": "Why."},
    }
    found = asdict(assets.describe(upload(record=failed), Folder(PROJECT_ROOT)))
    assert found["error"] == {"code": "E", "message": "Why."}
    assert found["seconds"] == {"to_submitted": None, "to_terminal": 2.0}
    assert found["outputs"] == []


def asset(status: str) -> AssetReport:
    """Make one asset's report."""
    return AssetReport("a1", "in[bold].mp4", status, None, [], Seconds(None, None))


@pytest.mark.parametrize(
    ("statuses", "completed"),
    [(["COMPLETE", "COMPLETE"], True), (["COMPLETE", "FAILED"], False), (["CANCELED"], False), ([], False)],
)
def test_a_run_has_completed_only_if_every_asset_has(statuses: list[str], completed: bool) -> None:
    """One failure is enough to fail the command."""
    assert Report([asset(status) for status in statuses]).completed is completed


def test_the_report_is_written_with_the_agreed_keys(tmp_path: Path) -> None:
    """`assets` and `terraform`, nothing else."""
    Report([asset("FAILED")], TerraformReport(79, "clean")).write(tmp_path / "report.json")
    written = read_json(tmp_path / "report.json")
    assert written.keys() == {"assets", "terraform"}
    assert written["terraform"] == {"resources": 79, "plan_after": "clean"}


def test_a_list_of_names_is_as_long_as_a_person_reads() -> None:
    """However many files are refused or stand still, and however long their names, the sentence is short."""
    many = [Path(f"{number:03}-{'x' * 300}.txt") for number in range(400)]
    with pytest.raises(SourceError, match="and 395 more") as raised:
        demo.check_accepted(".mp4", many)
    assert len(str(raised.value)) < 1200


def test_a_text_that_can_be_no_name_is_refused_in_words() -> None:
    """A name that is too long for any path, or that belongs to no user, is a file that is not there."""
    for name in ("x" * 5000, "~no-such-user/a.mp4"):
        with pytest.raises(SourceError, match="There is no file"):
            demo.check_readable(Path(name))


def test_videos_of_one_name_get_keys_of_their_own() -> None:
    """Files of one name in two folders are two uploads, not two versions of one."""
    videos = [Path("a/x.mp4"), Path("b/x.mp4"), Path("c/y.mp4"), Path("d/x.mp4")]
    assert demo.keys(videos) == {
        "x.mp4": videos[0],
        "2/x.mp4": videos[1],
        "y.mp4": videos[2],
        "3/x.mp4": videos[3],
    }


@pytest.mark.parametrize(("name", "why"), [("missing.mp4", "There is no file"), (".", "is not a file")])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str, why: str) -> None:
    """Each reason is a sentence of its own."""
    with pytest.raises(SourceError, match=why):
        demo.check_readable(tmp_path / name)


def test_nothing_starts_for_a_video_that_is_not_there(tmp_path: Path) -> None:
    """The error is printed at once, not after the deployment."""
    with pytest.raises(SourceError, match=r"There is no file .*missing\.mp4"):
        demo.run(Folder(tmp_path), [tmp_path / "missing.mp4"], Terminal())
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_the_pipeline_does_not_listen_to_is_refused() -> None:
    """Instead of waiting for an asset that will never come; letter case does not matter."""
    demo.check_accepted(".mp4,.mov", [Path("a.MP4"), Path("b.mov")])
    with pytest.raises(SourceError, match=r"ends in \.mp4, \.mov; not notes\.txt\."):
        demo.check_accepted(".mp4,.mov", [Path("a.mp4"), Path("notes.txt")])
