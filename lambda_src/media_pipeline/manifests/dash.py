"""Read DASH manifests: each representation, and the files that it is played from.

Source: ISO/IEC 23009-1, of which this reads what describes a finished film: one static period, with segments
by template, timeline or list, or one file a representation. Attributes of templates are inherited one by one.

The standard library's XML reader is enough: expat limits how far entities grow, ElementTree loads none from
elsewhere, and the caller limits the text's size.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple
from xml.etree import ElementTree

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.rendition import FoundRendition, has_audio, has_video
from media_pipeline.manifests.uris import location, object_key, resolved

# More than a day of one-second segments in each of ten representations.
MAX_SEGMENTS = 1_000_000
# A period's length is rounded to milliseconds: a segment that would begin this near to its end is none.
_ROUNDING_SECONDS = 0.01
_DURATION = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d*)?)S)?)?")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_IDENTIFIER = re.compile(r"\$(RepresentationID|Number|Time|Bandwidth|)(?:%0(\d{1,2})d)?\$")

Element = ElementTree.Element


@dataclass(frozen=True, slots=True, kw_only=True)
class DashManifest:
    """Hold a manifest's duration and its representations."""

    duration_seconds: float
    representations: tuple[FoundRendition, ...]


class _Segment(NamedTuple):
    number: int
    time: int


def read_dash_manifest(key: str, text: bytes) -> DashManifest:
    """Read the manifest that lies at `key`, but for pictures for seeking, without which the film plays.

    Raises UnreadableOutputError where it is none, or one of another kind.
    """
    root, period, seconds = presentation(text)
    reader = _Reader(location(key), key, seconds)
    representations = tuple(
        reader.representation([root, period, adaptation_set, representation])
        for adaptation_set in period.iterfind("{*}AdaptationSet")
        for representation in adaptation_set.iterfind("{*}Representation")
        if not is_of_images(adaptation_set, representation)
    )
    if not representations:
        raise UnreadableOutputError("has no representation")
    return DashManifest(duration_seconds=seconds, representations=representations)


def presentation(text: bytes) -> tuple[Element, Element, float]:
    """Return a manifest's root, its one period, and the seconds that it lasts.

    Raises UnreadableOutputError where it is none, or one of another kind.
    """
    try:
        root = ElementTree.fromstring(text)
    # ValueError, LookupError: an encoding that is none.
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UnreadableOutputError(f"is not XML that can be read ({error})") from error
    if _name(root) != "MPD":
        raise UnreadableOutputError(f"is no DASH manifest: its root is {_name(root)}")
    periods = root.findall("{*}Period")
    if len(periods) != 1:
        raise UnreadableOutputError(f"has {len(periods)} periods instead of one")
    told = root.get("mediaPresentationDuration") or periods[0].get("duration")
    if told is None:
        raise UnreadableOutputError("does not tell its duration")
    return root, periods[0], _seconds(told)


def is_of_images(adaptation_set: Element, representation: Element) -> bool:
    """Tell whether a representation is pictures for seeking, which nothing but seeking needs."""
    declared = {**adaptation_set.attrib, **representation.attrib}
    return declared.get("contentType") == "image" or declared.get("mimeType", "").startswith("image/")


