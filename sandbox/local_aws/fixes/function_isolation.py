"""Let a function import the standard library and its own zip, as in Lambda, and nothing of this project.

MiniStack runs a function on the server's own Python, so that a package which is missing from the zip would be
found in the project's virtual environment, and the gap would show up only on AWS.
"""

from __future__ import annotations

from ministack.core import lambda_runtime

_PRELUDE = """
import sys
sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry and "dist-packages" not in entry]
"""


def apply() -> None:
    """Put the prelude before the script that runs Python functions."""
    lambda_runtime._PYTHON_WORKER_SCRIPT = _PRELUDE + lambda_runtime._PYTHON_WORKER_SCRIPT
