"""Run one guarded child process to its end: bounded, cancellable, never orphaned."""

import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.mediaconvert.model import Cancelled

GUARD = Path(__file__).with_name("guard.py")
POLL_SECONDS = 0.1
KEPT_BYTES = 16_384
MAX_FILE_BYTES = 64 * 2**30


class Stalled(Exception):
    """Report a child that gave no sign of life for too long and was killed."""


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
    stall_seconds: float,
    max_file_bytes: int = MAX_FILE_BYTES,
    folder: Path | None = None,
) -> Ended:
    """Run ``command`` in ``folder`` with a clean environment and wait for it.

    ``on_output`` gets each line of standard output and tells whether it is a sign of life. The child dies
    with the calling thread, and before this call returns or raises.

    Raises:
        Cancelled: ``cancelled`` was set; the child was killed within a tenth of a second.
        Stalled: The child gave no sign of life for ``stall_seconds``.
    """
    guarded = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), str(max_file_bytes), *command]
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
            complaint = _drain(process, cancelled, on_output, stall_seconds)
            return Ended(process.wait(), complaint)
        finally:
            process.kill()


def _drain(
    process: subprocess.Popen[bytes],
    cancelled: threading.Event,
    on_output: Callable[[str], bool],
    stall_seconds: float,
) -> str:
    """Read both pipes until they close; return the end of standard error."""
    assert process.stdout is not None
    assert process.stderr is not None
    stdout, stderr = process.stdout.fileno(), process.stderr.fileno()
    line = complaint = b""
    deadline = time.monotonic() + stall_seconds
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        selector.register(stderr, selectors.EVENT_READ)
        while selector.get_map():
            if cancelled.is_set():
                raise Cancelled
            if time.monotonic() > deadline:
                raise Stalled(f"no sign of life for {stall_seconds:.0f} s")
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
                            deadline = time.monotonic() + stall_seconds
    if line:
        on_output(line.decode(errors="replace"))
    return complaint.decode(errors="replace").strip()
