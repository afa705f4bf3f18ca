"""`show` tells what an asset's job costs."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from media_pipeline.domain.asset import Asset
from tests.support.ingest_world import IngestWorld
from tools.ops.views.cost_facts import cost_facts, dollars
from tools.ops.views.tables import record_view


def shown(record: dict[str, Any]) -> str:
    """Return what a person is shown of a record."""
    console = Console(file=StringIO(), width=120)
    console.print(record_view(record, outputs_bucket="outputs"))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_show_tells_what_a_job_costs() -> None:
    """Each row of the quote has a line, with what no source settles, and what would be cheaper."""
    world = IngestWorld()
    world.deliver()
    record = world.table.records[world.asset.asset_id]
    record["billed_usd"] = "0.120000"
    text = shown(record)
    assert "quoted $0.0185, billed $0.12 (us-east-1 2026-" in text
    assert "$0.0080 Professional, AVC, Single pass HQ, HD, <=30 fps: 2 x 10 s" in text
    assert "$0.0005 Basic, Audio: 1 x 10 s, not settled" in text
    assert "cheaper: profile download: $0.0080, SD only: $" in text
    record["quote"]["unpriced"] = ["Basic, AVC"]
    assert "no price for Basic, AVC" in shown(record)


def test_an_asset_of_an_earlier_release_has_no_price() -> None:
    """A record without a quote is shown as ever."""
    world = IngestWorld()
    world.deliver()
    record = world.table.records[world.asset.asset_id]
    del record["quote"], record["quote_usd"]
    assert "Cost" not in shown(record)
    assert list(cost_facts(Asset.from_record(record))) == []


@pytest.mark.parametrize(
    ("amount", "text"), [("0", "$0.0000"), ("0.0375", "$0.0375"), ("0.1", "$0.10"), ("1234.567", "$1234.57")]
)
def test_amounts_have_as_many_decimals_as_matter(amount: str, text: str) -> None:
    """Small amounts have four decimals, others are told in cents."""
    assert dollars(Decimal(amount)) == text
