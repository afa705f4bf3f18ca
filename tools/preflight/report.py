"""The findings as a table, for a terminal or a log."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tools.preflight.findings import Finding, Verdict

_MARKS = {Verdict.FINE: "✓", Verdict.SHORT: "✗", Verdict.UNKNOWN: "-"}
_STYLES = {Verdict.FINE: "green", Verdict.SHORT: "red", Verdict.UNKNOWN: "yellow"}


def table(findings: Sequence[Finding], *, title: str) -> Group:
    """Return a table with a row for each finding; the sentence of a shortage is printed separately."""
    rows = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    rows.add_column("", no_wrap=True)
    rows.add_column("Looked at", overflow="fold")
    rows.add_column("Found", overflow="fold")
    for finding in findings:
        verdict = finding.verdict
        found = "short of what is needed, see below" if verdict is Verdict.SHORT else finding.text
        text = f"skipped: {found}" if verdict is Verdict.UNKNOWN else found
        style = _STYLES[verdict]
        rows.add_row(
            Text(_MARKS[verdict], style=style),
            Text(finding.about),
            Text(text, style="" if verdict is Verdict.FINE else style),
        )
    return Group(Text(title, style="bold"), rows)
