"""Find the Chromium that is installed; none is downloaded."""

import os
import shutil
from collections.abc import Mapping

NAMES = ("chromium", "chromium-browser", "google-chrome")
MAC_APPLICATION = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
HOW_TO_GET_IT = (
    "No Chromium was found. Install it (apt-get install chromium, or brew install --cask google-chrome), "
    "or name the one you have: CHROMIUM=/path/to/chrome"
)


class ChromiumMissingError(Exception):
    """There is no Chromium; the message says how to get it."""


def find_chromium(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of Chromium: that of the variable CHROMIUM, or the first of the usual names on PATH.

    Raises:
        ChromiumMissingError: There is none.
    """
    named = environment.get("CHROMIUM")
    if named:
        found = shutil.which(named, path=environment.get("PATH"))
        if found is None:
            raise ChromiumMissingError(f"CHROMIUM names {named}, which can't be run. {HOW_TO_GET_IT}")
        return found
    for name in (*NAMES, MAC_APPLICATION):
        found = shutil.which(name, path=environment.get("PATH"))
        if found is not None:
            return found
    raise ChromiumMissingError(HOW_TO_GET_IT)
