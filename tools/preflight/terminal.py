"""What was found, as a table, on a terminal or in a log."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.preflight.findings import Finding, Verdict

_MARKS = {Verdict.FINE: "✓", Verdict.SHORT: "✗", Verdict.UNKNOWN: "-"}
_STYLES = {Verdict.FINE: "green", Verdict.SHORT: "red", Verdict.UNKNOWN: "yellow"}


class Terminal:
    """Print results on standard output, and what is wrong on standard error."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, emoji=False)
        self._err = Console(stderr=True, highlight=False, emoji=False)

    def show(self, findings: Sequence[Finding], *, title: str) -> None:
        """Print a row for each finding; of a shortage the sentence follows apart."""
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        table.add_column("", no_wrap=True)
        table.add_column("Looked at", overflow="fold")
        table.add_column("Found", overflow="fold")
        for finding in findings:
            verdict = finding.verdict
            said = {Verdict.SHORT: "short of what is needed, see below"}.get(verdict, finding.text)
            text = f"skipped: {said}" if verdict is Verdict.UNKNOWN else said
            mark = Text(_MARKS[verdict], style=_STYLES[verdict])
            table.add_row(
                mark,
                Text(finding.about),
                Text(text, style="" if verdict is Verdict.FINE else _STYLES[verdict]),
            )
        self._out.print(title, style="bold", markup=False)
        self._out.print(table)

    def complain(self, text: str) -> None:
        """Print an error."""
        self._err.print(text, style="red", markup=False, soft_wrap=True)
