"""Bound how many jobs work at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Slots:
    """Hold as many slots as jobs may work at once.

    A job that only lets time pass lends its slot, so that jobs that hang don't keep others from their work.
    """

    def __init__(self, size: Callable[[], int]) -> None:
        """Ask ``size`` at each turn: it may change while jobs run."""
        self._size = size
        self._taken = 0
        self._lock = threading.Lock()
        self._on_freed: Callable[[], None] = lambda: None

    def notify(self, on_freed: Callable[[], None]) -> None:
        """Say whom to tell that a slot was freed."""
        self._on_freed = on_freed

    @property
    def is_free(self) -> bool:
        """Return whether another job may work."""
        with self._lock:
            return self._taken < self._size()

    def take(self) -> None:
        """Take a slot."""
        with self._lock:
            self._taken += 1

    def free(self) -> None:
        """Give a slot back."""
        with self._lock:
            self._taken -= 1
        self._on_freed()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Do without the slot during the block.

        At its end the job goes on at once, for a while as one more than there are slots.
        """
        self.free()
        try:
            yield
        finally:
            self.take()
