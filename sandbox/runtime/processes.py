"""Server processes: start, wait until they answer, stop, and find those that a killed command left."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.runtime.errors import ServerError

_STOP_SECONDS = 15.0
TERRAFORM_INTERRUPT_SECONDS = 90.0
_START_SECONDS = 60.0
_LOG_LINES = 15
_START_MARK = "--- started "


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is needed to run a server and to recognise it later."""

    name: str
    url: str
    health_path: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ca_bundle: str | None = None
    """The authority to trust where the URL is an https one."""


class ServerProcess:
    """A server that this process started."""

    def __init__(self, server: Server, working_directory: Path) -> None:
        self.server = server
        server.log.parent.mkdir(parents=True, exist_ok=True)
        with server.log.open("ab") as log:
            log.write(f"{_START_MARK}{time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
            log.flush()
            # A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the servers in order.
            self._process = subprocess.Popen(
                list(server.command),
                cwd=working_directory,
                env=dict(server.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def wait_until_healthy(self) -> None:
        """Wait until the server answers.

        Raises:
            ServerError: It ended, or doesn't answer within a minute.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if answers(self.server):
                # It could be another program that answers: ours would have ended, its port taken.
                self.check()
                return
            self.check()
            time.sleep(0.05)
        raise ServerError(f"{self.server.name} does not answer at {self.server.url}. {self._last_words()}")

    def check(self) -> None:
        """Raise ServerError if the server ended by itself."""
        code = self._process.poll()
        if code is not None:
            raise ServerError(f"{self.server.name} ended by itself (exit code {code}). {self._last_words()}")

    def stop(self) -> None:
        """End the server politely, and by force if it doesn't hear."""
        end(self._process.pid)
        self._process.wait()

    def _last_words(self) -> str:
        since_start = self.server.log.read_text(errors="replace").rpartition(_START_MARK)[2]
        lines = since_start.splitlines()[1:][-_LOG_LINES:]
        return "\n".join([f"The end of {self.server.log}:", *(f"  {line}" for line in lines)])


def answers(server: Server) -> bool:
    """Return whether the server answers its health check."""
    try:
        with opener(server.ca_bundle).open(server.url + server.health_path, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def opener(ca_bundle: str | None) -> urllib.request.OpenerDirector:
    """Return what opens URLs of our servers.

    Args:
        ca_bundle: The authority to trust; None where only plain HTTP is spoken.
    """
    trusted = ssl.create_default_context(cafile=ca_bundle) if ca_bundle else None
    # No proxy, whatever the environment says: it is on the loopback interface.
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )


def free_port(wanted: int, taken: Sequence[int] = ()) -> int:
    """Return the wanted port of the loopback interface, or the next one that is free."""
    for port in range(wanted, wanted + 200):
        if port in taken:
            continue
        with socket.socket() as probe:
            # As the servers do; else a port in TIME_WAIT would look taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise ServerError(f"No free port on 127.0.0.1 between {wanted} and {wanted + 199}.")


def command_line(pid: int) -> str | None:
    """Return a running process's command line, arguments joined by spaces; None if there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        # A zombie has none.
        return raw.replace(b"\0", b" ").decode(errors="replace").strip() or None
    listing = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip() or None


def is_ours(pid: int, *marks: str) -> bool:
    """Return whether the process runs and carries these words in its command line: ids are used again."""
    line = command_line(pid)
    return line is not None and all(mark in line for mark in marks)


def end(pid: int, first: signal.Signals = signal.SIGTERM, patience_seconds: float = _STOP_SECONDS) -> None:
    """End a process: politely, then by force. Returns when it has ended.

    What it leaves in its process group (encoders, functions, providers) is ended with it.
    """
    with contextlib.suppress(ProcessLookupError):
        leads_group = os.getpgid(pid) == pid
        try:
            _end_one(pid, first, patience_seconds)
        finally:
            if leads_group:
                os.killpg(pid, signal.SIGKILL)


def _end_one(pid: int, first: signal.Signals, patience_seconds: float) -> None:
    for number, patience in ((first, patience_seconds), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if _ended(pid):
                return
            time.sleep(0.02)


def _ended(pid: int) -> bool:
    # A child of ours has to be waited for; of another's process we only see that it is gone.
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return command_line(pid) is None


def end_terraform(pid_file: Path, folder: Path) -> bool:
    """End the Terraform that a killed run left; return whether there was one. The pid file stays."""
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return False
    # Whatever the program is called: the folder in its command line says whose it is.
    if not is_ours(pid, "-chdir=", str(folder)):
        return False
    # It finishes what it began with AWS, saves its state and gives its lock back.
    end(pid, signal.SIGINT, TERRAFORM_INTERRUPT_SECONDS)
    return True
