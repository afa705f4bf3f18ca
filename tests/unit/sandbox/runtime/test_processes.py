"""Server processes: started, watched, recognised and ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.runtime import processes
from sandbox.runtime.errors import ServerError
from sandbox.runtime.processes import Server, ServerProcess


def server(tmp_path: Path, code: str, port: int = 9) -> Server:
    """Describe a Python program as a server."""
    return Server(
        name="The test server",
        url=f"http://127.0.0.1:{port}",
        health_path="/",
        command=[sys.executable, "-c", code],
        environment={"PATH": os.environ["PATH"]},
        log=tmp_path / "logs" / "server.log",
    )


def test_a_server_that_answers_is_healthy_and_then_stopped(tmp_path: Path) -> None:
    """Waiting ends when the server answers; after stop nothing of it runs."""
    port = processes.free_port(20_000)
    code = (
        "from http.server import HTTPServer, SimpleHTTPRequestHandler as Handler\n"
        f"HTTPServer(('127.0.0.1', {port}), Handler).serve_forever()"
    )
    process = ServerProcess(server(tmp_path, code, port), tmp_path)
    process.wait_until_healthy()
    process.check()
    process.stop()
    assert processes.command_line(process.pid) is None


def test_a_server_that_ends_is_reported_with_its_last_words(tmp_path: Path) -> None:
    """The error names the server, its exit code and the end of this run's log, not of an earlier one."""
    ServerProcess(server(tmp_path, "print('an earlier run')"), tmp_path).stop()
    process = ServerProcess(server(tmp_path, "import sys; sys.exit('no such bucket')"), tmp_path)
    with pytest.raises(ServerError, match=r"The test server ended by itself \(exit code 1\)") as raised:
        process.wait_until_healthy()
    assert "no such bucket" in str(raised.value)
    assert "an earlier run" not in str(raised.value)


def test_a_process_that_is_deaf_to_politeness_is_ended_by_force(tmp_path: Path) -> None:
    """SIGKILL follows when the patience is over, and takes the process's children with it."""
    code = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    processes.end(parent.pid, patience_seconds=0.2)
    parent.wait()
    deadline = time.monotonic() + 5
    while processes.command_line(child) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert parent.returncode in (0, -signal.SIGKILL)
    assert processes.command_line(child) is None


def test_ending_a_process_that_is_gone_does_nothing() -> None:
    """A process id without a process is no error."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    processes.end(gone.pid)


def test_only_a_process_with_our_command_line_is_ours() -> None:
    """A process id that the system gave to another program is not taken for a server of ours."""
    assert processes.is_ours(os.getpid(), "python")
    assert not processes.is_ours(os.getpid(), "sandbox.local_aws.server", "/nowhere")


def test_the_next_free_port_is_used_when_the_wanted_one_is_taken() -> None:
    """A port in use and a port promised to another server are both passed over."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = processes.free_port(port)
        assert found > port
        assert processes.free_port(port, taken=[found]) > found
