"""Ctrl-C while workers run tests: each stops what its fixtures started, and nothing is left after that.

Workers are children of pytest's controller, and what tests start are their children, servers in sessions of
their own among them. Without this, xdist kills workers in the middle of a test, and their servers stay.
"""

import signal
import sys
import time
from collections.abc import Iterable, Iterator
from types import FrameType

import psutil
import pytest

PATIENCE_SECONDS = 20.0
_LOOK_SECONDS = 0.1


def pytest_configure(config: pytest.Config) -> None:
    """Prepare workers and their controller for Ctrl-C."""
    if hasattr(config, "workerinput"):
        signal.signal(signal.SIGINT, _interrupt_once)
    elif config.getoption("numprocesses", None):
        config.pluginmanager.register(Controller(), "interruption-of-workers")


def _interrupt_once(number: int, frame: FrameType | None) -> None:
    # In a terminal, Ctrl-C reaches workers and controller, which passes it on: the second time, the worker
    # is stopping what it started, and must not be kept from it.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    raise KeyboardInterrupt


class Controller:
    """Interrupt the workers, before xdist ends them."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Let workers stop what they started for a while, and kill what is left then."""
        workers = psutil.Process().children()
        # Some outlive their worker.
        started: set[psutil.Process] = set()
        try:
            said = (
                f"Interrupted: stopping what the tests started, which takes up to {PATIENCE_SECONDS:.0f} s."
            )
            print(f"\n{said}", file=sys.stderr, flush=True)
            started |= set(_started_by(workers))
            for worker in workers:
                _send(worker, signal.SIGINT)
            until = time.monotonic() + PATIENCE_SECONDS
            while _left(workers, started) and time.monotonic() < until:
                time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            print("Interrupted again: killing what is left.", file=sys.stderr, flush=True)
        signal.signal(signal.SIGINT, lambda number, frame: None)
        if left := _left(workers, started):
            for process in (*workers, *left):
                _send(process, signal.SIGKILL)


def _left(workers: Iterable[psutil.Process], started: set[psutil.Process]) -> set[psutil.Process]:
    """Return what still runs of the processes that were started; those that are new are added to them."""
    started |= set(_started_by(workers))
    return {process for process in started if process.is_running() and not _is_zombie(process)}


def _started_by(workers: Iterable[psutil.Process]) -> Iterator[psutil.Process]:
    """Yield the processes that workers started, and those that these started."""
    for worker in workers:
        try:
            yield from worker.children(recursive=True)
        except psutil.NoSuchProcess:
            continue


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
