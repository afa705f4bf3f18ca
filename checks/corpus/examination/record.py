"""Read an asset's record as an operator would: what it says of the source, in the corpus's own terms."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from checks.corpus.cases.outcomes import Facts


def facts_of(record: Mapping[str, Any]) -> Facts:
    """Return what a record's ``source_info`` tells."""
    recorded: Mapping[str, Any] = record.get("source_info") or {}
    video: Mapping[str, Any] = recorded.get("video") or {}
    audio, subtitles = recorded.get("audio"), recorded.get("subtitles")
    rate = video.get("frame_rate_numerator")
    return Facts(
        container=recorded.get("container"),
        has_video=bool(video) if "video" in recorded else None,
        size=(int(video["display_width"]), int(video["display_height"])) if video else None,
        rotation=_whole(video.get("rotation_degrees")),
        frame_rate=Fraction(int(rate), int(video["frame_rate_denominator"])) if rate else None,
        varies=video.get("has_variable_frame_rate"),
        is_interlaced=video.get("is_interlaced"),
        bit_depth=_whole(video.get("bit_depth")),
        dynamics=video.get("dynamic_range"),
        channels=None if audio is None else tuple(int(track["channels"]) for track in audio),
        languages=None if audio is None else tuple(str(track["language"] or "") for track in audio),
        subtitles=None if subtitles is None else len(subtitles),
    )


def differing_facts(expected: Facts, recorded: Facts) -> Iterator[str]:
    """Yield a sentence for each expected fact that a record tells otherwise."""
    for field in fields(Facts):
        wanted, got = getattr(expected, field.name), getattr(recorded, field.name)
        if wanted is not None and wanted != got:
            yield f"the record says {field.name} {got}, not {wanted}"


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
