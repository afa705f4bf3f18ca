"""A video is watched: in its qualities, with captions in two languages, and pictures while seeking."""

from typing import Any

from playwright.sync_api import Page, expect

from sandbox.deployment.delivered import Delivered
from tests.browser.assets import Assets
from tests.browser.people import People, until


def _open(page: Page, asset_id: str) -> None:
    page.goto(f"/asset/{asset_id}")
    expect(page.get_by_role("region", name="Qualities")).to_be_visible()


def _state(page: Page) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate(
        "(() => { const video = document.querySelector('video');"
        " return { at: video.currentTime, width: video.videoWidth, ended: video.ended }; })()"
    )
    return state


def test_a_video_plays_to_its_end(people: People, assets: Assets) -> None:
    """A viewer presses play, and sees moving pictures until the end."""
    with people.page("viewer") as page:
        _open(page, assets.film)
        page.evaluate("document.querySelector('video').muted = true")
        page.get_by_role("region", name="Player").get_by_role("button", name="Play").first.click()
        until(page, "document.querySelector('video').currentTime > 1")
        assert _state(page)["width"] > 0
        page.evaluate("document.querySelector('video').currentTime = 8.5")
        until(page, "document.querySelector('video').ended")


def test_captions_of_two_languages_are_chosen_and_seen(people: People, assets: Assets) -> None:
    """Each language of the captions that is chosen in the player is what is on the screen."""
    with people.page("viewer") as page:
        _open(page, assets.film)
        player = page.get_by_role("region", name="Player")
        until(page, "document.querySelector('video').readyState >= 2")
        page.evaluate("document.querySelector('video').currentTime = 3")
        for language, text in (("English", "The coast, seen from"), ("German", "Die Küste, vom Zug")):
            choice = player.get_by_role("menuitemradio", name=language)
            player.hover()
            if not choice.is_visible():
                player.get_by_role("button", name="Captions").click()
            choice.click()
            expect(player.get_by_text(text)).to_be_visible()


def test_pictures_are_shown_while_seeking(people: People, assets: Assets) -> None:
    """Above the bar of the player there is a picture of the time that the pointer is at."""
    with people.page("viewer") as page:
        _open(page, assets.film)
        player = page.get_by_role("region", name="Player")
        page.evaluate("document.querySelector('video').muted = true")
        page.evaluate("document.querySelector('video').play()")
        player.hover()
        bar = player.get_by_role("slider", name="Seek").first
        with page.expect_response(lambda answer: ".jpg" in answer.url and answer.ok):
            box = bar.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_file_is_taken_away(people: People, assets: Assets) -> None:
    """A download is signed when it is asked for, and is the whole file."""
    with people.page("viewer", accept_downloads=True) as page:
        _open(page, assets.film)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download MP4").first.click()
        assert download.value.path().stat().st_size > 10_000


def test_what_is_played_is_open_to_this_browser_alone(
    people: People, assets: Assets, delivered: Delivered
) -> None:
    """No script of a page reads the cookies, and without them there is nothing to see."""
    with people.page("viewer") as page:
        with page.expect_response(lambda answer: answer.url.endswith((".mpd", ".m3u8"))) as manifest:
            _open(page, assets.film)
        assert page.evaluate("document.cookie") == ""
        path = manifest.value.url.partition("/media/")[2]
        assert delivered.call("GET", f"/media/{path}").status == 403
