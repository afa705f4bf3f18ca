"""The players of others: hls.js, dash.js and the browser alone play what is delivered."""

from pathlib import Path

from playwright.sync_api import Browser

from checks.playback.delivered import deliver_film
from tests.browser.deployed import Deployed


def test_other_players_play_what_is_delivered(browser: Browser, sandbox: Deployed, tmp_path: Path) -> None:
    """Let in by the API's cookies, each plays each format to its end; without them, nothing is open."""
    film = deliver_film(sandbox.endpoints, sandbox.deployment, tmp_path)
    context = browser.new_context()
    try:
        played = list(film.play(context))
    finally:
        context.close()
    assert {one.presentation.player for one in played} == {"hls.js", "dash.js", "video"}
    assert [one.line() for one in played if one.errors] == []
