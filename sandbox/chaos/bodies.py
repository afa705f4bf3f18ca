"""The few distinct bodies of a storm's uploads: what they hold matters less than how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from sandbox.chaos.uploads import Kind
from sandbox.clip import CLIPS_FOLDER, Clip, make_clip

_TEXT = b"This is no video, whatever its name says.\n" * 20


def bodies() -> Mapping[Kind, bytes]:
    """Return what is uploaded, by kind; clips are made where they aren't there yet."""
    size, rate = 96, Fraction(10)
    return {
        kind: make_clip(
            CLIPS_FOLDER, Clip(width=size, height=size, frame_rate=rate, seconds=1, has_sound=has_sound)
        ).read_bytes()
        for kind, has_sound in ((Kind.SILENT, False), (Kind.SOUND, True))
    } | {Kind.TEXT: _TEXT}
