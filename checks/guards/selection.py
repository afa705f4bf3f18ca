"""Check that a mutation tester runs all tests that it should: it knows them by name, and is silent of others.

A name that pytest does not find ends its run with an error, which mutmut takes for a mutant that was killed.
"""

import os
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path

# So many names are an argument list that every kernel takes.
_NAMES_AT_ONCE = 2_000
_SHOWN = 5


class SelectionError(Exception):
    """Raised where tests are passed over, or are not found by their names; the message has the first ones."""


def check_selection(pytest: Sequence[str], *, root: Path, paths: Sequence[str], ran: Collection[str]) -> None:
    """Check that the tests of `paths` that are not left out are those that ran, and are found by name.

    `pytest` is the command with its plugins, of which `quick_tests` is one, and is run in `root`. Raises
    SelectionError where they are not.
    """
    selected = selected_tests(pytest, root=root, names=paths)
    _require(selected == set(ran), "are selected and did not run, or ran unselected", selected ^ set(ran))
    names = sorted(ran)
    found = {
        name
        for start in range(0, len(names), _NAMES_AT_ONCE)
        for name in selected_tests(pytest, root=root, names=names[start : start + _NAMES_AT_ONCE])
    }
    _require(found == set(ran), "are not found by their names", set(ran) ^ found)


def selected_tests(pytest: Sequence[str], *, root: Path, names: Sequence[str]) -> set[str]:
    """Return the names of the tests that pytest would run. Raises SelectionError where it finds none."""
    listing = root / "selected-tests.txt"
    listing.unlink(missing_ok=True)
    done = subprocess.run(
        [*pytest, "--collect-only", "-qqq", f"--selected-to={listing}", *names],
        cwd=root,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not listing.exists():
        raise SelectionError(
            f"pytest did not collect the tests:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
    return set(listing.read_text().splitlines())


def _require(holds: bool, what: str, tests: Collection[str]) -> None:
    if not holds:
        raise SelectionError(f"{len(tests)} tests {what}: {', '.join(sorted(tests)[:_SHOWN])}")
