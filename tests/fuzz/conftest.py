"""What a run says at its end: how many inputs each target came through."""

import pytest

from tests.fuzz.fuzzing import INPUTS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts by target."""
    if not INPUTS:
        return
    terminalreporter.section("inputs per fuzzed target")
    for target, inputs in sorted(INPUTS.items()):
        terminalreporter.write_line(f"{inputs:>7,}  {target}")
    terminalreporter.write_line(f"{INPUTS.total():>7,}  in total")
