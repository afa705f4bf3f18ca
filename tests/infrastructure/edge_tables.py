"""The edges in Markdown: `make docs` writes them to docs/security.md."""

from collections.abc import Iterable, Sequence

from tests.infrastructure.edges import EDGES, Edge
from tests.infrastructure.places import API_FUNCTION, FUNCTIONS, WEBHOOK_FUNCTIONS


def tables(edges: Sequence[Edge] = EDGES) -> str:
    """Return edges in Markdown: a table for each caller, and one for what several callers do alike."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for edge in edges:
        own = _in_general(edge)
        service, _, _ = edge.actions[0].partition(":")
        actions = [action.removeprefix(f"{service}:") for action in edge.actions]
        may = f"`{service}:` {', '.join(actions)}" if ":" in edge.actions[0] else edge.actions[0]
        sides = [side.words(edge) for side in edge.sides.values()]
        callers = rows.setdefault((may, own, *sides), [])
        if edge.caller not in callers:
            callers.append(edge.caller)
    by_callers: dict[str, list[tuple[str, ...]]] = {}
    for row, callers in rows.items():
        by_callers.setdefault(", ".join(callers), []).append(row)
    return "\n\n".join(f"**{callers}**\n\n{_table(found)}" for callers, found in by_callers.items())


def _table(rows: Iterable[Iterable[str]]) -> str:
    lines = ["| may | on | identity side | resource side | key side |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _in_general(edge: Edge) -> str:
    """Return a place as the table names it where each function has its own."""
    if edge.place in (f"log of {edge.caller}", f"function {edge.caller}"):
        return "its own log" if edge.place.startswith("log") else "itself"
    roles = {f"role of {name}" for name in (*FUNCTIONS, API_FUNCTION, *WEBHOOK_FUNCTIONS)}
    return "a function's role" if edge.place in roles else edge.place
