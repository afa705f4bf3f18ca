"""The endpoint as a process: how it starts, stops and is wrapped."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.server_process import MEDIACONVERT, NOWHERE, ROOT, free_port
from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.endpoint import client


def start(port: int, state_dir: Path, *more: str) -> subprocess.Popen[str]:
    """Start the endpoint as the sandbox does; there is no local AWS."""
    arguments = ["--port", str(port), "--state-dir", str(state_dir), "--aws-endpoint", NOWHERE]
    arguments += more
    return subprocess.Popen(
        [sys.executable, "-m", MEDIACONVERT, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(state_dir)},
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(port: int) -> bool:
    """Return whether the endpoint is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_process_starts_without_aws_and_ends_on_sigterm(tmp_path: Path) -> None:
    """The process serves on the loopback interface only, and SIGTERM ends it with 0."""
    port = free_port()
    process = start(port, tmp_path)
    try:
        wait_for(lambda: answers(port), 60)
        listening = Path("/proc/net/tcp").read_text()
        assert f"0100007F:{port:04X}" in listening
        assert f"00000000:{port:04X}" not in listening
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.communicate()


def test_process_refuses_a_port_that_is_taken(tmp_path: Path) -> None:
    """Where the port is another's, the process says so in a sentence and ends with 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(taken.getsockname()[1], tmp_path)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "can't start on port" in said
    assert "Traceback" not in said


def test_process_refuses_faults_that_are_not_valid(tmp_path: Path) -> None:
    """Where the file of faults is wrong at the start, the process says what and ends with 2."""
    path = tmp_path / "wrong.json"
    path.write_text('{"mediaconvert": {"throttle": 2}}')
    process = start(free_port(), tmp_path, "--faults", str(path))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"{path} is not valid: mediaconvert.throttle is 2, allowed: a share from 0 to 1" in said
    assert "Traceback" not in said


def test_process_takes_faults_that_are_written_while_it_runs(tmp_path: Path) -> None:
    """A file that appears after the start switches faults on, and one that goes switches them off."""
    path, port = tmp_path / "faults.json", free_port()
    process = start(port, tmp_path, "--faults", str(path))
    try:
        wait_for(lambda: answers(port), 60)
        api = client(f"http://127.0.0.1:{port}")
        assert api.get_queue(Name="Default")["Queue"]["Status"] == "ACTIVE"
        path.write_text('{"mediaconvert": {"throttle": 1}}')
        with pytest.raises(api.exceptions.TooManyRequestsException):
            api.get_queue(Name="Default")
        path.unlink()
        assert api.get_queue(Name="Default")["Queue"]["Status"] == "ACTIVE"
    finally:
        process.terminate()
        process.wait(15)
        process.communicate()
