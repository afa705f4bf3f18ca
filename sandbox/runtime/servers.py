"""The running sandbox: both servers together, up, down, and what a killed command left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.runtime import processes
from sandbox.runtime.certificate import Certificate
from sandbox.runtime.endpoints import (
    AWS_PORT,
    EDGE_PORT,
    MEDIACONVERT_PORT,
    Endpoints,
    local_aws,
    mediaconvert_endpoint,
)
from sandbox.runtime.errors import ServerError
from sandbox.runtime.folder import (
    PROJECT_ROOT,
    Folder,
    read_json,
    write_json,
)
from sandbox.runtime.processes import ServerProcess

Say = Callable[[str], None]

SAVE_SECONDS = 60.0
_LOCAL_AWS = "sandbox.local_aws.server"
# What ports are for: the usual one, and who uses it.
_PURPOSES: Mapping[str, tuple[int, str]] = {
    "aws": (AWS_PORT, "local AWS"),
    "mediaconvert": (MEDIACONVERT_PORT, "MediaConvert endpoint"),
    "edge": (EDGE_PORT, "browsers' door"),
}


@dataclass(slots=True)
class Running:
    """Two servers that answer."""

    endpoints: Endpoints
    started: list[ServerProcess] = field(default_factory=list)
    ports: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    """Keeps other sandboxes from choosing ports; closed as soon as both servers listen."""

    def wait(self) -> None:
        """Wait until both answer.

        Raises:
            ServerError: One ended, or doesn't answer in time.
        """
        with self.ports:
            for process in self.started:
                process.wait_until_healthy()

    def check(self) -> None:
        """Raise ServerError if a server that we started ended by itself."""
        for process in self.started:
            process.check()


@contextlib.contextmanager
def running(folder: Folder, say: Say, *, stays_up: bool = False) -> Iterator[Running]:
    """Provide the servers for the length of a block, and stop those that it started.

    They may not answer yet: something else can be done until `wait` is called. Servers that `sandbox up`
    started are used, and stay up.

    Args:
        folder: Where they keep their state.
        say: Called with a sentence about leftovers and about ports that are taken.
        stays_up: Whether servers that it started outlive the block, unless that raises.
    """
    found = found_running(folder)
    if found is not None:
        say("The sandbox is up already: it is used, and left up.")
        yield Running(found)
        return
    servers = start(folder, say, stays_up=stays_up)
    ended = False
    try:
        yield servers
        ended = True
    finally:
        servers.ports.close()
        if not (stays_up and ended):
            stop(folder)


def start(folder: Folder, say: Say, *, stays_up: bool) -> Running:
    """Start both servers; `wait` tells when they answer.

    Args:
        folder: Where they keep their state.
        say: Called with a sentence about leftovers and about ports that are taken.
        stays_up: Whether the servers are to outlive this process.

    Raises:
        ServerError: No port is free.
    """
    if stop(folder):
        say("Stopped servers that an earlier, killed run had left.")
    if not any((folder.aws / "state").glob("*")):
        # Lost or never there: job templates of a former account would stand in a new deployment's way.
        shutil.rmtree(folder.mediaconvert, ignore_errors=True)
    ports = contextlib.ExitStack()
    ports.enter_context(_choosing_ports())
    chosen = _choose(_ports(read_json(folder.path / "ports.json")), say)
    write_json(folder.path / "ports.json", chosen)
    endpoints = Endpoints.at(chosen["aws"], chosen["mediaconvert"], chosen["edge"], folder)
    Certificate(folder.certificate).ensure()
    servers = Running(endpoints, ports=ports)
    try:
        for describe in (local_aws, mediaconvert_endpoint):
            servers.started.append(_spawn(describe(folder, endpoints)))
            _record(folder, servers, stays_up=stays_up)
    except BaseException:
        ports.close()
        stop(folder)
        raise
    return servers


def stop(folder: Folder) -> bool:
    """Stop the servers of this folder, also those of another command; return whether there were any.

    The caller holds the folder's lock, so a Terraform that runs here was left by a killed run: it goes first.
    """
    for pid_file in folder.terraform_pids:
        processes.end_terraform(pid_file, folder.path)
    pids = [pid for pid, marks in _recorded(folder) if processes.is_ours(pid, *marks)]
    # The MediaConvert endpoint first: it writes to the local AWS.
    for pid in reversed(pids):
        processes.end(pid)
    folder.endpoints.unlink(missing_ok=True)
    return bool(pids)


def local_aws_pid(folder: Folder) -> int:
    """Return the process id of the local AWS of this folder.

    Raises:
        ServerError: It doesn't run.
    """
    for pid, marks in _recorded(folder):
        if marks[0] == _LOCAL_AWS and processes.is_ours(pid, *marks):
            return pid
    raise ServerError("The local AWS does not run.")


def restart_local_aws(
    folder: Folder, servers: Running, signal_number: signal.Signals = signal.SIGTERM
) -> None:
    """End the local AWS and start it on the same port, with the state that it has saved.

    Args:
        folder: Where it keeps its state.
        servers: Its process there is replaced.
        signal_number: SIGTERM lets it save everything; after SIGKILL it forgets what its last save lacks.

    Raises:
        ServerError: It doesn't run, or doesn't answer any more.
    """
    # Until both answer, this process holds the lock that it would wait for below.
    servers.wait()
    # Another sandbox that begins meanwhile would take the port.
    with _choosing_ports():
        processes.end(local_aws_pid(folder), signal_number)
        again = _spawn(local_aws(folder, servers.endpoints))
        record = read_json(folder.endpoints)
        pids = record.get("pids")
        write_json(
            folder.endpoints,
            {**record, "pids": {**(pids if isinstance(pids, dict) else {}), _LOCAL_AWS: again.pid}},
        )
        servers.started = [again if _module(each) == _LOCAL_AWS else each for each in servers.started]
        again.wait_until_healthy()


def save_local_aws(endpoints: Endpoints) -> None:
    """Have the local AWS save its state now: one that is killed afterwards comes back with all of it.

    Raises:
        ServerError: It doesn't answer.
    """
    request = urllib.request.Request(f"{endpoints.aws}/_sandbox/save", method="POST")
    try:
        processes.opener(endpoints.ca_bundle).open(request, timeout=SAVE_SECONDS).close()
    except OSError as error:
        raise ServerError(f"The local AWS could not save its state: {error}") from error


def found_running(folder: Folder) -> Endpoints | None:
    """Return the endpoints of servers that were left up on purpose and answer."""
    record = read_json(folder.endpoints)
    alive = [processes.is_ours(pid, *marks) for pid, marks in _recorded(folder)]
    if not record.get("stays_up") or "edge" not in record or len(alive) != 2 or not all(alive):
        return None
    authority = str(Certificate(folder.certificate).authority)
    urls = (str(record["aws"]), str(record["mediaconvert"]))
    endpoints = Endpoints(*urls, authority, edge=str(record["edge"]))
    servers = (local_aws(folder, endpoints), mediaconvert_endpoint(folder, endpoints))
    return endpoints if all(processes.answers(server) for server in servers) else None


def required(folder: Folder) -> Endpoints:
    """Return the running sandbox's endpoints.

    Raises:
        ServerError: It is not up.
    """
    found = found_running(folder)
    if found is None:
        raise ServerError("The sandbox is not up. Start it with `make sandbox-up`.")
    return found


def _spawn(server: processes.Server) -> ServerProcess:
    os.makedirs(server.environment["HOME"], exist_ok=True)
    return ServerProcess(server, working_directory=PROJECT_ROOT)


@contextlib.contextmanager
def _choosing_ports() -> Iterator[None]:
    # Between the choice of a port and its use, a second sandbox would choose the same, and one would then
    # talk to the other's server. The system releases this when the process ends, however it ends.
    with (Path(tempfile.gettempdir()) / f"media-pipeline-sandbox-ports-{os.getuid()}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _choose(before: Mapping[str, int], say: Say) -> dict[str, int]:
    """Return a free port for each purpose: the one of before, the usual one, or one behind it."""
    wanted = {purpose: before.get(purpose, usual) for purpose, (usual, _) in _PURPOSES.items()}
    chosen: dict[str, int] = {}
    for purpose, (_, name) in _PURPOSES.items():
        of_others = {**wanted, **chosen}
        del of_others[purpose]
        chosen[purpose] = port = processes.free_port(wanted[purpose], tuple(of_others.values()))
        if port != wanted[purpose]:
            say(f"Port {wanted[purpose]} is taken: the {name} uses {port}.")
    return chosen


def _ports(record: dict[str, object]) -> dict[str, int]:
    # The same ports again: queue URLs in Terraform's state name them.
    return {name: port for name, port in record.items() if isinstance(port, int)}


def _record(folder: Folder, servers: Running, *, stays_up: bool) -> None:
    write_json(
        folder.endpoints,
        {
            "aws": servers.endpoints.aws,
            "mediaconvert": servers.endpoints.mediaconvert,
            "edge": servers.endpoints.edge,
            "pids": {_module(process): process.pid for process in servers.started},
            "stays_up": stays_up,
            "started_by": {"pid": os.getpid(), "command": " ".join(sys.argv)},
        },
    )


def _module(process: ServerProcess) -> str:
    command = list(process.server.command)
    return command[command.index("-m") + 1]


def _recorded(folder: Folder) -> list[tuple[int, tuple[str, ...]]]:
    # The process of a recorded id is ours only if it runs our module on our folder.
    pids = read_json(folder.endpoints).get("pids")
    if not isinstance(pids, dict):
        return []
    return [
        (pid, (module, f"{folder.path}{os.sep}"))
        for module, pid in pids.items()
        if isinstance(pid, int) and pid > 0
    ]
