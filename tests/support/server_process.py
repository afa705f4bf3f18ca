"""Servers of the sandbox as processes of a test's own, on free ports, which end with their block."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL_AWS = "sandbox.local_aws.server"
MEDIACONVERT = "sandbox.mediaconvert"
# Nothing listens there.
NOWHERE = "http://127.0.0.1:9"
_HEALTH = {LOCAL_AWS: "/_ministack/health", MEDIACONVERT: "/health"}
_START_SECONDS = 60
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProcess:
    """Hold a server that was started, and may not answer yet."""

    process: subprocess.Popen[bytes]
    health_url: str
    log: Path

    def wait(self) -> None:
        """Return once the server answers. Raises RuntimeError with the end of its log where it does not."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.health_url, timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        said = self.log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self.health_url} did not answer:\n{said}")


@contextmanager
def started(module: str, port: int, arguments: Sequence[str], *, state: Path) -> Iterator[ServerProcess]:
    """Start LOCAL_AWS or MEDIACONVERT with an empty folder for its state; stop it with the block."""
    state.mkdir(exist_ok=True)
    log = state.with_name(f"{state.name}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "--port", str(port), "--state-dir", str(state), *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(state)},
            stdout=output,
            stderr=output,
        )
    try:
        yield ServerProcess(process=process, health_url=f"http://127.0.0.1:{port}{_HEALTH[module]}", log=log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running_local_aws(state: Path) -> Iterator[str]:
    """Run a local AWS that knows no MediaConvert; yield its URL once it answers."""
    port = free_port()
    with started(LOCAL_AWS, port, ["--mediaconvert-url", NOWHERE], state=state) as server:
        server.wait()
        yield f"http://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port of the loopback interface that has no listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
