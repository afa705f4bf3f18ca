"""The table of exit codes of `make diff`."""

from checks.docs.regions import table
from tools.plan_review.command_line import EXIT_CODES

_OF_MAKE = ("4", "`make diff` only: `cdktf diff` failed, and there is no plan")


def plan_exits_table() -> str:
    """Return each exit code with its meaning, that of `make diff` itself last."""
    return table(
        "exit code | meaning", (*((f"{code:d}", meaning) for code, meaning in EXIT_CODES.items()), _OF_MAKE)
    )
