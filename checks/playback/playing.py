"""Play presentations in Chromium, and judge what was seen and heard."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from checks.playback.chromium import ARGUMENTS
from checks.playback.presentations import NO_PLAYER, Presentation

PLAYBACK_RATE = 2.0
TIMEOUT_SECONDS = 40.0
END_TOLERANCE_SECONDS = 0.3
# A slow machine drops some pictures at a raised rate; most must be shown.
DROPPED_SHARE = 0.25
BLACK, BRIGHT = 16, 225
HIGHEST, LOWEST = "highest", "lowest"


@dataclass(frozen=True, slots=True)
class Played:
    """Hold what playing a presentation showed, over all its rungs that were forced.

    Attributes:
        rungs: That the player found.
        seconds: Played, over all runs.
        errors: What was wrong, a sentence each.
    """

    presentation: Presentation
    rungs: int = 0
    seconds: float = 0.0
    frames: int = 0
    errors: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Return the line of the report."""
        one = self.presentation
        result = "ok" if not self.errors else f"FAILED: {'; '.join(self.errors)}"
        return (
            f"{one.name:<24} {one.player:<8} {self.rungs} rung{'s' if self.rungs != 1 else ' '} "
            f"{self.seconds:5.1f} s {self.frames:5d} frames  {result}"
        )


@contextmanager
def browsing(executable: str) -> Iterator[BrowserContext]:
    """Start Chromium with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=executable, args=list(ARGUMENTS), headless=True
        )
        try:
            yield context
        finally:
            context.close()


def play(context: BrowserContext, page: str, url: str, presentation: Presentation) -> Played:
    """Play a presentation's lowest and highest rung, each forced, from beginning to end.

    Args:
        context: The browser.
        page: The URL of `page.html`.
        url: Of the manifest or file.
        presentation: What is to be seen of it.
    """
    errors: list[str] = []
    rungs, seconds, frames = 0, 0.0, 0
    for rung in (HIGHEST,) if presentation.player == NO_PLAYER else (LOWEST, HIGHEST):
        report, refused = _report(context, page, url, presentation, rung)
        found = [*refused, *report_errors(presentation, report)]
        errors += [f"{rung} rung: {error}" for error in found]
        rungs, seconds = report["rungs"], seconds + (report["position"] or 0.0)
        frames += report["frames"]
    return Played(presentation, rungs, seconds, frames, errors)


def _report(
    context: BrowserContext,
    page_url: str,
    url: str,
    presentation: Presentation,
    rung: str,
) -> tuple[dict[str, Any], list[str]]:
    """Return the page's report, and what the browser complained of."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
    page.on(
        "response",
        lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    try:
        page.goto(page_url)
        wanted = {
            "player": presentation.player,
            "url": url,
            "rung": rung,
            "rate": PLAYBACK_RATE,
            "switchesSound": presentation.languages > 1,
            "timeoutMs": TIMEOUT_SECONDS * 1000,
        }
        report: dict[str, Any] = page.evaluate("wanted => playThrough(wanted)", wanted)
    finally:
        page.close()
    return report, complaints


def report_errors(one: Presentation, report: dict[str, Any]) -> list[str]:
    """Return what is wrong with what the page reports of playing a presentation.

    Where the player complains, its complaints alone: the rest only follows from them.
    """
    return report["errors"] or list(_errors(one, report))


def _errors(one: Presentation, report: dict[str, Any]) -> Iterator[str]:
    if not report["ended"]:
        yield "it did not end"
    duration, position = report["duration"] or 0.0, report["position"]
    if abs(duration - one.seconds) > END_TOLERANCE_SECONDS:
        yield f"it lasts {duration:.2f} s, not {one.seconds:.2f} s"
    if abs(position - duration) > END_TOLERANCE_SECONDS:
        yield f"it ends at {position:.2f} of {duration:.2f} s"
    if not report["audioBytes"]:
        yield "no sound was decoded"
    if one.has_video:
        yield from _picture_errors(report)
    elif report["frames"]:
        yield "it shows a picture, and should be sound alone"
    if one.languages > 1 and len(report["languages"]) != one.languages:
        yield f"it offers the sounds {report['languages']}, not {one.languages}"
    if one.languages > 1 and len(report["heard"]) != one.languages:
        yield f"of {one.languages} sounds only {report['heard']} were played"
    if len(report["captions"]) != one.captions:
        yield f"it offers the captions {report['captions']}, not {one.captions}"
    if one.captions and not report["visibleTracks"]:
        yield "no captions are showing"
    if one.captions and not report["cues"]:
        yield "no caption was shown"


def _picture_errors(report: dict[str, Any]) -> Iterator[str]:
    frames, dropped = report["frames"], report["dropped"]
    if not frames:
        yield "no picture was decoded"
        return
    if dropped > DROPPED_SHARE * frames:
        yield f"{dropped} of {frames} pictures were dropped"
    expected = f"{report['expected']['width']}x{report['expected']['height']}"
    if report["sizes"] != [expected]:
        yield f"it shows {', '.join(report['sizes'])}, not the forced {expected}"
    pictures = report["pictures"]
    if not pictures or min(picture["average"] for picture in pictures) < BLACK:
        yield "the picture is black"
    for picture in pictures:
        bright = [corner for corner, value in picture["corners"].items() if value > BRIGHT]
        if bright != ["topRight"]:
            yield f"the marker is seen in {bright or 'no corner'}, not in the top right one"
            return
