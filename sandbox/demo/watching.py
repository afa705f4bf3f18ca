"""How to watch what the demo made: through the distribution, as a viewer who signed in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from sandbox.demo.report import AssetReport
from sandbox.deployment.delivered import Answer, Delivered
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import Folder

VIEWER = "viewer@example.com"
COOKIES = "playback-cookies.txt"
_WHOLE_FILES = ("MP4", "M4A")


def watched(delivered: Delivered, assets: Sequence[AssetReport], folder: Folder) -> list[str]:
    """Sign in, let this machine play the first asset that completed, and return how; empty without one.

    Returns:
        A line with the time until which the others play, one for HLS with its cookies, and one for the file.

    Raises:
        SandboxError: What was signed does not open what it should.
    """
    completed = next((asset for asset in assets if asset.status == "COMPLETE"), None)
    if completed is None:
        return []
    token = delivered.sign_in(delivered.add_person(VIEWER, "viewer"))
    asset = f"/api/assets/{completed.asset_id}"
    let_in = _opened(delivered.call("POST", f"{asset}/playback", token=token), asset)
    paths = {str(output["format"]): str(output["path"]) for output in let_in.json()["outputs"]}
    lines = []
    ends = [let_in.json()["expires_at"]]
    if "HLS" in paths:
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in let_in.cookies().items())}
        _opened(delivered.call("GET", paths["HLS"], headers=cookies), paths["HLS"])
        jar = folder.path / COOKIES
        jar.write_text(cookie_jar(let_in, host=str(urlsplit(delivered.page_url).hostname), now=time.time()))
        lines.append(f"curl --cookie {folder.relative(jar)} {delivered.local(paths['HLS'])}")
    if path := next((paths[kind] for kind in _WHOLE_FILES if kind in paths), None):
        signed = _opened(
            delivered.call("POST", f"{asset}/downloads", token=token, body={"path": path}), path
        ).json()
        ends.append(signed["expires_at"])
        url = delivered.local(signed["url"])
        parts = urlsplit(url)
        _opened(delivered.call("HEAD", f"{parts.path}?{parts.query}"), path)
        lines.append(url)
    until = min(datetime.fromisoformat(end) for end in ends).astimezone()
    return [f"{completed.source} plays until {until:%H:%M}:", *lines]


def cookie_jar(answer: Answer, *, host: str, now: float) -> str:
    """Return the cookies of an answer as curl and players read them from a file (Netscape's format)."""
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_all("Set-Cookie", []):
        jar.load(header)
    rows = [_row(name, morsel.value, morsel, host, now) for name, morsel in jar.items()]
    return "\n".join(["# Netscape HTTP Cookie File", *rows, ""])


def _row(name: str, value: str, attributes: Mapping[str, Any], host: str, now: float) -> str:
    expires = str(int(now) + int(attributes["max-age"]))
    secure = "TRUE" if attributes["secure"] else "FALSE"
    only = "#HttpOnly_" if attributes["httponly"] else ""
    return "\t".join([f"{only}{host}", "FALSE", attributes["path"], secure, expires, name, value])


def _opened(answer: Answer, what: str) -> Answer:
    if answer.status != 200:
        said = answer.body.decode(errors="replace")[:400]
        raise SandboxError(f"The distribution answers {answer.status} for {what}: {said}")
    return answer