class _Reader:
    """Read representations, each with the elements around it, the outermost first."""

    def __init__(self, base: str, key: str, period_seconds: float) -> None:
        self._base = base
        self._key = key
        self._period_seconds = period_seconds
        self._segments_left = MAX_SEGMENTS

    def representation(self, path: Sequence[Element]) -> FoundRendition:
        """Return what one says of itself."""
        declared = {name: value for element in path[2:] for name, value in element.attrib.items()}
        id_ = declared.get("id", "?")
        codecs = declared.get("codecs", "").split(",")
        kind = declared.get("contentType") or declared.get("mimeType", "").partition("/")[0]
        base = self._base
        for element in path:
            base = resolved(base, element.findtext("{*}BaseURL") or "")
        template, segment_list = inherited(path, "SegmentTemplate"), inherited(path, "SegmentList")
        media = template.get("media") if template is not None else None
        if template is not None and media is not None:
            numbers = {"RepresentationID": id_, "Bandwidth": declared.get("bandwidth", "0")}
            files, seconds = self._by_template(template, media, numbers)
        elif segment_list is not None:
            files, seconds = self._by_list(segment_list)
        elif base not in (self._base, self._base.rpartition("/")[0] + "/"):
            # The base itself is the file.
            files, seconds = [""], self._period_seconds
        else:
            raise UnreadableOutputError(f"has representation {id_} without segments")
        return FoundRendition(
            name=f"representation {id_} of {self._key}",
            has_video=kind == "video" or has_video(codecs),
            has_audio=kind == "audio" or has_audio(codecs),
            duration_seconds=seconds,
            size=_size(declared),
            files=tuple(object_key(resolved(base, file)) for file in files),
        )

    def _by_template(
        self, template: "_Inherited", media: str, values: Mapping[str, str]
    ) -> tuple[Sequence[str], float]:
        init = template.get("initialization")
        segments, seconds = self._segments(template)
        files = [filled(init, values)] if init is not None else []
        files += [
            filled(media, {**values, "Number": str(segment.number), "Time": str(segment.time)})
            for segment in segments
        ]
        return files, seconds

    def _by_list(self, segment_list: "_Inherited") -> tuple[Sequence[str], float]:
        init = segment_list.child("Initialization")
        files = [init.get("sourceURL", "")] if init is not None else []
        listed = segment_list.children("SegmentURL")
        if not listed:
            raise UnreadableOutputError("has a SegmentList without segments")
        files += [segment.get("media", "") for segment in listed]
        _, seconds = self._segments(segment_list, count=len(listed))
        return files, seconds

    def _segments(self, given: "_Inherited", count: int | None = None) -> tuple[Sequence[_Segment], float]:
        """Return a template's segments, and the seconds that they cover."""
        timescale = max(1, _whole(given.get("timescale"), 1))
        first = _whole(given.get("startNumber"), 1)
        timeline = given.child("SegmentTimeline")
        if timeline is not None:
            times = list(self._times(timeline, timescale, _whole(given.get("presentationTimeOffset"), 0)))
            if not times:
                raise UnreadableOutputError("has an empty SegmentTimeline")
            covered = sum(duration for _, duration in times) / timescale
            return [_Segment(first + index, time) for index, (time, _) in enumerate(times)], covered
        duration = _whole(given.get("duration"), 0)
        if count is None:
            count = 1
            if duration:
                rounded = max(0.0, self._period_seconds - _ROUNDING_SECONDS)
                count = max(1, ceil(rounded * timescale / duration))
            if given.get("endNumber") is not None:
                count = _whole(given.get("endNumber"), first) - first + 1
        self._count(count)
        return [_Segment(first + index, index * duration) for index in range(count)], self._period_seconds

    def _times(self, timeline: Element, timescale: int, offset: int) -> Iterator[tuple[int, int]]:
        """Yield time and duration of each segment."""
        entries = timeline.findall("{*}S")
        end = offset + round(self._period_seconds * timescale)
        time = offset
        for index, entry in enumerate(entries):
            time = _whole(entry.get("t"), time)
            duration, repeats = _whole(entry.get("d"), 0), _whole(entry.get("r"), 0)
            if duration <= 0:
                raise UnreadableOutputError("has a SegmentTimeline with a segment without a duration")
            if repeats < 0:
                # Until the next entry begins, or the period ends.
                until = _whole(entries[index + 1].get("t"), end) if index + 1 < len(entries) else end
                slack = round(_ROUNDING_SECONDS * timescale)
                repeats = max(1, -(-(until - time - slack) // duration)) - 1
            self._count(repeats + 1)
            for _ in range(repeats + 1):
                yield time, duration
                time += duration

    def _count(self, segments: int) -> None:
        if segments < 1:
            raise UnreadableOutputError("has a representation that ends before its first segment")
        self._segments_left -= segments
        if self._segments_left < 0:
            raise UnreadableOutputError(f"names more than {MAX_SEGMENTS:,} segments")


class _Inherited(NamedTuple):
    """Hold the elements of one name around a representation, the innermost first."""

    elements: Sequence[Element]

    def get(self, attribute: str) -> str | None:
        return next((value for one in self.elements if (value := one.get(attribute)) is not None), None)

    def child(self, name: str) -> Element | None:
        return next((found for one in self.elements if (found := one.find(f"{{*}}{name}")) is not None), None)

    def children(self, name: str) -> Sequence[Element]:
        return next((found for one in self.elements if (found := one.findall(f"{{*}}{name}"))), [])


def inherited(path: Sequence[Element], name: str) -> _Inherited | None:
    """Return what the elements of a path, the outermost first, say in elements of a name."""
    elements = [found for element in reversed(path) if (found := element.find(f"{{*}}{name}")) is not None]
    return _Inherited(elements) if elements else None


def filled(template: str, values: Mapping[str, str]) -> str:
    """Put values into a template; `$$` is a dollar sign."""

    def value(match: re.Match[str]) -> str:
        name, width = match.groups()
        if not name:
            return "$"
        if name not in values:
            raise UnreadableOutputError(f"has a SegmentTemplate that can't be filled in: {template!r}")
        return values[name].zfill(int(width)) if width else values[name]

    return _IDENTIFIER.sub(value, template)


def _size(declared: Mapping[str, str]) -> tuple[int, int] | None:
    width, height = _whole(declared.get("width"), 0), _whole(declared.get("height"), 0)
    return (width, height) if width and height else None


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not _WHOLE.fullmatch(text.strip()):
        raise UnreadableOutputError(f"has {text[:40]!r} where a whole number belongs")
    return int(text)


def _seconds(text: str) -> float:
    """Read an ISO 8601 duration, without years and months, whose length differs."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise UnreadableOutputError(f"has {text[:40]!r} where a duration belongs")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
