"""Who may call what, and which grants stay unused in the sandbox."""

from checks.docs.regions import table
from checks.iam.reasons import NOT_ENFORCED, REASONS
from tests.infrastructure.delivery_edges import DELIVERY_EDGES
from tests.infrastructure.edge_tables import tables


def edges_table() -> str:
    """Return every edge: caller, actions, place, and what lets the call through on each side."""
    return tables()


def delivery_edges_table() -> str:
    """Return the edges that delivery adds."""
    return tables(DELIVERY_EDGES)


def iam_reasons_table() -> str:
    """Return the grants that runs of the sandbox may not use, each with the reason why it stays."""
    return table(
        "role of | statement | actions | reason",
        (
            (
                ", ".join(reason.components),
                ", ".join(f"`{sid}`" for sid in reason.sids),
                ", ".join(f"`{action}`" for action in reason.actions),
                reason.sentence,
            )
            for reason in REASONS
        ),
    )


def iam_not_enforced() -> str:
    """Return what the local AWS does not enforce, as a list."""
    return "\n".join(f"- {sentence}" for sentence in NOT_ENFORCED)
