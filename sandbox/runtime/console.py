"""What a person sees while the sandbox works: live progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_BAR_COLUMNS = 20
# In a log, a long phase speaks up this often.
_PLAIN_INTERVAL_SECONDS = 10.0


class Phase(Protocol):
    """One step of the work, as it is shown."""

    def update(self, done: float, total: float, detail: str, *, counted: str = "") -> None:
        """Show how far the step is.

        Args:
            done: So much of ``total``, in any unit.
            total: 0 where it is not known.
            detail: What is being worked on.
            counted: What is counted (`videos`); without it, the share is shown in percent.
        """

    def result(self, text: str) -> None:
        """Set what is said of the step when it has ended."""


class Terminal:
    """The person's terminal, or the log of a program."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """Print a line as it is."""
        self._console.print(text, markup=False)

    @contextlib.contextmanager
    def phase(self, title: str) -> Iterator[Phase]:
        """Show a step for the length of a block, then a line with its result and duration."""
        begun = time.monotonic()
        if self._console.is_terminal:
            with _live(self._console, title) as live:
                yield live
            text = live.text
        else:
            self.say(f"{title} ...")
            plain = _PlainPhase(self._console, title)
            yield plain
            text = plain.text
        said = f": {text}" if text else ""
        self.say(f"✓ {title}{said} ({time.monotonic() - begun:.1f} s)")


def some(names: Sequence[str], shown: int = 5) -> str:
    """Return the first of some names, and how many more there are: a list is as long as a person reads."""
    more = len(names) - shown
    listed = [shortened(name) for name in names[:shown]]
    return ", ".join([*listed, *([f"and {more} more"] if more > 0 else [])])


def shortened(text: str, characters: int = 200) -> str:
    """Return a text, or its beginning where it is longer than a line or two."""
    return text if len(text) <= characters else f"{text[: characters - 1]}…"


class _LivePhase:
    def __init__(self, progress: Progress, title: str) -> None:
        self.text = ""
        self._progress = progress
        self._task = progress.add_task(title, total=None, detail="")
        # The line stays one: spinner, title, bar, time, and a space after each.
        self._room = progress.console.width - (2 + cell_len(title) + 1 + _BAR_COLUMNS + 1 + 8)

    def update(self, done: float, total: float, detail: str, *, counted: str = "") -> None:
        room = max(self._room, 0)
        # The bar shows a share by itself.
        detail = _standing(done, total, detail, counted) if counted else detail
        shown = detail if cell_len(detail) <= room else f"{set_cell_size(detail, max(room - 1, 0))}…"
        self._progress.update(self._task, completed=done, total=total or None, detail=shown)

    def result(self, text: str) -> None:
        self.text = text


class _PlainPhase:
    def __init__(self, console: Console, title: str) -> None:
        self.text = ""
        self._console = console
        self._title = title
        self._spoke = time.monotonic()

    def update(self, done: float, total: float, detail: str, *, counted: str = "") -> None:
        if time.monotonic() - self._spoke < _PLAIN_INTERVAL_SECONDS:
            return
        self._spoke = time.monotonic()
        self._console.print(f"  {self._title}: {_standing(done, total, detail, counted)}", markup=False)

    def result(self, text: str) -> None:
        self.text = text


def _standing(done: float, total: float, detail: str, counted: str) -> str:
    if not total:
        return detail
    share = f"{done:.0f} of {total:.0f} {counted}" if counted else f"{done / total:.0%}"
    return f"{share}, {detail}" if detail else share


@contextlib.contextmanager
def _live(console: Console, title: str) -> Iterator[_LivePhase]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_BAR_COLUMNS),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _LivePhase(progress, title)
