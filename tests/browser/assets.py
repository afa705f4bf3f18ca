"""Assets of all kinds that the page shows: played, failed, of sound alone."""

from dataclasses import dataclass
from typing import Any

from sandbox.demo.clip import Clip, demo_clip, make_clip
from sandbox.runtime.folder import PROJECT_ROOT
from tests.e2e.pipeline import Pipeline

CLIPS = PROJECT_ROOT / ".sandbox-browser-clips"
_NOTES = b"These are the notes of a lecture, and no film at all.\n" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Hold the ids of what was uploaded, and has ended."""

    film: str
    """It has captions in two languages and a storyboard."""
    notes: str
    """It failed, since it is no media file."""


def captions(text: str) -> bytes:
    """Return captions that are shown all the time."""
    return f"WEBVTT\n\n00:00:00.000 --> 00:00:10.000\n{text}\n".encode()


def add_assets(pipeline: Pipeline) -> Assets:
    """Upload them, and wait until they have ended."""
    pipeline.put("travel/coast-by-train.en.vtt", captions("The coast, seen from a train."))
    pipeline.put("travel/coast-by-train.de.vtt", captions("Die Küste, vom Zug aus gesehen."))
    uploaded = {
        "travel/coast-by-train.mp4": demo_clip().read_bytes(),
        "lectures/notes-of-week-7.mp4": _NOTES,
        "talks/welcome.mp4": make_clip(CLIPS, Clip(width=640, height=360, seconds=4)).read_bytes(),
    }
    versions = {key: pipeline.put(key, body) for key, body in uploaded.items()}
    ended: dict[str, Any] = {key: pipeline.ended(key, version) for key, version in versions.items()}
    statuses = {key: record["status"] for key, record in ended.items()}
    assert statuses == {
        "travel/coast-by-train.mp4": "COMPLETE",
        "lectures/notes-of-week-7.mp4": "FAILED",
        "talks/welcome.mp4": "COMPLETE",
    }
    return Assets(
        film=ended["travel/coast-by-train.mp4"]["asset_id"],
        notes=ended["lectures/notes-of-week-7.mp4"]["asset_id"],
    )
