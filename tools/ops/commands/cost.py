"""Tell what encoding cost, and what the month is going to cost."""

import csv
import io
from argparse import Namespace

from media_pipeline.domain.asset import AssetStatus
from tools.ops.actions.selection import Selection
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import utc_now
from tools.ops.costs import beginning, costs
from tools.ops.views.cost_tables import costs_view
from tools.terminal import Terminal

# They are held in memory.
MAX_ASSETS = 1_000_000


def cost(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show sums by profile, the dearest assets and the forecast; for programs, the sums of each day."""
    now, days = utc_now(), options.days
    changed = Selection(statuses=list(AssetStatus), newer_than=now - beginning(now, days), limit=MAX_ASSETS)
    found = costs(changed.find(adapters.table, now=now), now=now, days=days)
    if not options.csv:
        terminal.show(costs_view(found, pipeline=adapters.resources.pipeline_name, days=days))
        return True
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["day", "profile", "jobs", "usd"])
    rows.writerows([day, profile, one.jobs, f"{one.usd:f}"] for (day, profile), one in found.by_day.items())
    terminal.say(text.getvalue().rstrip("\n"))
    return True
