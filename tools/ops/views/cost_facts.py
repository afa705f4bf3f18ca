"""What a person is shown of an asset's price."""

from collections.abc import Iterable
from decimal import Decimal

from rich.text import Text

from media_pipeline.domain.asset import Asset
from media_pipeline.encoding.pricing.quote import Quote


def cost_facts(asset: Asset) -> Iterable[tuple[str, Text]]:
    """Yield what the present attempt's job costs, row by row, and what would be cheaper."""
    if not asset.quote:
        return
    quoted = Quote.from_record(asset.quote)
    billed = f", billed {dollars(Decimal(asset.billed_usd))}" if asset.billed_usd is not None else ""
    yield "Cost", Text(f"quoted {dollars(quoted.usd)}{billed} ({quoted.price_list})")
    for row in quoted.rows:
        doubt = "" if row.is_settled else ", not settled"
        outputs = f"{len(row.outputs)} x {quoted.seconds} s"
        yield "", Text(f"{dollars(quoted.row_usd(row))} {row.label}: {outputs}{doubt}")
    for missing in quoted.unpriced:
        yield "", Text(f"no price for {missing}", style="yellow")
    cheaper = [f"{choice['choice']}: {dollars(Decimal(choice['usd']))}" for choice in asset.quote["cheaper"]]
    if cheaper:
        yield "", Text(f"cheaper: {', '.join(cheaper)}")


def dollars(amount: Decimal) -> str:
    """Return an amount for people: cents, or below a tenth of a dollar what is left of it."""
    return f"${amount:.2f}" if amount >= Decimal("0.1") else f"${amount:.4f}"
