"""Become another program that cannot outlive its parent nor fill the disk.

Run as a script, not imported: ``python -I -S guard.py PARENT_PID MAX_FILE_BYTES PROGRAM ARGUMENTS...``.
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
    parent_pid, max_file_bytes = int(arguments[0]), int(arguments[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit("the parent died before its child began")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):  # a hard limit below ours stays
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))
    os.nice(NICENESS)
    os.execv(arguments[2], arguments[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
