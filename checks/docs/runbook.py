"""The runbook as a table."""

from checks.docs.regions import table
from media_pipeline.domain.monitoring.runbook import RUNBOOK


def runbook_table() -> str:
    """Return the runbook, a row for each entry."""
    return table(
        "alarm | means | look at | then",
        (
            ("<br>".join(f"`{alarm}`" for alarm in entry.alarms), entry.means, entry.look_at, entry.then)
            for entry in RUNBOOK
        ),
    )
