"""Let the credentials of assumed roles outlive a restart.

MiniStack forgets them, though it keeps the roles: a job that MediaConvert runs meanwhile would lose its right
to write, which on AWS it has until it expires. They are written down as soon as they are issued, so that a
killed server forgets none either.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from ministack.services import sts


def apply(path: Path) -> None:
    """Wrap the registration of sessions, and take up those that still hold.

    Args:
        path: A line of JSON for each session.
    """
    register = sts.register_session
    kept = _valid(path)
    sts._sessions.update(kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text("".join(_line(key, session) for key, session in kept.items()))
    partial.replace(path)

    def register_session(access_key: str, session: dict[str, Any]) -> None:
        is_known = access_key in sts._sessions
        register(access_key, session)
        # A function's worker registers the same ones each time it starts, and needs none from before.
        if not is_known and "Expiration" in session:
            with path.open("a") as file:
                file.write(_line(access_key, session))

    sts.register_session = register_session


def _line(access_key: str, session: dict[str, Any]) -> str:
    return json.dumps([access_key, session]) + "\n"


def _valid(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in path.read_text().splitlines() if path.is_file() else ():
        try:
            access_key, session = json.loads(line)
        except ValueError:
            # The last line of a server that was killed while it wrote.
            continue
        if session["Expiration"] > time.time():
            found[access_key] = session
    return found
