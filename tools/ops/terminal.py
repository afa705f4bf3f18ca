"""What the operator sees: results on standard output; questions, progress and errors on standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.prompt import Confirm

# In a log, long work speaks up this often.
_PLAIN_INTERVAL_SECONDS = 10.0


class Terminal:
    """Talk to the operator, or to the log of a program; only a terminal can be asked."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, emoji=False)
        self._err = Console(stderr=True, highlight=False, emoji=False)
        self.can_ask = sys.stdin.isatty()

    def say(self, text: str) -> None:
        """Print a line as it is."""
        self._out.print(text, markup=False, soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """Print a table."""
        self._out.print(what)

    def complain(self, text: str) -> None:
        """Print an error."""
        self._err.print(text, style="red", markup=False, soft_wrap=True)

    def confirmed(self, question: str) -> bool:
        """Ask; nothing but a yes is a yes."""
        try:
            return Confirm.ask(question, console=self._err, default=False)
        except EOFError:
            return False

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show how far a work is for the length of a block: how many of how many, where that is known."""
        if not self._err.is_terminal:
            yield self._plain_progress(title, total)
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            *([BarColumn(bar_width=20)] if total else []),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._err, transient=True) as live:
            task = live.add_task(title, total=total)
            yield lambda done: live.update(task, completed=done)

    def _plain_progress(self, title: str, total: int | None) -> Callable[[int], None]:
        spoke = time.monotonic()

        def update(done: int) -> None:
            nonlocal spoke
            if time.monotonic() - spoke >= _PLAIN_INTERVAL_SECONDS:
                spoke = time.monotonic()
                of = f" of {total:,}" if total else ""
                self._err.print(f"{title}: {done:,}{of}", markup=False, soft_wrap=True)

        return update
