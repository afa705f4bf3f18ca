"""People who use no pointer, and people whom motion troubles."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.keys import press_tab_to
from tests.browser.people import People, until


@pytest.mark.parametrize(("motion", "moving"), [("reduce", 0), ("no-preference", 1)])
def test_nothing_moves_where_motion_is_reduced(people: People, motion: str, moving: int) -> None:
    """What turns while the list is loaded stands still for those who ask for that."""
    held: list[Route] = []
    with people.page("viewer", reduced_motion=motion) as page:
        page.route(re.compile(r"/api/assets(\?|$)"), lambda route: held.append(route))
        page.goto("/")
        expect(page.get_by_text("Loading")).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == moving
        for route in held:
            route.continue_()


def test_a_video_is_uploaded_and_played_by_the_keyboard_alone(people: People, short_clip: Path) -> None:
    """From the list to moving pictures by Tab, arrows and Enter; the profile is chosen on the way."""
    with people.page("uploader") as page:
        press_tab_to(page, "Upload")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Upload")
        expect(page.get_by_role("radio").first).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("radio").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("radio", name="Sound alone")).to_be_checked()
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("radio", name="Streaming in every quality")).to_be_checked()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Choose files")).to_be_focused()
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(short_clip)
        expect(page.get_by_role("link", name="Follow it")).to_be_visible()
        press_tab_to(page, "Follow it")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(short_clip.name)
        _play(page)


def _play(page: Page) -> None:
    player = page.get_by_role("region", name="Player")
    expect(player).to_be_visible(timeout=90_000)
    until(page, "document.querySelector('video').readyState >= 2")
    page.evaluate("document.querySelector('video').muted = true")
    for _ in range(60):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
        if label.startswith("Play") and page.evaluate("document.activeElement.tagName") == "BUTTON":
            page.keyboard.press("Enter")
            until(page, "document.querySelector('video').currentTime > 0.5")
            return
    raise AssertionError("The keyboard does not reach the player's button.")
