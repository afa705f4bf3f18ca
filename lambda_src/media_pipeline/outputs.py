"""What a job is expected to make, and what the asset's record says of it once it is there.

MediaConvert's file names follow from the job's settings, so the plan is written down before the job is
submitted and needs nothing of the events that may be lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from media_pipeline.events import ProducedGroup
from media_pipeline.job_settings import DESTINATIONS, renditions, thumbnail_modifier, thumbnail_size
from media_pipeline.ladder import Rendition
from media_pipeline.presets import PresetName, Presets
from media_pipeline.sources import Source

_FORMATS = {
    PresetName.HLS: "HLS",
    PresetName.DASH: "DASH",
    PresetName.MP4: "MP4",
    PresetName.THUMBNAILS: "THUMBNAIL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOutput:
    """Name one thing that a viewer opens: a manifest or a file.

    `key` is what is opened, `files` what it can't do without; `group` counts the job's output groups from 0.
    Width and height are those of the largest rendition, 0 where the source's size is unknown; `sizes` are
    those of all renditions that a manifest names, none where they are unknown.
    """

    format: str
    key: str
    group: int
    width: int
    height: int
    files: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps."""
        return {
            "format": self.format,
            "key": self.key,
            "group": self.group,
            "width": self.width,
            "height": self.height,
            "files": list(self.files),
            "sizes": [list(size) for size in self.sizes],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "PlannedOutput":
        """Read what `as_record` wrote, now or in an earlier version of it."""
        return cls(
            format=record["format"],
            key=record["key"],
            group=record["group"],
            width=record["width"],
            height=record["height"],
            files=tuple(record["files"]),
            sizes=tuple((width, height) for width, height in record.get("sizes", ())),
        )


def planned_outputs(
    *, folder: str, source: Source, profile: Sequence[PresetName], presets: Presets
) -> tuple[PlannedOutput, ...]:
    """Return what the job of this source and profile makes below `folder` (a key without a last slash)."""
    planned: list[PlannedOutput] = []
    for group, name in enumerate(profile):
        base = f"{folder}/{DESTINATIONS[name]}"
        if name is PresetName.THUMBNAILS:
            width, height = thumbnail_size(source, presets.thumbnails) or (0, 0)
            key = f"{base}{thumbnail_modifier(source, presets.thumbnails)}.0000000.jpg"
            planned.append(_planned(name, group, key, (width, height)))
        elif name is PresetName.MP4:
            planned += [
                _planned(name, group, f"{base}_{rung.name}.mp4", _size(rung))
                for rung in renditions(source, presets.mp4)
            ]
        elif name is PresetName.HLS:
            rungs = renditions(source, presets.hls)
            playlists = tuple(f"{base}_{rung.name}.m3u8" for rung in rungs)
            planned.append(_planned(name, group, f"{base}.m3u8", *map(_size, rungs), files=playlists))
        else:
            rungs = renditions(source, presets.dash)
            planned.append(_planned(name, group, f"{base}.mpd", *map(_size, rungs)))
    return tuple(planned)


def finished_output(
    planned: PlannedOutput, groups: Sequence[ProducedGroup], *, source_duration_ms: int
) -> dict[str, Any]:
    """Return the record's entry for an output that exists, sizes and durations as the job reports them.

    What the job leaves out (MediaConvert's accelerated jobs do) comes from the plan and the source.
    """
    reported = groups[planned.group].outputs if planned.group < len(groups) else ()
    pictures = [output for output in reported if output.width and output.height]
    largest = max(pictures, key=lambda output: output.width * output.height, default=None)
    duration_ms = max((output.duration_ms for output in reported), default=0)
    return {
        "format": planned.format,
        "key": planned.key,
        "width": planned.width or (largest.width if largest else 0),
        "height": planned.height or (largest.height if largest else 0),
        "duration_ms": duration_ms or source_duration_ms,
    }


def _planned(
    name: PresetName, group: int, key: str, *sizes: tuple[int, int], files: tuple[str, ...] = ()
) -> PlannedOutput:
    width, height = sizes[0]
    is_manifest = name in (PresetName.HLS, PresetName.DASH)
    return PlannedOutput(
        format=_FORMATS[name],
        key=key,
        group=group,
        width=width,
        height=height,
        files=files,
        sizes=sizes if is_manifest and (0, 0) not in sizes else (),
    )


def _size(rung: Rendition) -> tuple[int, int]:
    return rung.width or 0, rung.height or 0


def output_minutes(groups: Sequence[ProducedGroup]) -> float:
    """Return how many minutes of output a job reports, over all its outputs."""
    return sum(output.duration_ms for group in groups for output in group.outputs) / 60_000
