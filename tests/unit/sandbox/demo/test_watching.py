"""How the demo ends: with lines that play what was made, checked before they are printed."""

import json
from collections.abc import Sequence
from email.message import Message
from http.client import HTTPMessage
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.demo.report import AssetReport, Seconds
from sandbox.demo.watching import COOKIES, cookie_jar, watched
from sandbox.deployment.delivered import Answer, Delivered, Person
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import Folder

HLS, MP4 = "/media/a1/1/cmaf/index.m3u8", "/media/a1/1/mp4/video.mp4"
SIGNED = f"https://d111.cloudfront.net{MP4}?Expires=1&Signature=s"
SET_COOKIE = "CloudFront-Policy=eyJ~_-; Path=/media/a1/; Max-Age=60; Secure; HttpOnly; SameSite=Strict"


def answer(status: int, body: object = None, *cookies: str) -> Answer:
    """Return an answer of the distribution."""
    headers = HTTPMessage()
    for cookie in cookies:
        Message.add_header(headers, "Set-Cookie", cookie)
    return Answer(status, headers, json.dumps(body).encode())


class FakeDelivered:
    """A distribution that lets one viewer play; `closed` are paths that stay closed."""

    page_url = "http://localhost:4568/"

    def __init__(self, formats: Sequence[str], closed: Sequence[str] = ()) -> None:
        self.formats, self.closed = formats, closed
        self.opened: list[tuple[str, str]] = []

    def add_person(self, email: str, group: str) -> Person:
        """Return a viewer."""
        assert group == "viewer"
        return Person(email, "secret")

    def sign_in(self, person: Person) -> str:
        """Return a token."""
        return "token"

    def local(self, url: str) -> str:
        """Return where a browser finds a URL or a path."""
        return "http://localhost:4568" + url.removeprefix("https://d111.cloudfront.net")

    def call(self, method: str, path: str, **named: Any) -> Answer:
        """Answer as the API and the distribution do."""
        if path.endswith("/playback"):
            paths = {"HLS": HLS, "MP4": MP4, "M4A": MP4}
            outputs = [{"format": name, "path": paths[name]} for name in self.formats]
            body = {"outputs": outputs, "expires_at": "2026-01-02T09:00:00.000Z"}
            return answer(200, body, SET_COOKIE)
        if path.endswith("/downloads"):
            assert named["body"] == {"path": MP4}
            return answer(200, {"url": SIGNED, "expires_at": "2026-01-02T07:00:00.000Z"})
        self.opened.append((method, path))
        return answer(403 if path.partition("?")[0] in self.closed else 200)


def asset(status: str) -> AssetReport:
    """Return one asset's report."""
    return AssetReport("a1", "in.mp4", status, None, [], Seconds(None, None))


def lines_of(fake: FakeDelivered, folder: Path, *statuses: str) -> list[str]:
    """Return the demo's last lines."""
    return watched(cast(Delivered, fake), [asset(status) for status in statuses], Folder(folder))


def test_the_lines_are_tried_before_they_are_printed(tmp_path: Path) -> None:
    """HLS is fetched with its cookies and the file by its URL, each as a viewer would."""
    fake = FakeDelivered(["HLS", "MP4"])
    said, hls, mp4 = lines_of(fake, tmp_path, "FAILED", "COMPLETE")
    assert said.startswith("in.mp4 plays until ")
    assert hls.endswith(f"{COOKIES} http://localhost:4568{HLS}")
    assert mp4 == f"http://localhost:4568{MP4}?Expires=1&Signature=s"
    assert fake.opened == [("GET", HLS), ("HEAD", f"{MP4}?Expires=1&Signature=s")]


@pytest.mark.parametrize("closed", [HLS, MP4])
def test_what_does_not_play_is_an_error(tmp_path: Path, closed: str) -> None:
    """A line that would not play is not printed: the error says which path stayed closed."""
    with pytest.raises(SandboxError, match=f"403 for {closed}"):
        lines_of(FakeDelivered(["HLS", "MP4"], [closed]), tmp_path, "COMPLETE")


def test_sound_alone_plays_too(tmp_path: Path) -> None:
    """Where there is no MP4, the file is the M4A; without HLS there is no line for it."""
    said, file = lines_of(FakeDelivered(["M4A"]), tmp_path, "COMPLETE")
    assert said.startswith("in.mp4 plays")
    assert file.startswith("http://localhost:4568")


def test_without_a_completed_asset_there_is_nothing_to_watch(tmp_path: Path) -> None:
    """No one signs in for assets that failed."""
    assert lines_of(FakeDelivered([]), tmp_path, "FAILED", "CANCELED") == []


def test_cookies_are_kept_for_their_path_and_time() -> None:
    """Each is for its host and path alone, over TLS or on the machine itself, until its end."""
    jar = cookie_jar(answer(200, None, SET_COOKIE), host="localhost", now=1_000.5)
    row = "#HttpOnly_localhost\tFALSE\t/media/a1/\tTRUE\t1060\tCloudFront-Policy\teyJ~_-"
    assert jar == f"# Netscape HTTP Cookie File\n{row}\n"
