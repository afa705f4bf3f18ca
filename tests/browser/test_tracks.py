"""Tracks that people choose: sound in two languages, and captions that come after the video."""

import subprocess
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from sandbox.mediaconvert.encoding.ffmpeg import executable
from tests.browser.assets import captions
from tests.browser.people import People, until
from tests.e2e.pipeline import Pipeline


@pytest.fixture(scope="module")
def talk(pipeline: Pipeline, short_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the id of a video whose sound is English or German."""
    made = tmp_path_factory.mktemp("talk") / "talk.mp4"
    languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
    tracks = ["-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy"]
    subprocess.run(
        [executable(), "-v", "error", "-i", str(short_clip), *tracks, *languages, str(made)], check=True
    )
    key = f"talks/two-languages-{uuid4().hex[:8]}.mp4"
    record = pipeline.ended(key, pipeline.put(key, made.read_bytes()))
    assert record["status"] == "COMPLETE", record
    return str(record["asset_id"])


def _open(page: Page, asset_id: str) -> None:
    page.goto(f"/asset/{asset_id}")
    expect(page.get_by_role("region", name="Qualities")).to_be_visible()
    until(page, "document.querySelector('video').readyState >= 2")


def _open_languages(page: Page) -> Locator:
    """Open the menu of languages, which closes by itself where a machine is slow; return the player."""
    player = page.get_by_role("region", name="Player")
    for _ in range(10):
        player.hover()
        player.get_by_role("button", name="More settings").click()
        with suppress(TimeoutError):
            player.get_by_role("button", name="Language").click(timeout=3_000)
            return player
    raise AssertionError("The player shows no menu of languages.")


def test_sound_of_two_languages_is_chosen_and_played(people: People, talk: str) -> None:
    """The other language's segments are fetched when it is chosen, and the menu says which one is heard."""
    with people.page("viewer") as page:
        fetched: list[str] = []
        page.on("response", lambda answer: fetched.append(answer.url) if answer.ok else None)
        _open(page, talk)
        player = _open_languages(page)
        expect(player.get_by_role("menuitemradio", name="English")).to_have_attribute("aria-checked", "true")
        before = set(fetched)
        player.get_by_role("menuitemradio", name="German").click()
        page.evaluate("document.querySelector('video').muted = true")
        # Its promise is not waited for: an evaluation has no end of its own.
        page.evaluate("void document.querySelector('video').play()")
        until(page, "document.querySelector('video').ended")
        new = {url.rpartition("/")[2] for url in set(fetched) - before if "/media/" in url}
        assert any("audio_2" in name for name in new), new
        player = _open_languages(page)
        expect(player.get_by_role("menuitemradio", name="German")).to_have_attribute("aria-checked", "true")


def test_captions_that_come_later_appear(people: People, short_clip: Path, tmp_path: Path) -> None:
    """Captions that are added on the video's page are listed in a moment, and then shown by the player."""
    file = tmp_path / "subtitles.vtt"
    file.write_bytes(captions("Bonjour à tous."))
    with people.page("uploader") as page:
        page.goto("/upload")
        page.get_by_label("Choose files").set_input_files(short_clip)
        page.get_by_role("link", name="Follow it").click()
        expect(page.get_by_role("region", name="Qualities")).to_be_visible(timeout=180_000)
        page.get_by_label("Caption file").set_input_files(file)
        expect(page.get_by_role("region", name="Beginning of the file")).to_contain_text("Bonjour à tous.")
        page.get_by_role("combobox", name="Language").select_option("fr")
        page.get_by_role("button", name="Add captions").click()
        expect(page.get_by_text("The captions were sent.")).to_be_visible()
        listed = page.get_by_role("region", name="Captions").get_by_role("listitem").get_by_text("French")
        expect(listed).to_be_visible(timeout=60_000)
        page.reload()
        until(page, "document.querySelector('video')?.readyState >= 2")
        player = page.get_by_role("region", name="Player")
        choice = player.get_by_role("menuitemradio", name="French")
        player.hover()
        if not choice.is_visible():
            player.get_by_role("button", name="Captions").click()
        choice.click()
        page.evaluate("document.querySelector('video').currentTime = 1")
        expect(player.get_by_text("Bonjour à tous.")).to_be_visible()
