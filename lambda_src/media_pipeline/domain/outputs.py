"""What a job is expected to make, and what the asset's record says of it once it is there."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from media_pipeline.domain.events import ProducedGroup
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAudio:
    """Describe a rendition of sound; `language` is empty where the source doesn't say."""

    language: str
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOutput:
    """Name one thing that a viewer opens: a manifest or a file.

    `key` is what is opened, `files` what it can't do without; `group` counts the job's output groups from 0.
    Width and height are those of the largest rendition, 0 where the source's size is unknown or there is no
    picture; `sizes` are those of all renditions that a manifest names, none where they are unknown. `audio`
    is the sound that plays beside each picture; it is None where what the source has is unknown.
    """

    format: str
    key: str
    group: int
    width: int
    height: int
    files: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    has_video: bool = True
    audio: tuple[PlannedAudio, ...] | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps, some of it under names of earlier releases."""
        return {
            "format": self.format,
            "key": self.key,
            "group": self.group,
            "width": self.width,
            "height": self.height,
            "files": list(self.files),
            "sizes": [list(size) for size in self.sizes],
            "has_picture": self.has_video,
            "sounds": None if self.audio is None else [asdict(rendition) for rendition in self.audio],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "PlannedOutput":
        """Read what `as_record` wrote, now or in an earlier version of it."""
        audio = record.get("sounds")
        return cls(
            format=record["format"],
            key=record["key"],
            group=record["group"],
            width=record["width"],
            height=record["height"],
            files=tuple(record["files"]),
            sizes=tuple((width, height) for width, height in record.get("sizes", ())),
            has_video=record.get("has_picture", True),
            audio=None if audio is None else tuple(PlannedAudio(**rendition) for rendition in audio),
        )


def finished_output(
    planned: PlannedOutput, groups: Sequence[ProducedGroup], *, source_duration_ms: int, found_ms: int = 0
) -> dict[str, Any]:
    """Return the record's entry for an output that exists, sizes and durations as the job reports them.

    What the job leaves out (MediaConvert's accelerated jobs do) comes from the plan and the source. Where its
    sound goes on after its picture, an output is as long as it was found to be, `found_ms`. Sound alone has
    its language, if the source tells it: each track is an entry of its own.
    """
    reported = groups[planned.group].outputs if planned.group < len(groups) else ()
    pictures = [output for output in reported if output.width and output.height]
    largest = max(pictures, key=lambda output: output.width * output.height, default=None)
    reported_ms = max((output.duration_ms for output in reported), default=0)
    duration_ms = max(found_ms, reported_ms or source_duration_ms)
    languages = {rendition.language for rendition in planned.audio or ()} - {""}
    language = {} if planned.has_video or len(languages) != 1 else {"language": min(languages)}
    return {
        "format": planned.format,
        "key": planned.key,
        **language,
        "width": planned.width or (largest.width if largest else 0),
        "height": planned.height or (largest.height if largest else 0),
        "duration_ms": duration_ms,
    }


def output_minutes(groups: Sequence[ProducedGroup]) -> float:
    """Return how many minutes of output a job reports, over all its outputs."""
    return sum(output.duration_ms for group in groups for output in group.outputs) / 60_000


def poster_key(outputs: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the key of the picture that stands for a video in listings, None where there is none."""
    return next((str(entry["key"]) for entry in outputs if entry["format"] == "POSTER"), None)
