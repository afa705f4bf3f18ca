"""Check that a mutation tester runs all tests that it should: it knows them by name, and is silent of others.

mutmut collects tests several times in one process: all of them first, and then those of its mutants by their
names. A name that pytest does not find ends its run with an error; in the process of a mutant, mutmut takes
that for one that was killed.
"""

import json
import os
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHOWN = 5


class SelectionError(Exception):
    """Raised where tests are passed over, or are not found by their names; the message has the first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Say which tests a mutation tester should run: those of `paths` that pytest's `options` leave.

    One of the options is the plugin `quick_tests`; all are read in `root`.
    """

    python: Path
    options: Sequence[str]
    root: Path
    paths: Sequence[str]

    def check(self, ran: Collection[str]) -> None:
        """Check that these tests are those that ran, and are found by their names.

        Raises SelectionError where they are not.
        """
        selected, again = self._collected(self.paths, self.paths)
        _require(selected == set(ran), "are selected and did not run, or ran unselected", selected ^ set(ran))
        _require(again == selected, "have other names where they are collected again", selected - again)
        _, by_name = self._collected(self.paths, sorted(ran))
        _require(by_name == selected, "are not found by their names", selected ^ by_name)

    def unfound(self, names: Collection[str]) -> list[str]:
        """Return those of the names that pytest does not find when it collects tests again."""
        _, again = self._collected(self.paths, self.paths)
        return sorted(set(names) - again)

    def _collected(self, *rounds: Sequence[str]) -> list[set[str]]:
        """Return the names of each round's tests, all collected in one process.

        Raises SelectionError where a round ends with an error.
        """
        listing = self.root / "collected-tests.json"
        listing.unlink(missing_ok=True)
        done = subprocess.run(
            [self.python, "-m", "checks.guards.collection", listing.name],
            cwd=self.root,
            input=json.dumps({"options": ["--rootdir=.", *self.options], "rounds": rounds}),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not listing.exists():
            raise SelectionError(f"pytest did not collect the tests:\n{done.stdout[-4000:]}")
        return [set(names) for names in json.loads(listing.read_text())]


def _require(holds: bool, what: str, tests: Collection[str]) -> None:
    if not holds:
        raise SelectionError(f"{len(tests)} tests {what}: {', '.join(sorted(tests)[:_SHOWN])}")
