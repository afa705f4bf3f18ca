"""`make guards`: change the functions in a copy, one place at a time, and report what no test notices.

First the semantic mutants, each of which takes away a guard that has a name; then a sample of all mutants
that mutmut makes of the domain, the services and the encoding. Fails where a guard's loss is not noticed, or
less than 90 % of a package's mutants are.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from checks.guards.differences import excluded_by
from checks.guards.mutants import MUTANTS
from checks.guards.mutation import MUTMUT, FoundMutant, Mutation, MutationError, Outcome
from checks.guards.score import NOTICED, accepted_as, sample, scores
from checks.guards.selection import SelectionError
from checks.guards.semantic import Mutant, MutantError, Sources
from checks.guards.workspace import ROOT, Workspace, WorkspaceError, workspace


def main() -> int:
    """Run the mutants that were asked for; return 1 where too many survive, 2 where they could not run."""
    parser = argparse.ArgumentParser(prog="python -m checks.guards", description=__doc__)
    parser.add_argument("text", nargs="?", help="only semantic mutants whose name holds this")
    parser.add_argument("--sample", type=int, default=300, help="how many of mutmut's mutants to run")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--all", action="store_true", help="run all of them, which takes hours")
    arguments = parser.parse_args()
    console = Console()
    try:
        return _run(arguments, console)
    except (MutationError, SelectionError, WorkspaceError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 2


def _run(arguments: argparse.Namespace, console: Console) -> int:
    text = (arguments.text or "").lower()
    chosen = [mutant for mutant in MUTANTS if text in mutant.name.lower()]
    code = _run_semantic(chosen, console)
    if arguments.text is not None or code == 2:
        return code
    size = None if arguments.all else arguments.sample
    return max(code, _run_sample(console, size=size, seed=arguments.seed)) if size != 0 else code


def problems(sources: Sources, mutant: Mutant) -> list[str]:
    """Return what a semantic mutant names and the project does not have exactly once."""
    found = []
    for check in (sources.mutated, sources.test_paths):
        try:
            check(mutant)
        except MutantError as error:
            found.append(str(error))
    return found


def _run_semantic(chosen: Sequence[Mutant], console: Console) -> int:
    sources = Sources(ROOT)
    missing = [problem for mutant in chosen for problem in problems(sources, mutant)]
    for problem in missing:
        console.print(problem, style="red", markup=False)
    if missing:
        return 2
    table = Table("guard that was taken away", "noticed by", "after")
    survivors = 0
    with workspace() as copy:
        tests = sorted({path for mutant in chosen for path in sources.test_paths(mutant)})
        if tests and not copy.passes(*tests):
            console.print("The tests fail without any mutant.", style="red")
            return 2
        for number, mutant in enumerate(chosen, 1):
            began = time.monotonic()
            with console.status(f"{number} of {len(chosen)}: {mutant.name}"):
                noticed_by = _noticed_by(mutant, sources, copy)
            survivors += noticed_by is None
            table.add_row(mutant.name, noticed_by or "NOTHING", f"{time.monotonic() - began:.0f} s")
    console.print(table)
    return 1 if survivors else 0


def _noticed_by(mutant: Mutant, sources: Sources, copy: Workspace) -> str | None:
    """Return the tests that a mutant names where they fail for it."""
    with copy.changed(*sources.mutated(mutant)):
        return None if copy.passes(*sources.test_paths(mutant)) else ", ".join(mutant.tests)


def _run_sample(console: Console, *, size: int | None, seed: int) -> int:
    if not MUTMUT.exists():
        console.print(f"{MUTMUT} is missing: `make guards` installs it.", style="red")
        return 2
    with workspace() as copy:
        mutation = Mutation(copy)
        with console.status("mutmut makes its mutants and times the tests"):
            mutation.prepare()
        found = mutation.mutants()
        reasons = Counter(excluded_by(mutant.difference) for mutant in found)
        counted = [mutant for mutant in found if excluded_by(mutant.difference) is None]
        run = sample(counted, size=size, seed=seed)
        with console.status(f"mutmut runs {len(run):,} of {len(counted):,} mutants"):
            outcomes = mutation.run([mutant.name for mutant in run])
    console.print(f"{len(found):,} mutants; not counted:")
    for reason, count in reasons.items():
        if reason is not None:
            console.print(f"  {count:5,} of {reason}", highlight=False)
    survivors = [mutant for mutant in run if outcomes[mutant.name] not in NOTICED]
    _print_survivors(console, survivors, outcomes)
    late = sum(outcome is Outcome.TIMED_OUT for outcome in outcomes.values())
    console.print(f"{late} of those that were killed had no end in their time.", highlight=False)
    table = Table("package", "mutants", "run", "killed", "score", "95 % interval")
    results = scores(counted, run, outcomes)
    for score in results:
        low, high = score.interval
        table.add_row(
            score.package,
            f"{score.mutants:,}",
            f"{score.run:,}",
            f"{score.killed:,}",
            f"{score.killed_share:.1%}",
            f"{low:.1%} to {high:.1%}",
        )
    console.print(table)
    console.print("All mutants." if size is None else f"A sample by seed {seed}: the same for the same code.")
    return 0 if all(score.is_enough for score in results) else 1


def _print_survivors(
    console: Console, survivors: Sequence[FoundMutant], outcomes: Mapping[str, Outcome]
) -> None:
    for mutant in survivors:
        before, after = mutant.difference.texts
        accepted = accepted_as(mutant)
        untested = " (no test reaches it)" if outcomes[mutant.name] is Outcome.UNTESTED else ""
        console.print(f"survived{untested}: {mutant.function}", markup=False, highlight=False)
        console.print(f"  - {before}\n  + {after}", markup=False, highlight=False)
        if accepted is not None:
            console.print(f"  accepted: {accepted.reason}", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
