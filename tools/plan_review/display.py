"""Print the summary: in color on a terminal, as Markdown anywhere else."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from tools.plan_review.summary import Summary
from tools.plan_review.verdict import MARKS, Tone

_STYLES = {Tone.STOP: "bold red", Tone.CARE: "bold yellow", Tone.CALM: "bold green"}
_CODE_THEME = "ansi_dark"


def show(summary: Summary, out: TextIO | None = None) -> None:
    """Print a summary; its first line is the verdict."""
    out = out or sys.stdout
    if not out.isatty():
        out.write(summary.markdown())
        return
    console = Console(file=out, highlight=False, emoji=False)
    verdict = f"{MARKS[summary.tone]} {summary.verdict.replace('`', '')}"
    console.print(Text(verdict, style=_STYLES[summary.tone]))
    for section in summary.sections:
        console.print()
        title_style = _STYLES[section.tone] if section.tone is not Tone.CALM else "bold"
        console.print(Text(section.title, style=title_style))
        body_style = "red" if section.tone is Tone.STOP else "none"
        console.print(Markdown(section.body, code_theme=_CODE_THEME, style=body_style))
