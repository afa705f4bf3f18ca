"""`python -m tools.price_list [--region us-east-1]`: refresh a region's price list; `make prices`.

Exit codes: 0 the list was written, 3 the Price List API can't be reached and the shipped list stays.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from media_pipeline.encoding.pricing.price_list import MinuteRate, ServiceRate, parse_price_list
from media_pipeline.prices import DEFAULT_REGION, FOLDER, price_list_text
from tools.price_list.offers import MEDIACONVERT, WANTED, refreshed
from tools.price_list.query import API_REGION, UnreachableError, offers_of
from tools.terminal import Terminal, print_error

UNREACHABLE = 3


def refresh(client: Any, region: str, *, folder: Path, made: str) -> str:
    """Write a region's list and return what became of it. Raises UnreachableError: nothing is written."""
    shipped = parse_price_list(price_list_text(region))
    if shipped.region != region:
        # What is known of another region's prices says nothing of this one's.
        shipped = replace(shipped, region=region, minutes={}, services={})
    services = [MEDIACONVERT, *dict.fromkeys(wanted.service for wanted in WANTED)]
    fresh = refreshed(
        shipped, {service: offers_of(client, service, region) for service in services}, made=made
    )
    path = folder / f"{region}.json"
    path.write_text(json.dumps(fresh.as_document(), indent=2) + "\n", encoding="utf-8")
    rates: list[MinuteRate | ServiceRate] = [*fresh.minutes.values(), *fresh.services.values()]
    kept = [rate for rate in rates if not rate.source.startswith("AWS Price List API")]
    return f"Wrote {path.name}: {len(rates)} prices, of which the API has no answer for {len(kept)}."


def main(arguments: Sequence[str]) -> int:
    """Refresh a list and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.price_list", description=__doc__)
    parser.add_argument("--region", default=DEFAULT_REGION, help="whose prices (%(default)s)")
    region = parser.parse_args(arguments).region
    client = boto3.client(
        "pricing",
        region_name=API_REGION,
        config=Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3}),
    )
    made = datetime.now(UTC).date().isoformat()
    try:
        Terminal().say(refresh(client, region, folder=FOLDER, made=made))
    except UnreachableError as error:
        print_error(f"The Price List API can't be reached: the shipped list stays as it is. ({error})")
        return UNREACHABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
