"""Every view: nothing that axe finds, no sideways scrolling, in both themes, from phones to desktops.

`make pictures` runs this file too, and keeps what it sees in docs/pictures.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sandbox.runtime.folder import PROJECT_ROOT
from tests.browser.assets import Assets
from tests.browser.deployed import Deployed
from tests.browser.people import People, until
from tests.e2e.pipeline import Pipeline

AXE = PROJECT_ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 at the levels A and AA, and what axe advises beside it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 768, 1440)
THEMES = ("light", "dark")
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PICTURES = os.environ.get("PICTURES")

Go = Callable[[Page, Assets], None]


def _assets(page: Page, assets: Assets) -> None:
    page.goto("/")
    expect(page.get_by_role("list", name="List of assets").get_by_role("link").first).to_be_visible()
    # Posters come after the rows, those of what can be watched.
    until(page, "document.images.length >= 2 && [...document.images].every(image => image.naturalWidth > 0)")


def _asset(page: Page, assets: Assets) -> None:
    page.goto(f"/asset/{assets.film}")
    expect(page.get_by_role("region", name="Qualities")).to_be_visible()
    until(page, "document.querySelector('video').readyState >= 2")


def _failed(page: Page, assets: Assets) -> None:
    page.goto(f"/asset/{assets.notes}")
    expect(page.get_by_role("region", name="What went wrong")).to_be_visible()


def _upload(page: Page, assets: Assets) -> None:
    page.goto("/upload")
    expect(page.get_by_role("radio").first).to_be_visible()


def _health(page: Page, assets: Assets) -> None:
    page.goto("/monitoring")
    # What failed was counted; the chart comes with CloudWatch's points.
    expect(page.get_by_role("region", name="processing-dlq-not-empty")).to_be_visible()
    expect(page.get_by_role("region", name="Failures by code", exact=True)).to_be_visible()


def _confirmation(page: Page, assets: Assets) -> None:
    _failed(page, assets)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_be_visible()


VIEWS: dict[str, Go] = {
    "assets": _assets,
    "asset": _asset,
    "failed": _failed,
    "upload": _upload,
    "health": _health,
    "confirmation": _confirmation,
}


@pytest.fixture
def alarm_on(pipeline: Pipeline, sandbox: Deployed, assets: Assets) -> Iterator[None]:
    """Let the health view have an alarm that is on, with dead letters."""
    cloudwatch, sqs = sandbox.client("cloudwatch"), sandbox.client("sqs")
    name = "media-pipeline-alarm-processing-dlq-not-empty-sandbox"
    record = pipeline.record(assets.notes)
    assert record is not None
    pipeline.announce(record, pipeline.processing_dlq)
    cloudwatch.set_alarm_state(
        AlarmName=name,
        StateValue="ALARM",
        StateReason="Threshold Crossed: 1 datapoint [1.0] was greater than or equal to the threshold (1.0).",
    )
    yield
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="Repaired")
    sqs.purge_queue(QueueUrl=pipeline.processing_dlq)


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with what is shown, a line each."""
    # By the debugging protocol: the page's own policy lets no script of ours in.
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })",
        RULES,
    )
    return [
        f"{one['id']}: {one['help']} {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


def faults(page: Page, name: str, theme: str) -> list[str]:
    """Return where a view is not for everybody, or is wider than the window; keep what was seen."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(150)
        where = f"{name}, {theme}, {width} px"
        wider = page.evaluate(WIDER)
        found += [f"{where}: {wider} px too wide"] if wider > 0 else []
        found += [f"{where}: {violation}" for violation in violations(page)]
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=name != "confirmation")
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_signed_out(people: People, browser: Any, delivered: Any, theme: str) -> None:
    """Who is not signed in is told what this is, and where to begin."""
    context = browser.new_context(base_url=delivered.page_url, color_scheme=theme)
    try:
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert faults(page, "welcome", theme) == []
    finally:
        context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.usefixtures("alarm_on")
def test_views(people: People, assets: Assets, theme: str) -> None:
    """Each view passes at each width, for those who see most of it."""
    with people.page("operator", color_scheme=theme) as page:
        found = []
        for name, go in VIEWS.items():
            go(page, assets)
            found += faults(page, name, theme)
        assert not found, "\n".join(found)


@pytest.mark.usefixtures("alarm_on")
def test_zoomed_to_twice_the_size(people: People, assets: Assets) -> None:
    """At 200 %, a window of 1,280 pixels has room for half as many: nothing is cut off to the side."""
    with people.page("operator", viewport={"width": 640, "height": 450}, device_scale_factor=2) as page:
        for name, go in VIEWS.items():
            go(page, assets)
            assert page.evaluate(WIDER) <= 0, name
