"""A pace for work that others have to cope with."""

import time
from collections.abc import Callable


class Pace:
    """Let `wait` return at most so many times per second, evenly; time that was not used is not saved up."""

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_second = per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = float("-inf")

    def wait(self) -> None:
        """Wait for the next turn."""
        now = self._monotonic()
        if now < self._next:
            self._sleep(self._next - now)
            now = self._next
        self._next = now + 1 / self.per_second
