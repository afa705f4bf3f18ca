"""Become another program that cannot outlive its parent nor use up the machine.

Run as a script, not imported:
``python -I -S guard.py PARENT_PID FILE_BYTES MEMORY_BYTES CPU_SECONDS PROGRAM ARGUMENTS...``.
Doing this in a process of its own, rather than in ``preexec_fn``, is safe in a server that has threads.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
NICENESS = 10


def main(arguments: list[str]) -> None:
    """Limit this process, then replace it by the program."""
    parent_pid, file_bytes, memory_bytes, cpu_seconds = (int(number) for number in arguments[:4])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the parent died before its child began")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit(resource.RLIMIT_FSIZE, file_bytes)
    limit(resource.RLIMIT_CPU, cpu_seconds)
    # Not RLIMIT_AS: each thread reserves far more addresses than it uses.
    limit(resource.RLIMIT_DATA, memory_bytes)
    os.nice(NICENESS)
    os.execv(arguments[4], arguments[4:])


def limit(which: int, value: int) -> None:
    """Set a limit, for good."""
    with contextlib.suppress(ValueError):  # a hard limit below ours stays
        resource.setrlimit(which, (value, value))


if __name__ == "__main__":
    main(sys.argv[1:])
