"""How caps look on a terminal: tables that fit 80 columns."""

from dataclasses import dataclass
from decimal import Decimal

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from media_pipeline.domain.spending.caps import ID_PREFIX
from media_pipeline.domain.spending.reservation import Spent
from tools.ops.views.cost_facts import dollars
from tools.ops.views.tables import printable

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRow:
    """Hold a counter's id, the cap that is set (None: none is), and what it holds."""

    counter: str
    cap_micro_usd: int | None
    spent: Spent

    @property
    def in_force_micro_usd(self) -> int | None:
        """Return what may be spent now, None where that is any amount."""
        if self.cap_micro_usd is None:
            return None
        return max(self.cap_micro_usd, self.spent.raised_micro_usd or 0)


def named(counter: str) -> str:
    """Return a counter for people: its day or month, and whose uploads it is about."""
    period, _, prefix = counter.removeprefix(ID_PREFIX).partition("#")
    return f"{period}, uploads below {printable(prefix)}" if prefix else period


def caps_view(rows: list[CapRow], *, asset_micro_usd: int | None, waits: bool) -> RenderableType:
    """Return each counter with its cap, what an operator raised it to, and what is left."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("Counter (UTC)", overflow="fold")
    for heading in ("Spent", "Cap", "Raised to", "Left"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        in_force = row.in_force_micro_usd
        left = None if in_force is None else max(in_force - row.spent.micro_usd, 0)
        table.add_row(
            Text(named(row.counter)),
            _usd(row.spent.micro_usd),
            _usd(row.cap_micro_usd),
            _usd(row.spent.raised_micro_usd),
            _usd(left),
            style="yellow" if left == 0 else None,
        )
    fate = "waits" if waits else "fails"
    one = f"One asset: {_usd(asset_micro_usd)}; what is dearer {fate}." if asset_micro_usd else ""
    nothing = "" if any(row.cap_micro_usd for row in rows) else "No sum has a cap: nothing is counted."
    return Group(table, *(Text(line) for line in (one, nothing) if line))


def _usd(micro: int | None) -> str:
    return "-" if micro is None else dollars(Decimal(micro) / _MICRO)
