"""What the demo prints, on a terminal and into a log."""

import io
import time
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from sandbox.demo import run as demo
from sandbox.demo.assets import Upload
from sandbox.demo.report import (
    AssetError,
    AssetReport,
    Output,
    Seconds,
    table,
)
from sandbox.runtime.console import Terminal


def record(status: str, **more: str) -> dict[str, str]:
    """Make an asset's record."""
    return {"asset_id": "a1", "version_id": "v1", "status": status, **more}


def upload(**more: Any) -> Upload:
    """Make an upload that the pipeline does not know yet."""
    return Upload(Path("my clip.mp4"), "my clip.mp4", "v1", 1_000_000_000.0, **more)


def asset(status: str) -> AssetReport:
    """Make one asset's report."""
    return AssetReport("a1", "in[bold].mp4", status, None, [], Seconds(None, None))


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
