"""The local AWS as a process: MiniStack with the fixes it needs, on the loopback interface only.

Run by ``sandbox.runtime.endpoints``::

    python -m sandbox.local_aws.server --port 4566 --state-dir DIR --mediaconvert-url URL

``--edge-port`` adds a plain HTTP door for browsers (``sandbox.local_aws.door``).
``GET /_sandbox/faults`` counts the faults that were injected (``sandbox.runtime.fault_injection``).
``GET /_sandbox/requests`` counts what roles asked for, since the start (``request_counts``).
``GET /_sandbox/recursion`` tells how often functions came back to themselves (``recursive_loops``).
``POST /_sandbox/save`` saves the state, so that a server that is killed after it forgets nothing of it.
``POST /_sandbox/authorization`` answers what the policies say to one call of the MediaConvert endpoint.
"""

from __future__ import annotations

import argparse
import asyncio
import asyncio.constants as asyncio_constants
import contextlib
import gc
import importlib.metadata
import json
import logging
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from sandbox.local_aws.door import Application, Door, Receive, Scope, Send
from sandbox.local_aws.iam_calls import IamCalls
from sandbox.runtime.certificate import Certificate
from sandbox.runtime.environment import SERVICE_ACCESS_KEY_ID
from sandbox.runtime.fault_injection import Faults, InvalidFaults

MINISTACK_VERSION = "1.5.33"
# A killed server forgets what came after the last save. Saving stops everything else, so that a large
# state is saved less often: it may take this part of the time.
_SAVE_INTERVAL_SECONDS = 10.0
_SAVING_SHARE = 0.05
_SSL_SHUTDOWN_SECONDS = 0.2
# A request makes some thousand objects, nearly all of which are freed without the collector.
_GARBAGE_THRESHOLD = 50_000

_log = logging.getLogger("sandbox.local_aws")


def main() -> int:
    """Serve until SIGTERM or SIGINT, then save everything."""
    parser = argparse.ArgumentParser(description="The sandbox's local AWS")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--mediaconvert-url", required=True)
    parser.add_argument("--faults", type=Path, help="JSON file of the faults to inject")
    parser.add_argument("--account", type=Path, help="JSON file of the account's quotas; else AWS's defaults")
    parser.add_argument("--certificate-dir", type=Path, help="serve TLS with the certificate that is there")
    parser.add_argument("--edge-port", type=int, help="where browsers come without TLS; needs a certificate")
    parser.add_argument("--enforce-iam", action="store_true", help="refuse what no policy allows")
    arguments = parser.parse_args()
    if arguments.edge_port and not arguments.certificate_dir:
        parser.error("--edge-port stands in for TLS, and needs --certificate-dir")
    fault = version_fault()
    if fault:
        print(fault, file=sys.stderr)
        return 2
    state_dir = arguments.state_dir.resolve()
    try:
        faults = Faults(arguments.faults, "uploads", state=state_dir / "faults-injected.json")
    except InvalidFaults as invalid:
        print(f"The local AWS can't start: {invalid}", file=sys.stderr)
        return 2
    certificate = Certificate(arguments.certificate_dir.resolve()) if arguments.certificate_dir else None
    _configure(arguments.port, state_dir, certificate, enforces_iam=arguments.enforce_iam)
    calls = IamCalls(state_dir / "iam-calls.jsonl") if arguments.enforce_iam else None
    account = arguments.account or state_dir / "account.json"
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _serve(
                *(arguments.port, arguments.edge_port, arguments.mediaconvert_url, faults, state_dir),
                *(certificate, calls, account),
            )
        )
    return 0


def version_fault() -> str | None:
    """Return a sentence if the installed MiniStack is not the one that the fixes were written for."""
    try:
        found = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        return f"The local AWS needs the package ministack {MINISTACK_VERSION}. Run `make setup`."
    if found == MINISTACK_VERSION:
        return None
    return (
        f"The local AWS needs ministack {MINISTACK_VERSION}, because sandbox/local_aws/fixes reaches into "
        f"private functions; this environment has {found}. Run `make setup`."
    )


def _configure(port: int, state_dir: Path, certificate: Certificate | None, *, enforces_iam: bool) -> None:
    # MiniStack reads its settings from the environment while it is imported.
    temporary = state_dir / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    os.environ.update(
        BIND_HOST="127.0.0.1",
        MINISTACK_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        PERSIST_STATE="1",
        STATE_DIR=str(state_dir / "state"),
        S3_PERSIST="1",
        S3_DATA_DIR=str(state_dir / "s3"),
        TMPDIR=str(temporary),
        # It would listen for MQTT on every interface.
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        # No Docker: functions run as processes.
        LAMBDA_EXECUTOR="local",
        DOCKER_HOST="unix:///nonexistent",
        AUTH=str(enforces_iam).lower(),
        # This key and its secret stand for the account itself, as "test" does; the services behind AWS's own
        # doors use it.
        AWS_ACCESS_KEY_ID=SERVICE_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY="test",
    )
    if certificate is not None:
        os.environ.update(
            USE_SSL="1", MINISTACK_SSL_CERT=str(certificate.chain), MINISTACK_SSL_KEY=str(certificate.key)
        )


