"""What the tools print: results on standard output; questions, progress and errors on standard error."""

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

# How often a log gets a line of progress.
_PLAIN_INTERVAL_SECONDS = 10.0


def print_error(text: str) -> None:
    """Print an error."""
    _error_console().print(text, style="red", markup=False, soft_wrap=True)


def _error_console() -> Console:
    return Console(stderr=True, highlight=False, emoji=False)


class Terminal:
    """Print for a person or a log; questions need a terminal."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, emoji=False)
        self._err = _error_console()
        self.can_ask = sys.stdin.isatty()

    def say(self, text: str) -> None:
        """Print a line as it is."""
        self._out.print(text, markup=False, soft_wrap=True)

    def show(self, what: RenderableType) -> None:
        """Print a table."""
        self._out.print(what)

    def print_error(self, text: str) -> None:
        """Print an error."""
        print_error(text)

    def confirmed(self, question: str) -> bool:
        """Ask a question; only a yes counts as a yes."""
        try:
            return Confirm.ask(question, console=self._err, default=False)
        except EOFError:
            return False

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show the progress of a block: how many are done, and of how many where that is known."""
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
        printed_at = time.monotonic()

        def update(done: int) -> None:
            nonlocal printed_at
            if time.monotonic() - printed_at >= _PLAIN_INTERVAL_SECONDS:
                printed_at = time.monotonic()
                of = f" of {total:,}" if total else ""
                self._err.print(f"{title}: {done:,}{of}", markup=False, soft_wrap=True)

        return update
