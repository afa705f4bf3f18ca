"""How costs look on a terminal: tables that fit 80 columns."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tools.ops.costs import Costs
from tools.ops.service_costs.kept import Kept
from tools.ops.service_costs.report import ASSETS, CostRow
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


def services_view(rows: Sequence[CostRow], *, kept: Kept | None, price_list: str) -> RenderableType:
    """Return what 1,000 assets cost, by service; a star marks what rests on a price that isn't settled."""
    table = _table()
    table.add_column("For", no_wrap=True)
    table.add_column("Service", no_wrap=True)
    table.add_column("Amount", overflow="fold")
    table.add_column("Cost", justify="right", no_wrap=True)
    for row in rows:
        star = "" if row.is_settled else "*"
        table.add_row(row.part, row.service, row.amount, f"{dollars(row.usd)}{star}")
    sizes = (
        f"Sizes are averages of the {kept.assets} assets that completed last."
        if kept
        else "No asset has completed: what storage and delivery cost isn't known."
    )
    return Group(
        Text(f"What {ASSETS:,} assets cost, by the price list {price_list}:"),
        Text(""),
        table,
        Text(""),
        Text(f"{sizes} *: a price that no public source settles."),
    )


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
