"""Every generated file of the documentation, from the code as it is."""

from collections.abc import Callable, Mapping
from pathlib import Path

from checks.docs.alarms import alarms_table
from checks.docs.api import OPENAPI_PATH, examples, openapi_text, problems_table, routes_table
from checks.docs.failures import failures_table
from checks.docs.inputs import ignored_names, inputs_table, media_suffixes
from checks.docs.limits import limits_table
from checks.docs.packages import packages_picture
from checks.docs.permissions import delivery_edges_table, edges_table, iam_not_enforced, iam_reasons_table
from checks.docs.plan_exits import plan_exits_table
from checks.docs.regions import RegionError, fill, region_names
from checks.docs.runbook import runbook_table
from checks.docs.settings import overrides_table, settings_table
from tests.infrastructure.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "packages.svg"


_TABLES: Mapping[str, Callable[[], str]] = {
    "api-examples": examples,
    "api-problems": problems_table,
    "api-routes": routes_table,
    "edges": edges_table,
    "delivery-edges": delivery_edges_table,
    "failures": failures_table,
    "iam-not-enforced": iam_not_enforced,
    "iam-reasons": iam_reasons_table,
    "ignored-names": ignored_names,
    "inputs": inputs_table,
    "limits": limits_table,
    "media-suffixes": media_suffixes,
    "overrides": overrides_table,
    "plan-exits": plan_exits_table,
    "runbook": runbook_table,
    "settings": settings_table,
}


def pages() -> list[Path]:
    """Return every page of the documentation, the README first."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def generated_files(stack: Stack) -> dict[Path, str]:
    """Return the text that each page and picture should have.

    Raises RegionError where a table has no region on any page, or a region no table.
    """
    contents = {name: make() for name, make in _TABLES.items()} | {"alarms": alarms_table(stack)}
    texts = {path: path.read_text() for path in pages()}
    shown = {name for text in texts.values() for name in region_names(text)}
    if missing := sorted(contents.keys() - shown):
        raise RegionError(f"No page has a region for: {', '.join(missing)}.")
    filled = {path: fill(text, contents) for path, text in texts.items()}
    return filled | {PICTURE: packages_picture(), OPENAPI_PATH: openapi_text()}
