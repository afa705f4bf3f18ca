"""Run one guarded child process to its end: bounded, cancellable, never orphaned."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.mediaconvert.isolation.limits import Limits
from sandbox.mediaconvert.model import Cancelled

GUARD = Path(__file__).with_name("guard.py")
POLL_SECONDS = 0.1
KEPT_BYTES = 16_384
# Looking at the folder takes a while where it holds many files.
FOLDER_SECONDS = 1.0


class Stalled(Exception):
    """Report a child that gave no sign of life for too long and was killed."""


class LimitExceeded(Exception):
    """Report a child that was killed for what it cost, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Hold how a child ended.

    Attributes:
        complaint: The last lines it wrote to standard error.
    """

    returncode: int
    complaint: str


def run_child(
    command: Sequence[str],
    *,
    cancelled: threading.Event,
    on_output: Callable[[str], bool],
    limits: Limits,
    folder: Path | None = None,
) -> Ended:
    """Run ``command`` in ``folder`` with a clean environment and wait for it.

    ``on_output`` gets each line of standard output and tells whether it is a sign of life. The child dies
    with the calling thread, and before this call returns or raises.

    Raises:
        Cancelled: ``cancelled`` was set; the child was killed within a tenth of a second.
        Stalled: The child gave no sign of life for so long as the limits say.
        LimitExceeded: The child took too long, or too much of the processor, or filled its folder. Memory,
            and the size of a single file, it fails of by itself.
    """
    bounds = (os.getpid(), limits.file_bytes, limits.memory_bytes, limits.cpu_seconds)
    guarded = [sys.executable, "-I", "-S", str(GUARD), *(str(bound) for bound in bounds), *command]
    process = subprocess.Popen(
        guarded,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={"LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"},
        start_new_session=True,
    )
    with process:
        try:
            complaint = _drain(process, cancelled, on_output, limits, folder)
            ended = Ended(process.wait(), complaint)
        finally:
            process.kill()
    if ended.returncode == -signal.SIGKILL:
        # The kernel's: no other process kills it.
        raise LimitExceeded(f"it took {limits.cpu_seconds} s of the processor, or the machine's last memory")
    if ended.returncode == -signal.SIGXFSZ:
        raise LimitExceeded(f"it wrote a file of more than {limits.file_bytes:,} bytes")
    return ended


def _drain(
    process: subprocess.Popen[bytes],
    cancelled: threading.Event,
    on_output: Callable[[str], bool],
    limits: Limits,
    folder: Path | None,
) -> str:
    """Read both pipes until they close; return the end of standard error."""
    assert process.stdout is not None
    assert process.stderr is not None
    stdout, stderr = process.stdout.fileno(), process.stderr.fileno()
    line = complaint = b""
    begun = looked_at = time.monotonic()
    deadline = begun + limits.stall_seconds
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        selector.register(stderr, selectors.EVENT_READ)
        while selector.get_map():
            if cancelled.is_set():
                raise Cancelled
            now = time.monotonic()
            if now > deadline:
                raise Stalled(f"no sign of life for {limits.stall_seconds:.0f} s")
            if now > begun + limits.total_seconds:
                raise LimitExceeded(f"it took more than {limits.total_seconds:.0f} s")
            if folder is not None and now > looked_at + FOLDER_SECONDS:
                _check_folder(folder, limits)
                looked_at = time.monotonic()
            for key, _ in selector.select(POLL_SECONDS):
                chunk = os.read(key.fd, 65_536)
                if not chunk:
                    selector.unregister(key.fd)
                elif key.fd == stderr:
                    complaint = (complaint + chunk)[-KEPT_BYTES:]
                else:
                    *lines, line = (line + chunk).split(b"\n")
                    for whole in lines:
                        if on_output(whole.decode(errors="replace")):
                            deadline = time.monotonic() + limits.stall_seconds
    if line:
        on_output(line.decode(errors="replace"))
    if folder is not None:
        _check_folder(folder, limits)
    return complaint.decode(errors="replace").strip()


def _check_folder(folder: Path, limits: Limits) -> None:
    files = held = 0
    for place, _, names in os.walk(folder):
        files += len(names)
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                held += os.lstat(os.path.join(place, name)).st_size
    if files > limits.folder_files:
        raise LimitExceeded(f"it made more than {limits.folder_files:,} files")
    if held > limits.folder_bytes:
        raise LimitExceeded(f"it made more than {limits.folder_bytes:,} bytes")
