"""`make guards`: take each guard away in a copy of the project, and report what notices it, or fail."""

import argparse
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from checks.guards.mutants import MUTANTS
from checks.guards.semantic import Mutant, MutantError, Sources
from checks.guards.workspace import ROOT, Workspace, workspace

PROPERTIES = (
    "tests/property/test_late_news.py",
    "tests/property/test_one_job_an_attempt.py",
    "tests/property/test_no_upload_lost.py",
)
_EXAMPLES = 400


def main() -> int:
    """Run the mutants whose names hold the given text, all where there is none."""
    parser = argparse.ArgumentParser(prog="python -m checks.guards", description=__doc__)
    parser.add_argument("text", nargs="?", default="", help="only mutants whose name holds this")
    text = parser.parse_args().text.lower()
    chosen = [mutant for mutant in MUTANTS if text in mutant.name.lower()]
    console = Console()
    sources = Sources(ROOT)
    missing = [problem for mutant in chosen for problem in problems(sources, mutant)]
    for problem in missing:
        console.print(problem, style="red", markup=False)
    if missing:
        return 2
    with workspace() as copy:
        tests = sorted({path for mutant in chosen for path in sources.test_paths(mutant)})
        if not copy.passes(*tests):
            console.print("The tests fail without any mutant.", style="red")
            return 2
        survivors = _run(chosen, sources, copy, console)
    return 1 if survivors else 0


def problems(sources: Sources, mutant: Mutant) -> list[str]:
    """Return what a mutant names and the project does not have exactly once."""
    found = []
    for check in (sources.mutated, sources.test_paths):
        try:
            check(mutant)
        except MutantError as error:
            found.append(str(error))
    return found


def _run(chosen: Sequence[Mutant], sources: Sources, copy: Workspace, console: Console) -> int:
    table = Table("guard that was taken away", "killed by", "after")
    survivors = 0
    for number, mutant in enumerate(chosen, 1):
        began = time.monotonic()
        with console.status(f"{number} of {len(chosen)}: {mutant.name}"):
            killer = _killer(mutant, sources, copy)
        survivors += killer is None
        table.add_row(mutant.name, killer or "NOTHING", f"{time.monotonic() - began:.0f} s")
    console.print(table)
    return survivors


def _killer(mutant: Mutant, sources: Sources, copy: Workspace) -> str | None:
    """Return what fails for a mutant: its own tests, or the properties of the whole pipeline."""
    tests = sources.test_paths(mutant)
    with copy.changed(*sources.mutated(mutant)):
        if tests and not copy.passes(*tests):
            return ", ".join(tests)
        if not copy.passes(*PROPERTIES, "--hypothesis-profile=unshrunk", examples=_EXAMPLES):
            return f"the properties ({_EXAMPLES} examples)"
    return None


if __name__ == "__main__":
    sys.exit(main())
