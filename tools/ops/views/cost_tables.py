"""How costs look on a terminal: tables that fit 80 columns."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tools.ops.costs import Costs
from tools.ops.views.cost_facts import dollars
from tools.ops.views.tables import printable


def costs_view(found: Costs, *, pipeline: str, days: int) -> RenderableType:
    """Return what was spent by profile, the dearest jobs, and the month's sum and forecast."""
    profiles = _table()
    profiles.add_column("Profile", no_wrap=True)
    profiles.add_column("Jobs", justify="right", no_wrap=True)
    profiles.add_column("Cost", justify="right", no_wrap=True)
    for name, one in found.by_profile.items():
        profiles.add_row(Text(printable(name)), f"{one.jobs:,}", dollars(one.usd))
    profiles.add_row("all", f"{found.total.jobs:,}", dollars(found.total.usd), style="bold")
    parts: list[RenderableType] = [
        Text(f"Encoding of {pipeline} in the last {days} days, by what jobs reported or were quoted at:"),
        Text(""),
        profiles,
    ]
    if found.dearest:
        dearest = _table()
        dearest.add_column("Dearest", width=32, no_wrap=True)
        dearest.add_column("Cost", justify="right", no_wrap=True)
        dearest.add_column("Key", overflow="fold")
        for job in found.dearest:
            dearest.add_row(job.asset_id, dollars(job.usd), Text(printable(job.key)))
        parts += [Text(""), dearest]
    month = (
        f"This month so far: {dollars(found.this_month)}; forecast at that pace: {dollars(found.forecast)}"
    )
    return Group(*parts, Text(""), Text(month))


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
