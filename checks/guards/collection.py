"""Collect tests several times in one process, as mutmut does: `python -m checks.guards.collection FILE`.

Standard input is JSON: pytest's options and, for each round, the paths or names of tests. The file gets a
list of the tests' names for each round.
"""

import json
import sys
from pathlib import Path

import pytest


class _Collected:
    """Keep the names of the tests that are to be run."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.names = [item.nodeid for item in session.items]


def main() -> int:
    """Write the names of each round's tests; return pytest's exit code, the first that is not 0."""
    asked = json.load(sys.stdin)
    rounds = []
    for paths in asked["rounds"]:
        collected = _Collected()
        code = pytest.main([*asked["options"], "--collect-only", "-qqq", *paths], plugins=[collected])
        if code != 0:
            return int(code)
        rounds.append(collected.names)
    Path(sys.argv[1]).write_text(json.dumps(rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
