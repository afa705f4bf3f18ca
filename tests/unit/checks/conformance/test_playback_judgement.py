"""Playback in a browser fails where anything is amiss: what a page reports is judged, and Chromium found."""

import urllib.error
import urllib.request
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from checks.playback import server
from checks.playback.chromium import ChromiumMissingError, find_chromium
from checks.playback.playing import Played, report_errors
from checks.playback.presentations import HLS_PLAYER, SECONDS, Presentation

FILM = Presentation("film", Path("index.m3u8"), HLS_PLAYER, languages=2, captions=1)
SOUND = Presentation("sound", Path("index.m3u8"), HLS_PLAYER, has_video=False)
CORNERS = {"topLeft": 90, "topRight": 250, "bottomLeft": 60, "bottomRight": 30}
GOOD: dict[str, Any] = {
    "errors": [],
    "rungs": 2,
    "expected": {"width": 640, "height": 360},
    "sizes": ["640x360"],
    "languages": ["eng", "deu"],
    "heard": [0, 1],
    "captions": ["en"],
    "visibleTracks": 1,
    "cues": ["Second 1"],
    "ended": True,
    "position": SECONDS,
    "duration": SECONDS,
    "frames": 120,
    "dropped": 3,
    "audioBytes": 100_000,
    "pictures": [{"average": 120, "corners": CORNERS}],
}
DARK = [{"average": 4, "corners": dict.fromkeys(CORNERS, 4)}]
TURNED = [{"average": 120, "corners": CORNERS | {"topRight": 60, "bottomRight": 250}}]


def test_a_good_report_has_no_error() -> None:
    """What plays to its end, in both languages and with captions, is well."""
    assert report_errors(FILM, GOOD) == []
    heard = GOOD | {"frames": 0, "languages": [], "captions": [], "pictures": [], "sizes": []}
    assert report_errors(SOUND, heard) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"errors": ["networkError: fragLoadError"]}, "networkError"),
        ({"ended": False}, "did not end"),
        ({"duration": 5.0, "position": 5.0}, "lasts 5.00 s, not 7.00 s"),
        ({"duration": None}, "lasts 0.00 s"),
        ({"position": 6.0}, "ends at 6.00 of 7.00 s"),
        ({"audioBytes": 0}, "no sound was decoded"),
        ({"frames": 0}, "no picture was decoded"),
        ({"dropped": 60}, "60 of 120 pictures were dropped"),
        ({"sizes": ["640x360", "426x240"]}, "not the forced 640x360"),
        ({"sizes": []}, "not the forced 640x360"),
        ({"pictures": []}, "black"),
        ({"pictures": DARK}, "black"),
        ({"pictures": TURNED}, "the marker is seen in"),
        ({"languages": ["eng"]}, "offers the sounds"),
        ({"heard": [0]}, "only [0] were played"),
        ({"captions": []}, "offers the captions"),
        ({"visibleTracks": 0}, "no captions are showing"),
        ({"cues": []}, "no caption was shown"),
    ],
)
def test_whatever_is_amiss_is_an_error(change: dict[str, Any], error: str) -> None:
    """Each thing that a viewer would miss fails the playback."""
    errors = report_errors(FILM, deepcopy(GOOD) | change)
    assert any(error in found for found in errors), errors


def test_a_picture_in_sound_alone_is_an_error() -> None:
    """Sound alone shows nothing."""
    assert "should be sound alone" in report_errors(SOUND, GOOD)[0]


def test_the_line_tells_player_rungs_seconds_frames_and_result() -> None:
    """A person reads one line a presentation."""
    line = Played(FILM, 2, 16.0, 240).line()
    assert line.split() == ["film", "hls.js", "2", "rungs", "16.0", "s", "240", "frames", "ok"]
    assert "FAILED: it did not end" in Played(FILM, errors=["it did not end"]).line()


@pytest.fixture
def programs(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that puts a program of a name into a folder, and gives its path."""

    def put(name: str) -> str:
        path = tmp_path / name
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return str(path)

    return put


def test_chromium_is_found_by_its_usual_names(programs: Callable[[str], str], tmp_path: Path) -> None:
    """The variable goes before PATH; of the names on PATH, chromium goes first."""
    path = {"PATH": str(tmp_path)}
    chrome = programs("google-chrome")
    assert find_chromium(path) == chrome
    chromium = programs("chromium")
    assert find_chromium(path) == chromium
    assert find_chromium(path | {"CHROMIUM": chrome}) == chrome


def test_without_chromium_it_is_reported_how_to_get_it(tmp_path: Path) -> None:
    """No browser is no success, and a wrong variable is not passed over."""
    with pytest.raises(ChromiumMissingError, match="apt-get install chromium"):
        find_chromium({"PATH": str(tmp_path)})
    with pytest.raises(ChromiumMissingError, match="CHROMIUM names /no/chrome"):
        find_chromium({"PATH": str(tmp_path), "CHROMIUM": "/no/chrome"})


def test_only_the_folder_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts and whole files come from the folder; nothing comes from beside it."""
    monkeypatch.setattr(server, "PLAYERS", {})
    media = tmp_path / "media"
    media.mkdir()
    (media / "a b.mp4").write_bytes(b"0123456789")
    (tmp_path / "secret").write_text("secret")

    def got(site: str, path: str, **headers: str) -> tuple[int, bytes]:
        with urllib.request.urlopen(urllib.request.Request(f"{site}/{path}", headers=headers)) as answer:
            return answer.status, answer.read()

    with server.serving(media) as site:
        assert got(site, "media/a%20b.mp4") == (200, b"0123456789")
        assert got(site, "media/a%20b.mp4", Range="bytes=2-4") == (206, b"234")
        assert got(site, "media/a%20b.mp4", Range="bytes=8-") == (206, b"89")
        assert b"<video" in got(site, "page.html")[1]
        for beyond in ("media/../secret", "media/%2e%2e/secret", "secret", "media/none.mp4"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                got(site, beyond)


def test_missing_players_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the npm packages nothing is played, and nothing passes."""
    monkeypatch.setattr(server, "PLAYERS", {"hls.js": tmp_path / "none.js"})
    with pytest.raises(server.PlayersMissingError, match=r"hls\.js"), server.serving(tmp_path):
        pass
