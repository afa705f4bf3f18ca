"""The shipped price lists, a `REGION.json` each, made by `make prices`. They go into the functions' zip."""

import os
from pathlib import Path

# Its prices stand in for those of a region without a list of its own.
DEFAULT_REGION = "us-east-1"
FOLDER = Path(__file__).parent


def price_list_text(region: str) -> str:
    """Return the price list of a region, or where there is none that of the default region."""
    path = FOLDER / f"{os.path.basename(region)}.json"
    return (path if path.is_file() else FOLDER / f"{DEFAULT_REGION}.json").read_text(encoding="utf-8")
