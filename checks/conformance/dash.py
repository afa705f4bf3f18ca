"""Check a whole DASH presentation in a local folder: its MPD, and all segments, texts and pictures it names.

Source: ISO/IEC 23009-1; DASH-IF Interoperability Points, section 6.2.6, for tiled pictures.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from checks.conformance import UnreadableError
from checks.conformance.dash_sets import set_errors, text_choice_errors
from checks.conformance.images import Tile, tile_errors
from checks.conformance.media import Rendition, measure_mp4
from checks.conformance.mpd import (
    PREFIX,
    AdaptationSet,
    Representation,
    adaptation_sets,
    seconds_of,
)
from checks.conformance.mpd_schema import schema_errors
from checks.conformance.webvtt import webvtt_errors

TILE_SCHEMES = ("http://dashif.org/guidelines/thumbnail_tile", "http://dashif.org/thumbnail_tile")
TEXT_MIME_TYPE = "text/vtt"
LEAST_TOLERANCE_SECONDS = 0.002
# Sound is made of frames, of which the last is filled up.
DURATION_TOLERANCE_SECONDS = 0.05
Measured = list[tuple[AdaptationSet, list[tuple[Representation, Rendition]]]]


def dash_errors(manifest: Path) -> list[str]:
    """Return what is wrong with a presentation, a sentence each; nothing where it is valid."""
    if not manifest.is_file():
        return [f"{manifest.name} does not exist"]
    try:
        root = ElementTree.parse(manifest).getroot()
    except ElementTree.ParseError as error:
        return [f"{manifest.name}: it isn't XML ({error})"]
    errors = schema_errors(root)
    if errors:
        return [f"{manifest.name}: {error}" for error in errors]
    sets = list(adaptation_sets(root, manifest.parent))
    seconds = seconds_of(root.get("mediaPresentationDuration", ""))
    errors += _period_errors(root, seconds)
    errors += _identity_errors(sets)
    measured: Measured = []
    for one in sets:
        if one.kind in ("video", "audio"):
            pairs = []
            for representation in one.representations:
                found, rendition = _segments_checked(representation)
                errors += [f"representation {representation.id}: {error}" for error in found]
                if rendition is not None:
                    pairs.append((representation, rendition))
            measured.append((one, pairs))
        elif one.kind == "text":
            errors += [f"{one.name}: {error}" for error in _text_errors(one)]
        elif one.kind == "image":
            errors += [f"{one.name}: {error}" for error in _image_errors(one, seconds)]
        else:
            errors.append(f"{one.name}: its content type is unknown")
    errors += text_choice_errors([one for one in sets if one.kind == "text"])
    errors += set_errors(measured)
    lengths = [rendition.segments[-1] for _, pairs in measured for _, rendition in pairs]
    longest = max((float(last.start_seconds + last.seconds) for last in lengths), default=seconds)
    if abs(longest - seconds) > DURATION_TOLERANCE_SECONDS:
        errors.append(f"mediaPresentationDuration is {seconds} s, the longest lasts {longest:.3f} s")
    return [f"{manifest.name}: {error}" for error in errors]


def _period_errors(root: ElementTree.Element, seconds: float) -> Iterator[str]:
    periods = root.findall(PREFIX + "Period")
    if len(periods) != 1:
        yield f"it has {len(periods)} periods"
    if seconds_of(periods[0].get("start", "PT0S")) != 0:
        yield f"its period begins at {periods[0].get('start')}"
    duration = periods[0].get("duration")
    if duration is not None and abs(seconds_of(duration) - seconds) > LEAST_TOLERANCE_SECONDS:
        yield f"its period lasts {duration}, mediaPresentationDuration is {seconds} s"
    if periods[0].find(PREFIX + "AdaptationSet") is None:
        yield "its period has no AdaptationSet"
    if seconds_of(root.get("minBufferTime", "")) <= 0:
        yield "minBufferTime is nothing"


def _identity_errors(sets: Sequence[AdaptationSet]) -> Iterator[str]:
    ids = [one.element.get("id") for one in sets]
    for name in dict.fromkeys(name for name in ids if name is not None and ids.count(name) > 1):
        yield f"two sets have the id {name}"
    representation_ids = [representation.id for one in sets for representation in one.representations]
    for name in dict.fromkeys(name for name in representation_ids if representation_ids.count(name) > 1):
        yield f"two representations have the id {name}"


def _segments_checked(one: Representation) -> tuple[list[str], Rendition | None]:
    """Compare a representation's timeline with its segments, and measure these."""
    if not one.timeline or "media" not in one.template or "initialization" not in one.template:
        return ["it has no SegmentTemplate with media, initialization and SegmentTimeline"], None
    errors = [
        f"its timeline has {after - start - length} of {one.timescale} between {start} and {after}"
        for (start, length), (after, _) in itertools.pairwise(one.timeline)
        if after != start + length
    ]
    paths = [one.segment_path(number, start) for number, (start, _) in enumerate(one.timeline)]
    missing = [path.name for path in (one.init_path(), *paths) if not path.is_file()]
    if missing:
        return [*errors, *(f"{name} does not exist" for name in missing)], None
    if "$Number" in one.template["media"] and one.segment_path(len(paths)).exists():
        errors.append(f"its timeline leaves out {one.segment_path(len(paths)).name}")
    try:
        rendition = measure_mp4(one.init_path(), paths)
    except UnreadableError as error:
        return [*errors, str(error)], None
    return [*errors, *_timeline_errors(one, one.timeline, rendition)], rendition


