"""Guarded child processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox.mediaconvert.child import Stalled, run_child
from sandbox.mediaconvert.model import Cancelled

PYTHON = [sys.executable, "-I", "-S", "-c"]
TALKS_FOR_EVER = [*PYTHON, "import time\nwhile True: print('.', flush=True); time.sleep(0.05)"]
ORPHAN = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from sandbox.mediaconvert.child import run_child
code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
show = lambda line: print(line, flush=True) is None
run_child([sys.executable, "-c", code], cancelled=threading.Event(), on_output=show, stall_seconds=60)
"""


def never() -> threading.Event:
    """Give an event that nobody sets."""
    return threading.Event()


def test_output_and_end_are_told() -> None:
    """Lines of standard output arrive one by one; the status and the end of standard error come back."""
    lines: list[str] = []

    def read(line: str) -> bool:
        lines.append(line)
        return True

    code = (
        "import sys; print('one'); print('two', end=''); sys.stderr.write('x' * 99_999 + 'END'); sys.exit(3)"
    )
    ended = run_child([*PYTHON, code], cancelled=never(), on_output=read, stall_seconds=20)
    assert lines == ["one", "two"]
    assert ended.returncode == 3
    assert ended.complaint.endswith("xEND")
    assert len(ended.complaint) < 20_000


def test_cancelling_kills_the_child() -> None:
    """A child that talks for ever ends soon after the event is set."""
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        run_child(TALKS_FOR_EVER, cancelled=cancelled, on_output=lambda _: True, stall_seconds=20)
    assert time.monotonic() - begun < 5


def test_talk_without_progress_is_a_stall() -> None:
    """A child whose output shows no progress is killed, however much it says."""
    with pytest.raises(Stalled):
        run_child(TALKS_FOR_EVER, cancelled=never(), on_output=lambda _: False, stall_seconds=0.3)


def test_a_child_gets_no_environment_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables such as credentials or FFREPORT don't reach the child."""
    monkeypatch.setenv("FFREPORT", "file=leak.log")
    seen: list[str] = []

    def read(line: str) -> bool:
        seen.append(line)
        return True

    code = "import os; print('FFREPORT' in os.environ)"
    run_child([*PYTHON, code], cancelled=never(), on_output=read, stall_seconds=20)
    assert seen == ["False"]


def test_a_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    """Writing more than the limit ends the child, and the file stays below it."""
    code = "open('big', 'wb').write(bytes(1_000_000))"
    ended = run_child(
        [*PYTHON, code],
        cancelled=never(),
        on_output=lambda _: True,
        stall_seconds=20,
        max_file_bytes=10_000,
        folder=tmp_path,
    )
    assert ended.returncode != 0
    assert (tmp_path / "big").stat().st_size <= 10_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_a_child_does_not_outlive_a_killed_parent() -> None:
    """When the server is killed outright, the kernel ends its children."""
    root = str(Path(__file__).resolve().parents[3])
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, root], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child_pid = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _runs(child_pid):
        assert time.monotonic() < deadline, "the child still runs"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
