"""Tell what encoding cost, what the month is going to cost, and what each service costs for 1,000 assets."""

import csv
import io
from argparse import Namespace
from collections.abc import Iterable, Sequence

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.encoding.pricing.price_list import parse_price_list
from media_pipeline.prices import price_list_text
from media_pipeline.services.operations.selection import Selection
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import utc_now
from tools.ops.costs import beginning, costs
from tools.ops.service_costs.kept import sampled
from tools.ops.service_costs.report import cost_rows
from tools.ops.views.cost_tables import costs_view, services_view
from tools.terminal import Terminal

# They are held in memory.
MAX_ASSETS = 1_000_000


def cost(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show sums by profile, the dearest assets and the forecast, or each service's part; as CSV for programs.

    The services' part takes a listing of the outputs of up to 20 assets.
    """
    now, days = utc_now(), options.days
    changed = Selection(statuses=list(AssetStatus), newer_than=now - beginning(now, days), limit=MAX_ASSETS)
    assets = list(changed.find(adapters.table, now=now))
    found = costs(assets, now=now, days=days)
    if options.services:
        prices = parse_price_list(price_list_text(adapters.region))
        kept = sampled(assets, adapters.output_versions.pages)
        rows = cost_rows(found.total, kept, prices)
        if options.csv:
            lines = [(row.part, row.service, row.amount, f"{row.usd:f}", row.is_settled) for row in rows]
            _say(terminal, ["part", "service", "amount", "usd", "is_settled"], lines)
        else:
            terminal.show(services_view(rows, kept=kept, price_list=prices.name))
    elif options.csv:
        days_found = [
            (day, profile, one.jobs, f"{one.usd:f}") for (day, profile), one in found.by_day.items()
        ]
        _say(terminal, ["day", "profile", "jobs", "usd"], days_found)
    else:
        terminal.show(costs_view(found, pipeline=adapters.resources.pipeline_name, days=days))
    return True


def _say(terminal: Terminal, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(head)
    rows.writerows(lines)
    terminal.say(text.getvalue().rstrip("\n"))
