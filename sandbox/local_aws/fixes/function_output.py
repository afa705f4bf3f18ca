"""Take what a function has logged as soon as it has answered, instead of waiting for more.

MiniStack asks a thousand times a second whether another line has come, for 5 milliseconds after the last one,
and for 50 where a function logs nothing: that is most of what a short invocation takes, and with many of them
at once the asking alone keeps the server busy. Here a function's process says on its own when it has logged
all that belongs to an invocation.
"""

from __future__ import annotations

import queue
import time
from typing import Any

from ministack.core import lambda_runtime

# No function logs this line.
END = "\x1eend of the invocation\x1e"
# A process that was killed says nothing any more.
_PATIENCE_SECONDS = 0.25
_ANSWER = "        _real_stdout.flush()\n"


def apply() -> None:
    """Let the script that runs Python functions mark the end, and wait for that mark."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    loop = script.index("    while True:\n")
    if script.count(_ANSWER, loop) != 1:
        raise RuntimeError("MiniStack's script answers an invocation in another way than this fix knows.")
    mark = f"        sys.stderr.write({END + chr(10)!r})\n        sys.stderr.flush()\n"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script[:loop] + script[loop:].replace(_ANSWER, mark + _ANSWER)
    lambda_runtime.Worker._drain_stderr_bounded = _logged(lambda_runtime.Worker._drain_stderr_bounded)


def _logged(drain: Any) -> Any:
    def logged(worker: Any, **bounds: float) -> str:
        if not str(worker.config.get("Runtime", "")).startswith("python"):
            return str(drain(worker, **bounds))
        lines: list[str] = []
        ends_at = time.monotonic() + _PATIENCE_SECONDS
        while (left := ends_at - time.monotonic()) > 0:
            try:
                line = worker._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == END:
                break
            lines.append(line)
        return "\n".join(lines)

    return logged
