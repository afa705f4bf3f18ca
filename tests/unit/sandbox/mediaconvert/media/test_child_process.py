"""Guarded child processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.mediaconvert.isolation.child_process import LimitExceeded, Stalled, run_child
from sandbox.mediaconvert.isolation.limits import TRANSCODE, Limits
from sandbox.mediaconvert.model import Cancelled

ROOMY = replace(TRANSCODE, stall_seconds=20.0)
HASTY = replace(ROOMY, stall_seconds=0.3)
PYTHON = [sys.executable, "-I", "-S", "-c"]
TALKS_FOR_EVER = [*PYTHON, "import time\nwhile True: print('.', flush=True); time.sleep(0.05)"]
# SIGXFSZ is a program's end, unless it is one of Python.
FILLS = """
import signal, time
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
for number in range(2000):
    with open(f'{number}', 'wb') as file: file.write(bytes(20_000))
    time.sleep(0.01)
"""
ORPHAN = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from sandbox.mediaconvert.isolation.child_process import run_child
from sandbox.mediaconvert.isolation.limits import TRANSCODE
code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
show = lambda line: print(line, flush=True) is None
run_child([sys.executable, "-c", code], cancelled=threading.Event(), on_output=show, limits=TRANSCODE)
"""


def never() -> threading.Event:
    """Return an event that is never set."""
    return threading.Event()


def test_output_and_end_are_reported() -> None:
    """Lines of standard output arrive one by one; the status and the end of standard error come back."""
    lines: list[str] = []

    def read(line: str) -> bool:
        lines.append(line)
        return True

    code = (
        "import sys; print('one'); print('two', end=''); sys.stderr.write('x' * 99_999 + 'END'); sys.exit(3)"
    )
    ended = run_child([*PYTHON, code], cancelled=never(), on_output=read, limits=ROOMY)
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
        run_child(TALKS_FOR_EVER, cancelled=cancelled, on_output=lambda _: True, limits=ROOMY)
    assert time.monotonic() - begun < 5


def test_talk_without_progress_is_a_stall() -> None:
    """A child whose output shows no progress is killed, however much it says."""
    with pytest.raises(Stalled):
        run_child(
            TALKS_FOR_EVER,
            cancelled=never(),
            on_output=lambda _: False,
            limits=replace(ROOMY, stall_seconds=0.3),
        )


def test_a_child_gets_no_environment_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables such as credentials or FFREPORT don't reach the child."""
    monkeypatch.setenv("FFREPORT", "file=leak.log")
    seen: list[str] = []

    def read(line: str) -> bool:
        seen.append(line)
        return True

    code = "import os; print('FFREPORT' in os.environ)"
    run_child([*PYTHON, code], cancelled=never(), on_output=read, limits=ROOMY)
    assert seen == ["False"]


def test_a_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    """Writing more than the limit ends the child, and the file stays below it."""
    code = "open('big', 'wb').write(bytes(1_000_000))"
    ended = run_child(
        [*PYTHON, code],
        cancelled=never(),
        on_output=lambda _: True,
        limits=replace(ROOMY, file_bytes=10_000),
        folder=tmp_path,
    )
    assert ended.returncode != 0
    assert (tmp_path / "big").stat().st_size <= 10_000


@pytest.mark.parametrize(
    ("code", "limits", "reported"),
    [
        ("import time; time.sleep(20)", replace(ROOMY, total_seconds=0.3), "more than 0 s"),
        ("while True: pass", replace(ROOMY, cpu_seconds=1), "1 s of the processor"),
        (FILLS, replace(ROOMY, file_bytes=10_000, total_seconds=20), "a file of more than 10,000 bytes"),
        (FILLS, replace(ROOMY, folder_bytes=10_000, total_seconds=20), "more than 10,000 bytes"),
        (FILLS, replace(ROOMY, folder_files=2, total_seconds=20), "more than 2 files"),
    ],
    ids=["time", "processor", "file", "folder", "files"],
)
def test_a_child_that_costs_too_much_is_killed(
    code: str, limits: Limits, reported: str, tmp_path: Path
) -> None:
    """Each limit ends a child that would otherwise go on, and says which one it was."""
    begun = time.monotonic()
    with pytest.raises(LimitExceeded, match=reported):
        run_child(
            [*PYTHON, code], cancelled=never(), on_output=lambda _: True, limits=limits, folder=tmp_path
        )
    assert time.monotonic() - begun < 10


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory that a process writes to")
def test_a_child_gets_no_more_memory_than_it_may_have() -> None:
    """An allocation beyond the limit fails within the child; the machine keeps its memory."""
    code = "held = bytearray(400_000_000)"
    limits = replace(ROOMY, memory_bytes=200_000_000)
    ended = run_child([*PYTHON, code], cancelled=never(), on_output=lambda _: True, limits=limits)
    assert ended.returncode == 1
    assert ended.complaint.endswith("MemoryError")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_a_child_does_not_outlive_a_killed_parent() -> None:
    """When the server is killed outright, the kernel ends its children."""
    root = str(Path(__file__).resolve().parents[5])
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
