"""The demo's parts: what it refuses, how it follows an asset, what it reports."""

import io
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from sandbox.demo import assets
from sandbox.demo import run as demo
from sandbox.demo.assets import Names, Upload
from sandbox.demo.report import (
    AssetError,
    AssetReport,
    Output,
    Report,
    Seconds,
    TerraformReport,
    table,
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


def test_a_table_can_be_copied_from_a_narrow_terminal() -> None:
    """Paths are not folded, a name is not taken for markup, and a picture has no duration."""
    path = f".sandbox/outputs/{'a' * 32}/1/hls/master.m3u8"
    outputs = [Output("HLS", "k", path, 640, 360, 5000), Output("THUMBNAIL", "k", "1.jpg", 320, 180, 5000)]
    done = AssetReport("a1", "in[bold].mp4", "COMPLETE", None, outputs, Seconds(1.0, 2.25))
    failed = AssetReport("a2", "b.mp4", "FAILED", AssetError("E", "Why."), [], Seconds(None, None))
    written = io.StringIO()
    Terminal(Console(file=written, width=40, soft_wrap=True)).say("\n".join(table([done, failed])))
    assert [line.split() for line in written.getvalue().splitlines()] == [
        ["Format", "Size", "Duration", "File"],
        ["in[bold].mp4:", "COMPLETE", "after", "2.2", "s"],
        ["HLS", "640x360", "5.0", "s", path],
        ["THUMBNAIL", "320x180", "1.jpg"],
        ["b.mp4:", "FAILED"],
        ["E:", "Why."],
    ]


def test_many_uploads_are_said_in_short() -> None:
    """Those under way come first, what has ended is left out, the rest is counted."""
    uploads = [upload() for _ in range(4)]
    uploads += [upload(record=record("COMPLETE")), upload(record=record("PROCESSING"), percent=7)]
    assert demo.standing(uploads) == (
        "1 of 6 videos ended; my clip.mp4 processing 7%, my clip.mp4 waiting, my clip.mp4 waiting, 2 more"
    )


def test_progress_counts_the_videos_that_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 179 videos it says how many have ended; the rest of the progress is a share in percent."""
    uploads = [upload(record=record("COMPLETE")) for _ in range(31)]
    uploads += [upload(record=record("PROCESSING"), percent=10) for _ in range(148)]
    written = io.StringIO()
    clock = iter([0.0, 0.0, 20.0, 20.0, 25.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with Terminal(Console(file=written, force_terminal=False, soft_wrap=True)).phase("Transcoding") as phase:
        phase.update(sum(each.share for each in uploads), len(uploads), demo.standing(uploads))
    assert "Transcoding: 26%, 31 of 179 videos ended; my clip.mp4 processing 10%" in written.getvalue()
    assert "145 more" in written.getvalue()


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


def test_a_log_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal a phase says that it begins, where it is now and then, and how it ended."""
    written = io.StringIO()
    terminal = Terminal(Console(file=written, force_terminal=False))
    clock = iter([0.0, 0.0, 1.0, 20.0, 20.0, 25.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with terminal.phase("Deploying") as phase:
        phase.update(1, 9, "too early to say")
        phase.update(2, 9, "aws_sqs_queue.a", counted="resources")
        phase.result("9 resources")
    assert written.getvalue().splitlines() == [
        "Deploying ...",
        "  Deploying: 2 of 9 resources, aws_sqs_queue.a",
        "✓ Deploying: 9 resources (25.0 s)",
    ]


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_terminal_gets_one_line_that_moves(columns: int) -> None:
    """A long detail is cut off, so that the bar and the time stay."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=columns, soft_wrap=True, color_system=None)
    with Terminal(console).phase("Deploying") as phase:
        phase.update(1, 9, "aws_s3_bucket_lifecycle_configuration.影片" * 9)
        time.sleep(0.3)
    frames = [line for line in written.getvalue().replace("\r", "\n").splitlines() if "aws" in line]
    assert frames or columns == 40
    assert all("━" in frame and "0:00:00" in frame and cell_len(frame) <= columns + 8 for frame in frames)
    assert "✓ Deploying (" in written.getvalue()
