"""The endpoint as a process: how it starts, stops and is wrapped."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.mediaconvert_api.fakes import Endpoint, free_port, wait_until

ROOT = Path(__file__).resolve().parents[3]


def start(port: int, state_dir: Path) -> subprocess.Popen[str]:
    """Start the endpoint as the sandbox does; there is no local AWS."""
    arguments = ["--port", str(port), "--state-dir", str(state_dir), "--aws-endpoint", "http://127.0.0.1:9"]
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.mediaconvert", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(state_dir)},
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(port: int) -> bool:
    """Tell whether the endpoint is up."""
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
        wait_until(lambda: answers(port), 60)
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


def test_faults_are_laid_around_the_application(tmp_path: Path) -> None:
    """What wraps the application may answer in its place, in a shape that boto3 takes for throttling."""

    def throttled(app: Any) -> Any:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] != "POST":
                await app(scope, receive, send)
                return
            headers = [(b"x-amzn-errortype", b"TooManyRequestsException")]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"message": "Too many"}'})

        return answer

    with Endpoint(tmp_path, wrap_app=throttled).running() as endpoint:
        with pytest.raises(ClientError) as refused:
            endpoint.submit()
        assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert endpoint.client.list_jobs()["Jobs"] == []
