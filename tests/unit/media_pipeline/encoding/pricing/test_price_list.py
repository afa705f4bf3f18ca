"""Price lists: the shipped one is sound, and faults of others are named."""

import json
from decimal import Decimal
from typing import Any

import pytest

from media_pipeline.domain.errors import ConfigError
from media_pipeline.encoding.pricing.price_list import MinuteRate, ServiceRate, parse_price_list
from media_pipeline.prices import FOLDER, price_list_text


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_lists_are_sound(path: Any) -> None:
    """Each shipped list reads, is of the region that its name says, and is written as `make prices` does."""
    text = path.read_text()
    prices = parse_price_list(text)
    assert prices.region == path.stem
    assert text == json.dumps(prices.as_document(), indent=2) + "\n"


def test_what_no_source_settles_is_marked() -> None:
    """A price that was assumed, or taken from a page without a date of its own, does not count as settled."""
    prices = parse_price_list(price_list_text("us-east-1"))
    rates: list[MinuteRate | ServiceRate] = [*prices.minutes.values(), *prices.services.values()]
    for rate in rates:
        assert rate.source
        assert rate.date
        if any(words in rate.source for words in ("assumed", "no bill found", "pricing page,")):
            assert not rate.is_settled, rate


def test_a_region_without_a_list_gets_the_default_one() -> None:
    """The list says of which region it is, so that nobody takes it for another's; paths lead nowhere else."""
    for region in ("eu-central-1", "../secrets", ""):
        assert parse_price_list(price_list_text(region)).region == "us-east-1"


RATE = {
    "tier": "Basic",
    "codec": "AVC",
    "quality": "Single pass",
    "frame_rate": "<=30 fps",
    "resolution": "HD",
    "usd": "0.015",
    "source": "a bill",
    "date": "2026-11-30",
    "is_settled": True,
}


def document(**changed: Any) -> str:
    """Return a price list with one price, changed."""
    whole = {
        "region": "us-east-1",
        "currency": "USD",
        "made": "2026-11-30",
        "minutes": [RATE],
        "services": [],
    }
    return json.dumps({**whole, **changed})


def test_prices_are_exact() -> None:
    """A price is the decimal number that is written."""
    assert next(iter(parse_price_list(document()).minutes.values())).usd == Decimal("0.015")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "not JSON"),
        ("[]", "is an object of"),
        (document(region="Mars"), "region is 'Mars'"),
        (document(made="today"), "made is 'today'"),
        (document(currency="EUR"), "currency is 'EUR'"),
        (document(minutes={}), "minutes is no list"),
        (document(services={}), "services is no list"),
        (document(minutes=[{**RATE, "usd": 0.015}]), "needs texts"),
        (document(minutes=[{**RATE, "usd": "-1"}]), "needs texts"),
        (document(minutes=[{**RATE, "usd": "NaN"}]), "needs texts"),
        (document(minutes=[{**RATE, "usd": "cheap"}]), "needs texts"),
        (document(minutes=[{**RATE, "source": ""}]), "needs texts"),
        (document(minutes=[{**RATE, "date": "30.11."}]), "needs a date"),
        (document(minutes=[{**RATE, "is_settled": 1}]), "needs a date"),
        (document(minutes=[{**RATE, "more": ""}]), "must have exactly"),
        (document(minutes=[RATE, RATE]), "stands twice"),
    ],
    ids=[
        "no JSON",
        "a list",
        "region",
        "made",
        "currency",
        "minutes",
        "services",
        "float",
        "negative",
        "NaN",
        "word",
        "no source",
        "date",
        "settled",
        "more",
        "twice",
    ],
)
def test_faults_are_named(text: str, fault: str) -> None:
    """A list with a fault is refused, and the fault is named."""
    with pytest.raises(ConfigError, match=fault):
        parse_price_list(text)
