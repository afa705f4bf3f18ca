"""What was proven: one line a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text


class SmokeError(Exception):
    """Say in a sentence what must be done before the run can begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Say of one claim whether it holds, what was seen, and, where it doesn't hold, what to do."""

    claim: str
    holds: bool
    seen: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """Return what a person reads who has to act."""
        return f"{self.claim}: {self.seen}{f' {self.remedy}' if self.remedy else ''}"


def proofs_table(proofs: Sequence[Proof]) -> Table:
    """Return a row for each proof."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("What was to be proven", overflow="fold", max_width=34)
    table.add_column("What was seen", overflow="fold")
    for proof in proofs:
        mark = Text("✓", style="green") if proof.holds else Text("✗", style="red")
        table.add_row(mark, Text(proof.claim), Text(proof.seen, style="" if proof.holds else "red"))
    return table
