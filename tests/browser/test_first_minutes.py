"""The first minutes of a new user: from what the terminal prints alone to a film that plays.

The user knows the lines with page, name and one-time password, and has a video of a phone. FIRST_MINUTES
names a folder for pictures of each step; PRINTED names a file with what `make demo OPEN=1` has printed, whose
lines are used in place of new ones.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from sandbox.demo.clip import Clip, make_clip
from sandbox.runtime.folder import PROJECT_ROOT
from tests.browser.assets import CLIPS
from tests.browser.deployed import Deployed
from tests.browser.people import TIMEOUT_MS, Watch, until

# The time that a new user has, from the page's address to moving pictures.
LIMIT_SECONDS = 180
# Held upright: stored sideways, with a note that it is to be turned.
PHONE = Clip(width=720, height=1280, seconds=6, rotation=90, suffix=".mov")
PASSWORD = "Sea-and-Sand-2026"
PICTURES = os.environ.get("FIRST_MINUTES")
PRINTED = os.environ.get("PRINTED")
FRAMES = "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames"


@dataclass(frozen=True)
class SignIn:
    """What the printed lines say."""

    page: str
    email: str
    password: str


def read_lines(printed: str) -> SignIn:
    """Read the lines as a person does."""
    page = re.search(r"^The page: (\S+)$", printed, re.MULTILINE)
    person = re.search(r"^Sign in as (\S+) with the one-time password (\S+)$", printed, re.MULTILINE)
    assert page is not None, printed
    assert person is not None, printed
    return SignIn(page[1], person[1], person[2])


def _printed(sandbox: Deployed) -> str:
    if PRINTED:
        return Path(PRINTED).read_text("utf-8")
    invite = [sys.executable, "-m", "sandbox", "person", "--email", "new@example.com", "--group", "uploader"]
    environment = {**os.environ, "SANDBOX_DIR": str(sandbox.folder.path)}
    return subprocess.check_output(invite, cwd=PROJECT_ROOT, env=environment, text=True)


class Steps:
    """Keep a picture of each step, with the seconds since the beginning."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._begun = time.monotonic()
        self._number = 0

    @property
    def seconds(self) -> float:
        """The time since the beginning."""
        return time.monotonic() - self._begun

    def seen(self, name: str) -> None:
        """Note a step."""
        self._number += 1
        print(f"{self.seconds:6.1f} s  {name}")
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self._page.screenshot(path=Path(PICTURES) / f"{self._number:02d}-{name}.png")


def _sign_in(page: Page, given: SignIn, steps: Steps) -> None:
    page.goto(given.page)
    button = page.get_by_role("button", name="Sign in")
    expect(button).to_be_visible()
    steps.seen("page")
    button.click()
    page.get_by_label("Username").fill(given.email)
    page.get_by_label("Password").fill(given.password)
    steps.seen("sign-in")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Choose a password of your own: at least 14 characters")).to_be_visible()
    steps.seen("new-password")
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm new password").fill(PASSWORD)
    page.get_by_role("button", name="Update password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Assets")


def _watch(page: Page) -> None:
    page.get_by_role("region", name="Player").get_by_role("button", name="Play").first.click()
    until(page, "document.querySelector('video').currentTime > 1")
    before = page.evaluate(FRAMES)
    until(page, f"{FRAMES} > {before + 10}")
    size = page.evaluate("(video => [video.videoWidth, video.videoHeight])(document.querySelector('video'))")
    assert size[0] < size[1], size


def test_a_new_user_uploads_and_watches(browser: Browser, sandbox: Deployed, tmp_path: Path) -> None:
    """By a one-time password, a phone's video is uploaded, followed and watched, upright, in time."""
    video = tmp_path / "IMG_2041.MOV"
    video.write_bytes(make_clip(CLIPS, PHONE).read_bytes())
    given = read_lines(_printed(sandbox))
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    watch, steps = Watch(), Steps(page)
    watch.attach(page)
    try:
        _sign_in(page, given, steps)
        steps.seen("signed-in")
        page.get_by_role("link", name="Upload", exact=True).click()
        expect(page.get_by_role("radio").first).to_be_visible()
        steps.seen("upload")
        page.get_by_label("Choose files").set_input_files(video)
        follow = page.get_by_role("link", name=f"Follow it: {video.name}")
        expect(follow).to_be_visible()
        steps.seen("uploaded")
        follow.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(video.name)
        steps.seen("followed")
        expect(page.get_by_role("region", name="Qualities")).to_be_visible(timeout=LIMIT_SECONDS * 1000)
        steps.seen("ready")
        _watch(page)
        steps.seen("watched")
        taken = steps.seconds
        watch.check()
    finally:
        context.close()
    assert taken < LIMIT_SECONDS