async def _serve(
    port: int,
    edge_port: int | None,
    mediaconvert_url: str,
    faults: Faults,
    state_dir: Path,
    certificate: Certificate | None,
    calls: IamCalls | None,
    account: Path,
) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as ministack

    from sandbox.local_aws import fixes as aws_fixes
    from sandbox.local_aws.fixes.metrics import queue_metrics

    aws_fixes.apply(mediaconvert_url, faults, calls, state_dir / "role-sessions.jsonl", account)
    logging.getLogger("hypercorn.access").setLevel(logging.WARNING)
    logging.getLogger("persistence").setLevel(logging.WARNING)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    if certificate is not None:
        config.certfile, config.keyfile = str(certificate.chain), str(certificate.key)
        config.alpn_protocols = ["http/1.1"]
        # A client that keeps its connection doesn't answer a goodbye; the stop would wait for it.
        asyncio_constants.SSL_SHUTDOWN_TIMEOUT = _SSL_SHUTDOWN_SECONDS
    # What has been loaded stays, and each object of the state would be looked at again and again.
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD, 50, 100)
    application = _Application(ministack.app, faults)
    tasks = [
        asyncio.create_task(_save_regularly(application)),
        asyncio.create_task(queue_metrics.publish_regularly()),
    ]
    served: Application = application
    if edge_port is not None:
        config.insecure_bind = [f"127.0.0.1:{edge_port}"]
        served = Door(application, edge_port)
    try:
        await serve(served, config, shutdown_trigger=stop.wait)
    finally:
        for task in tasks:
            task.cancel()


class _Application:
    """MiniStack, and what the sandbox adds to it.

    Attributes:
        has_changed: Whether a request came in since this was last set to False.
    """

    def __init__(self, ministack: Application, faults: Faults) -> None:
        self.has_changed = False
        self._ministack = ministack
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or take part in start and stop, as ASGI lays down."""
        if scope["type"] == "lifespan":
            await self._ministack(scope, self._before_stop(receive), send)
            return
        if scope["path"] == "/_sandbox/faults":
            await self._count_faults(send)
            return
        if scope["path"] == "/_sandbox/requests":
            await self._count_requests(send)
            return
        if scope["path"] == "/_sandbox/recursion":
            await self._count_recursion(send)
            return
        if scope["path"] == "/_sandbox/save":
            await self._save(send)
            return
        if scope["path"] == "/_sandbox/authorization":
            await self._authorize(receive, send)
            return
        if not scope["path"].startswith("/_ministack"):
            self.has_changed = True
        await self._ministack(scope, receive, send)

    def _before_stop(self, receive: Receive) -> Receive:
        from sandbox.local_aws.fixes.s3.upload_events import late_events

        async def received() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                # MiniStack saves next; what has not arrived by then would be forgotten.
                late_events.deliver_all()
            return message

        return received

    async def _count_faults(self, send: Send) -> None:
        await _send_json(send, {"uploads": self._faults.counts()})

    async def _count_requests(self, send: Send) -> None:
        from sandbox.local_aws.fixes.permissions.request_counts import counted

        counts = [
            {"role": role, "action": action, "count": count}
            for (role, action), count in sorted(counted.items())
        ]
        await _send_json(send, {"requests": counts})

    async def _count_recursion(self, send: Send) -> None:
        from sandbox.local_aws.fixes.recursive_loops import longest_chains

        await _send_json(send, {"longestChains": longest_chains})

    async def _save(self, send: Send) -> None:
        from sandbox.local_aws.fixes import state_saving

        self.has_changed = False
        state_saving.save_changes()
        await _send_json(send, {"saved": True})

    async def _authorize(self, receive: Receive, send: Send) -> None:
        # MediaConvert is a server of its own: it asks here what the policies say.
        from sandbox.local_aws.fixes.permissions import iam_calls

        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        question = json.loads(body)
        await _send_json(send, {"refusal": iam_calls.refusal(**question)})


async def _send_json(send: Send, document: object) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})


async def _save_regularly(application: _Application) -> None:
    # MiniStack itself saves only when it is stopped politely; a killed one would forget the whole deployment
    # while Terraform's state, an S3 object, stayed on disk.
    from sandbox.local_aws.fixes import state_saving

    interval = _SAVE_INTERVAL_SECONDS
    while True:
        await asyncio.sleep(interval)
        if application.has_changed:
            application.has_changed = False
            begun = time.monotonic()
            # On the event loop, so that no request changes a store while it is written.
            state_saving.save_changes()
            interval = max(_SAVE_INTERVAL_SECONDS, (time.monotonic() - begun) / _SAVING_SHARE)


if __name__ == "__main__":
    sys.exit(main())
