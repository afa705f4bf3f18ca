"""Wait for what happens on another thread, in another process or in a server."""

import time
from collections.abc import Callable
from typing import Any

_PAUSE_SECONDS = 0.02


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Return the condition's first true value; fail if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(_PAUSE_SECONDS)
    return found
