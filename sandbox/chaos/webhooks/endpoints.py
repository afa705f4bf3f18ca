"""The endpoints of a load test: its receiver's process, and the operator's commands that name them.

One endpoint answers at once and one takes its time; both fail in every way that receivers do.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from sandbox.chaos.webhooks.receipts import ReceiptLog
from sandbox.chaos.webhooks.receiver import EndpointFaults
from sandbox.runtime import processes
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import PROJECT_ROOT, Folder, write_json
from sandbox.runtime.processes import Server, ServerProcess

RECEIVER_PORT = 4580
# A function that announces reads the endpoints again after so long.
# Source: media_pipeline.adapters.webhooks.endpoint_store
KNOWN_AFTER_SECONDS = 15
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
_COMMAND_SECONDS = 60


class WebhookReceiver:
    """A receiver with its endpoints, for the length of a load test."""

    def __init__(self, folder: Folder, endpoints: Endpoints, *, pipeline: str, seed: int) -> None:
        """Prepare.

        Args:
            folder: Where the log of what is received is.
            endpoints: The running sandbox.
            pipeline: The name under which operators know the pipeline.
            seed: Decides what the receiver does wrong.
        """
        self._folder = folder
        self._endpoints = endpoints
        self._pipeline = pipeline
        self._seed = seed
        self._described = folder.path / "webhooks" / "endpoints.json"
        self._log = folder.path / "webhooks" / "receipts.jsonl"
        self.receipts = ReceiptLog(self._log)

    @contextlib.contextmanager
    def running(self, faults: Mapping[str, EndpointFaults]) -> Iterator[ServerProcess]:
        """Receive webhooks for endpoints of these names; afterwards there are none of them.

        Raises:
            SandboxError: An endpoint can't be added; the message says why.
        """
        self._described.parent.mkdir(parents=True, exist_ok=True)
        self._log.unlink(missing_ok=True)
        write_json(self._described, {"seed": self._seed, "endpoints": {}})
        process = self._start()
        try:
            process.wait_until_healthy()
            with contextlib.ExitStack() as added:
                secrets: dict[str, str] = {}
                for name in faults:
                    # One of a load test that was killed names a port of the past.
                    self._operate("remove", name, "--yes", may_fail=True)
                    said = self._operate("add", f"{process.server.url}/hook/{name}", "--id", name)
                    added.callback(self._operate, "remove", name, "--yes", may_fail=True)
                    secrets[name] = _secret(said)
                described = {name: {"secret": secrets[name], **asdict(each)} for name, each in faults.items()}
                write_json(self._described, {"seed": self._seed, "endpoints": described})
                yield process
        finally:
            process.stop()
            # It has secrets.
            self._described.unlink(missing_ok=True)

    def _start(self) -> ServerProcess:
        port = processes.free_port(RECEIVER_PORT)
        server = Server(
            name="The receiver of webhooks",
            url=f"http://127.0.0.1:{port}",
            health_path="/health",
            command=[
                sys.executable, "-m", "sandbox.chaos.webhooks.receiver",
                "--port", str(port),
                "--endpoints", str(self._described),
                "--log", str(self._log),
            ],
            environment=os.environ,
            log=self._folder.log("receiver"),
        )  # fmt: skip
        return ServerProcess(server, PROJECT_ROOT)

    def _operate(self, *arguments: str, may_fail: bool = False) -> str:
        """Run an operator's command about webhooks, as a person does, and return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "tools.ops", "webhooks", *arguments],
            cwd=PROJECT_ROOT,
            env={**self._endpoints.environment(), "MEDIA_PIPELINE": self._pipeline},
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0 and not may_fail:
            raise SandboxError(f"`webhooks {' '.join(arguments)}` failed: {done.stderr or done.stdout}")
        return done.stdout


def _secret(said: str) -> str:
    found = _SECRET.search(said)
    if found is None:
        raise SandboxError("`webhooks add` showed no secret.")
    return found[0]
