"""The sandbox's two servers on ports and in folders of their own: the local AWS, and MediaConvert."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Hold where the servers are."""

    aws_url: str
    mediaconvert_url: str


@contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Run both servers; MediaConvert's jobs end at once, with small files made up."""
    aws_port, mediaconvert_port = _free_port(), _free_port()
    servers = Servers(
        aws_url=f"http://127.0.0.1:{aws_port}", mediaconvert_url=f"http://127.0.0.1:{mediaconvert_port}"
    )
    faults = folder / "faults.json"
    faults.write_text(json.dumps({"mediaconvert": {"instant": True}}))
    aws = ["--port", str(aws_port), "--mediaconvert-url", servers.mediaconvert_url]
    mediaconvert = ["--port", str(mediaconvert_port), "--aws-endpoint", servers.aws_url]
    with ExitStack() as stack:
        stack.enter_context(_running("sandbox.local_aws.server", aws, folder / "aws"))
        more = ["--faults", str(faults)]
        stack.enter_context(_running("sandbox.mediaconvert", [*mediaconvert, *more], folder / "mediaconvert"))
        _wait_for(f"{servers.aws_url}/_ministack/health", folder / "aws.log")
        _wait_for(f"{servers.mediaconvert_url}/health", folder / "mediaconvert.log")
        yield servers


@contextmanager
def _running(module: str, arguments: list[str], state: Path) -> Iterator[None]:
    state.mkdir()
    with state.with_suffix(".log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, "--state-dir", str(state)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(state)},
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        server.terminate()
        try:
            server.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"a server did not start:\n{log.read_text(errors='replace')[-2000:]}")
