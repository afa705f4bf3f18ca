"""The list of assets: what a line shows, and that ten thousand of them scroll."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.browser.assets import Assets
from tests.browser.people import People, until

ASSETS = 10_000
# What a window of 900 pixels has room for, and some beyond it on either side.
MOST_ROWS = 60
# Scroll through the whole list, a step a frame; return how long each took, and the most rows there were.
SCROLL = """async steps => {
  const times = [];
  let most = 0;
  let before = performance.now();
  for (let step = 1; step <= steps; step++) {
    scrollTo(0, document.documentElement.scrollHeight * step / steps);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - before);
    before = performance.now();
    most = Math.max(most, document.querySelectorAll("[data-row]").length);
  }
  return { times, most };
}"""


def _summary(number: int) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(minutes=number)).isoformat()
    return {
        "id": f"{number:032x}",
        "key": f"web/film-{number}.mp4",
        "size_bytes": 1_500_000 + number,
        "status": "COMPLETE",
        "attempt": 1,
        "created_at": at,
        "updated_at": at,
        "duration_ms": 61_000,
        "billed_usd": "0.085500",
    }


def test_a_line_shows_what_became_of_an_upload(people: People, assets: Assets) -> None:
    """The poster is loaded by a signed URL, with length, price and, of what failed, the code."""
    with people.page("viewer") as page:
        film = page.get_by_role("link", name="coast-by-train.mp4").first
        expect(film).to_contain_text(re.compile(r"0:10.*Ready.*\$0\.\d+", re.DOTALL))
        until(page, "[...document.querySelectorAll('img')].some(image => image.naturalWidth > 0)")
        source = film.locator("img").get_attribute("src") or ""
        assert source.startswith("/media/")
        assert "Signature=" in source
        notes = page.get_by_role("link", name="notes-of-week-7.mp4").first
        expect(notes).to_contain_text("MEDIACONVERT_1010")


def test_ten_thousand_assets_scroll(people: People) -> None:
    """However long the list is, few of its rows are in the document, at each step of the way."""
    listed = {"assets": [_summary(number) for number in range(ASSETS)]}
    with people.page("viewer", viewport={"width": 1280, "height": 900}) as page:
        page.route(re.compile(r"/api/assets(\?|$)"), lambda route: route.fulfill(json=listed))
        page.goto("/")
        expect(page.get_by_text("10,000 assets")).to_be_visible()
        found = page.evaluate(SCROLL, 120)
        assert 0 < found["most"] <= MOST_ROWS
        last = page.get_by_role("link", name=f"film-{ASSETS - 1}.mp4")
        expect(last).to_be_visible()
        times = sorted(found["times"])
        taken = f"median {times[60]:.0f} ms, 95th {times[114]:.0f} ms, longest {times[-1]:.0f} ms"
        print(f"frames of {ASSETS} rows: {taken}")
