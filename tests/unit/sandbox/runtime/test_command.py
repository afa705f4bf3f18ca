"""The command line: exit codes, sentences, and the commands that need a running sandbox."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox.local_aws import server as aws_server
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT, Folder, read_json, write_json


def sandbox(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on a state folder."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, "SANDBOX_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_video_fails_with_one_sentence(tmp_path: Path) -> None:
    """No traceback, exit code 1."""
    done = sandbox(tmp_path, "demo", "missing.mp4")
    assert (done.returncode, done.stderr) == (1, "There is no file missing.mp4.\n")


@pytest.mark.parametrize("command", [["deploy"], ["destroy"], ["env"], ["exec", "--", "true"], ["person"]])
def test_a_command_that_needs_the_servers_says_how_to_start_them(tmp_path: Path, command: list[str]) -> None:
    """Exit code 1 and the remedy."""
    done = sandbox(tmp_path, *command)
    assert done.returncode == 1
    assert "make sandbox-up" in done.stderr


def test_nothing_to_stop_is_no_error(tmp_path: Path) -> None:
    """`down` can be run at any time."""
    done = sandbox(tmp_path, "down")
    assert (done.returncode, done.stdout) == (0, "Nothing was running.\n")


def test_a_busy_folder_is_left_alone(tmp_path: Path) -> None:
    """While one command works, another one does not touch the servers."""
    with Folder(tmp_path).locked("demo"):
        done = sandbox(tmp_path, "down")
    assert done.returncode == 1
    assert f"`sandbox demo` (process {os.getpid()}) is working" in done.stderr


def test_another_program_with_a_remembered_process_id_is_not_stopped(tmp_path: Path) -> None:
    """A leftover record whose process id the system has given away again does no harm."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        write_json(tmp_path / "endpoints.json", {"pids": {"sandbox.local_aws.server": bystander.pid}})
        assert sandbox(tmp_path, "down").returncode == 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_another_ministack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixes fit one version; the sentence names both and the remedy."""
    assert aws_server.version_fault() is None
    monkeypatch.setattr(aws_server, "MINISTACK_VERSION", "0.0.1")
    fault = aws_server.version_fault()
    assert fault is not None
    assert "needs ministack 0.0.1" in fault
    assert "make setup" in fault


def test_sandboxes_that_start_at_once_get_ports_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second chooses when the first one listens, and not before."""
    monkeypatch.setattr(servers, "_spawn", lambda server: FakeProcess())
    first = servers.start(Folder(tmp_path / "a"), print, stays_up=False)
    chosen = threading.Event()

    def second() -> None:
        servers.start(Folder(tmp_path / "b"), print, stays_up=False).wait()
        chosen.set()

    thread = threading.Thread(target=second)
    thread.start()
    assert not chosen.wait(0.3)
    first.wait()
    assert chosen.wait(30)
    thread.join()


def test_a_taken_port_is_named_and_worked_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another program has the browsers' port, the next free one is used, said and remembered."""
    monkeypatch.setattr(servers, "_spawn", lambda server: FakeProcess())
    said: list[str] = []
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        write_json(tmp_path / "ports.json", {"edge": taken})
        started = servers.start(Folder(tmp_path), said.append, stays_up=False)
        started.wait()
    ports = read_json(tmp_path / "ports.json")
    assert len(set(ports.values())) == 3
    assert ports["edge"] != taken
    assert started.endpoints.edge == f"http://127.0.0.1:{ports['edge']}"
    assert started.endpoints.page == f"http://localhost:{ports['edge']}"
    assert f"Port {taken} is taken: the browsers' door uses {ports['edge']}." in said


class FakeProcess:
    """A server that answers at once."""

    pid = 0
    server = SimpleNamespace(command=["python", "-m", "a"])

    def wait_until_healthy(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize("is_there", [True, False])
def test_both_servers_forget_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """Where the local AWS's state was deleted, MediaConvert's job templates would be in the way."""
    monkeypatch.setattr(servers, "_spawn", lambda server: FakeProcess())
    write_json(tmp_path / "mediaconvert/templates.json", {})
    if is_there:
        write_json(tmp_path / "aws/state/s3.json", {})
    servers.start(Folder(tmp_path), print, stays_up=False).wait()
    assert (tmp_path / "mediaconvert").exists() is is_there


@pytest.mark.parametrize(
    ("stays_up", "error", "is_left"),
    [(True, None, True), (True, KeyboardInterrupt, False), (False, None, False)],
)
def test_servers_outlive_a_command_only_on_purpose(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stays_up: bool,
    error: type[BaseException] | None,
    is_left: bool,
) -> None:
    """They stay where that was asked for and nothing went wrong; else they are stopped."""
    monkeypatch.setattr(servers, "_spawn", lambda server: FakeProcess())
    folder = Folder(tmp_path)
    with contextlib.suppress(KeyboardInterrupt), servers.running(folder, print, stays_up=stays_up) as running:
        running.wait()
        assert read_json(folder.endpoints)["stays_up"] is stays_up
        if error is not None:
            raise error
    assert folder.endpoints.exists() is is_left
