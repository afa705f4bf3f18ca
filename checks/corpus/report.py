"""Print the results: a line a case while they come, a summary at the end, and all of it as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from checks.corpus.examination.examination import Result
from sandbox.runtime.folder import write_json

NAME_COLUMNS = 28
EXPECTED_COLUMNS = 44


def lines(result: Result) -> Iterator[str]:
    """Yield the line of a case, and one for each thing that does not hold."""
    took = f" ({result.seconds:.1f} s)" if result.seconds is not None else ""
    yield (
        f"{'✓' if result.holds else '✗'} {result.name.ljust(NAME_COLUMNS)} "
        f"expected {result.expected.ljust(EXPECTED_COLUMNS)} got {result.got}"
        f"{f' | {result.likeness}' if result.likeness else ''}{took}"
    )
    for error in result.errors:
        yield f"    {error}"


def summary(results: Sequence[Result]) -> Iterator[str]:
    """Yield how many cases hold, and which don't."""
    broken = [result.name for result in results if not result.holds]
    yield f"{len(results) - len(broken)} of {len(results)} cases hold."
    if broken:
        yield f"These don't: {', '.join(broken)}."


def write(path: Path, results: Sequence[Result]) -> None:
    """Write all results as JSON."""
    write_json(
        path,
        {
            "cases": len(results),
            "hold": sum(result.holds for result in results),
            "results": [asdict(result) for result in results],
        },
    )