def _timeline_errors(
    one: Representation, timeline: Sequence[tuple[int, int]], rendition: Rendition
) -> Iterator[str]:
    offset = int(one.template.get("presentationTimeOffset", "0"))
    assert rendition.track is not None
    for (start, length), segment in zip(timeline, rendition.segments, strict=True):
        fragment, name = segment.fragment, segment.path.name
        assert fragment is not None
        scale = rendition.track.timescale
        listed, found = start / one.timescale, fragment.start / scale
        if start * scale != fragment.start * one.timescale:
            yield f"{name} begins at {found:.3f} s, in the timeline at {listed:.3f} s"
        if length * scale != fragment.duration * one.timescale:
            yield f"{name} lasts {fragment.duration / scale:.3f} s, by the timeline {length / one.timescale}"
        if fragment.index is not None:
            units, index_start, index_length = fragment.index
            if start * units != index_start * one.timescale or length * units != index_length * one.timescale:
                yield f"{name} has an index that isn't the timeline's"
        if one.attributes.get("startWithSAP") == "1" and segment.begins_anew is False:
            yield f"{name} does not begin with a keyframe"
    begins = (timeline[0][0] - offset) / one.timescale
    if rendition.size is not None and abs(begins) > rendition.frame_seconds:
        yield f"its picture begins at {begins:.3f} s of the period"


def _text_errors(one: AdaptationSet) -> Iterator[str]:
    if one.element.get("lang") is None:
        yield "it has no lang"
    for representation in one.representations:
        if representation.attributes.get("mimeType") != TEXT_MIME_TYPE:
            yield f"its MIME type is {representation.attributes.get('mimeType')}"
        if not representation.folder.is_file():
            yield f"{representation.folder.name} does not exist"
        else:
            yield from webvtt_errors(representation.folder)


def _image_errors(one: AdaptationSet, seconds: float) -> Iterator[str]:
    for representation in one.representations:
        if representation.attributes.get("mimeType") != "image/jpeg":
            yield f"its MIME type is {representation.attributes.get('mimeType')}"
        layout = _layout(one, representation)
        size = [int(representation.attributes.get(name, "0")) for name in ("width", "height")]
        if layout is None:
            yield "it does not tell its tiles"
            continue
        if size[0] % layout[0] or size[1] % layout[1] or 0 in size:
            yield f"{size[0]}x{size[1]} can't be cut into {layout[0]}x{layout[1]} tiles"
            continue
        timeline = representation.timeline or list(_regular(representation, seconds))
        covered = sum(length for _, length in timeline) / representation.timescale
        if covered < seconds - DURATION_TOLERANCE_SECONDS:
            yield f"its tiles cover {covered:.3f} of {seconds:.3f} s"
        for number, (start, length) in enumerate(timeline):
            path = representation.segment_path(number, start)
            each = size[0] // layout[0], size[1] // layout[1]
            yield from tile_errors(Tile(path, each, layout, length / representation.timescale))


def _regular(one: Representation, seconds: float) -> Iterator[tuple[int, int]]:
    """Return the times of segments that all last as long as SegmentTemplate@duration says."""
    length = int(one.template.get("duration", "0"))
    for number in range(math.ceil(seconds * one.timescale / length - 1e-6) if length else 0):
        yield number * length, length


def _layout(one: AdaptationSet, representation: Representation) -> tuple[int, int] | None:
    for element in (representation.element, one.element):
        for kind in ("EssentialProperty", "SupplementalProperty"):
            for found in element.iterfind(PREFIX + kind):
                columns, _, rows = found.get("value", "").partition("x")
                if found.get("schemeIdUri") in TILE_SCHEMES and columns.isdigit() and rows.isdigit():
                    return int(columns), int(rows)
    return None
