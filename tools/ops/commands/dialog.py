"""What the commands share: the question before a change, the sentence after an error."""

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime

from media_pipeline.domain.errors import MediaPipelineError
from tools.ops.adapters import Adapters
from tools.ops.errors import sentence
from tools.terminal import Terminal

# Returns whether all went well.
Command = Callable[[Adapters, Terminal, Namespace], bool]


def agreed(terminal: Terminal, options: Namespace, acting: int, question: str) -> bool:
    """Ask before a change, unless the options decide; return whether to go on."""
    if not acting:
        return False
    if options.dry_run:
        terminal.say("Dry run: nothing was changed.")
        return False
    if options.yes or terminal.confirmed(question):
        return True
    terminal.say("Nothing was changed.")
    return False


def without_error(terminal: Terminal, error: MediaPipelineError | None) -> bool:
    """Print the error that stopped the work; return whether there was none."""
    if error is None:
        return True
    terminal.print_error(f"Stopped: {sentence(error)} The same command goes on with the rest.")
    return False


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(tz=UTC)
