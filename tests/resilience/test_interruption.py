"""Ctrl-C in the middle of tests on several workers: what they started is stopped, soon."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, END_SECONDS = 180.0, 120.0
TESTS = """
import subprocess, sys, time
from pathlib import Path
import pytest

HERE = Path(__file__).parent
WAIT = "import signal, time; signal.signal(signal.SIGTERM, signal.{}); print(flush=True); time.sleep(600)"

def start(name, on_sigterm):
    command = [sys.executable, "-c", WAIT.format(on_sigterm)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
    (HERE / name).write_text(str(process.pid))
    return process

@pytest.fixture(scope="session")
def server():
    process = start("server", "SIG_DFL")
    yield
    process.terminate()
    process.wait()
    (HERE / "stopped").touch()

def test_with_server(server):
    time.sleep(600)

def test_with_other():
    process = start("other", "SIG_IGN")
    try:
        time.sleep(600)
    finally:
        process.terminate()
        process.wait()
"""
CONFTEST = """
from tests.support import interruption

interruption.PATIENCE_SECONDS = {}
pytest_plugins = ["tests.support.interruption"]
"""


@pytest.mark.parametrize("to_group", [False, True], ids=["controller", "process group"])
def test_fixtures_stop_what_they_started(tmp_path: Path, to_group: bool) -> None:
    """Whether the signal reaches the controller alone or, as in a terminal, workers too: they end orderly."""
    run, pids = started(tmp_path, ["server"], patience_seconds=END_SECONDS)
    try:
        os.killpg(run.pid, signal.SIGINT) if to_group else run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=END_SECONDS)
    finally:
        run.kill()
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
    assert f"Interrupted: stopping what the tests started, which takes up to {END_SECONDS:.0f} s." in said
    assert (tmp_path / "stopped").exists(), said
    assert_ended(pids)


def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    """A process that ignores its end does not keep the run from ending."""
    run, pids = started(tmp_path, ["server", "other"], patience_seconds=1)
    try:
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=END_SECONDS)
    finally:
        run.kill()
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
    assert_ended(pids)


def test_a_second_ctrl_c_waits_for_nothing(tmp_path: Path) -> None:
    """Ctrl-C again kills everything at once."""
    run, pids = started(tmp_path, ["other"], patience_seconds=600)
    try:
        run.send_signal(signal.SIGINT)
        assert run.stdout is not None
        assert any(line.startswith("Interrupted: stopping") for line in run.stdout)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=END_SECONDS)
    finally:
        run.kill()
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
    assert "Interrupted again: killing what is left." in said
    assert_ended(pids)


def started(
    folder: Path, names: list[str], *, patience_seconds: float
) -> "tuple[subprocess.Popen[str], list[int]]":
    """Start a run of tests; return it when each has started its process, and the ids of these."""
    (folder / "test_long.py").write_text(TESTS)
    (folder / "conftest.py").write_text(CONFTEST.format(patience_seconds))
    tests = [f"{folder / 'test_long.py'}::test_with_{name}" for name in names]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "xdist.plugin", "-n", "2", *tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        return run, [_pid(folder / name, run) for name in names]
    except BaseException:
        os.killpg(run.pid, signal.SIGKILL)
        raise


def assert_ended(pids: list[int]) -> None:
    """Hold that processes have ended, once the system has reaped what was killed."""
    until = time.monotonic() + 10
    while left := [pid for pid in pids if psutil.pid_exists(pid)]:
        assert time.monotonic() < until, left
        time.sleep(0.05)


def _pid(path: Path, run: "subprocess.Popen[str]") -> int:
    """Return the id of a process that the run starts."""
    until = time.monotonic() + START_SECONDS
    while not (path.exists() and path.read_text()):
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < until, f"{path.name} was not started"
        time.sleep(0.05)
    return int(path.read_text())
