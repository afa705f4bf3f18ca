"""Read an MPD into its sets and representations, with all that they inherit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from checks.conformance.mpd_schema import NAMESPACE

PREFIX = f"{{{NAMESPACE}}}"
ISO_DURATION = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")
IDENTIFIER = re.compile(r"\$(?:(RepresentationID|Number|Bandwidth|Time)(?:%0(\d+)d)?)?\$")
INHERITED = [
    "mimeType",
    "codecs",
    "width",
    "height",
    "sar",
    "frameRate",
    "audioSamplingRate",
    "startWithSAP",
    "profiles",
    "scanType",
]


@dataclass(frozen=True, slots=True)
class Representation:
    """Hold a representation; ``attributes`` are its own and those of its set that it inherits.

    Attributes:
        folder: That its URLs are relative to.
        template: Attributes of its SegmentTemplate; empty where it has none.
        timeline: Start and duration of each segment by SegmentTimeline; None where it has none.
    """

    element: Element
    attributes: dict[str, str]
    folder: Path
    template: dict[str, str]
    timeline: list[tuple[int, int]] | None

    @property
    def id(self) -> str:
        """Its id."""
        return self.attributes.get("id", "")

    @property
    def timescale(self) -> int:
        """Units a second of its segments' times."""
        return int(self.template.get("timescale", "1"))

    def init_path(self) -> Path:
        """Return the path of its initialization segment."""
        return self.folder / self._filled(self.template.get("initialization", ""), 0, 0)

    def segment_path(self, position: int, time: int = 0) -> Path:
        """Return the path of a segment, counted from 0, that begins at a time."""
        number = int(self.template.get("startNumber", "1")) + position
        return self.folder / self._filled(self.template.get("media", ""), number, time)

    def _filled(self, pattern: str, number: int, time: int) -> str:
        values = {
            "RepresentationID": self.id,
            "Number": number,
            "Bandwidth": int(self.attributes.get("bandwidth", "0")),
            "Time": time,
        }

        def value(match: re.Match[str]) -> str:
            if match[1] is None:
                return "$"
            return f"{values[match[1]]:0{match[2]}d}" if match[2] else str(values[match[1]])

        return unquote(IDENTIFIER.sub(value, pattern))


@dataclass(frozen=True, slots=True)
class AdaptationSet:
    """Hold a set of representations between which a player may switch."""

    element: Element
    representations: list[Representation]

    @property
    def kind(self) -> str:
        """Content type: video, audio, text or image; as declared, or by its MIME type."""
        declared = self.element.get("contentType")
        mime = next((one.attributes.get("mimeType", "") for one in self.representations), "")
        return declared or mime.split("/")[0]

    @property
    def name(self) -> str:
        """What errors call it."""
        return f"AdaptationSet {self.element.get('id', '?')} ({self.kind})"

    def values(self, kind: str, scheme: str) -> list[str]:
        """Return the values of its descriptors of a kind and scheme."""
        found = self.element.iterfind(PREFIX + kind)
        return [one.get("value", "") for one in found if one.get("schemeIdUri") == scheme]

    @property
    def labels(self) -> list[str]:
        """Its labels."""
        return [label.text or "" for label in self.element.iterfind(PREFIX + "Label")]


def adaptation_sets(root: Element, folder: Path) -> Iterator[AdaptationSet]:
    """Return the sets of all periods."""
    base = _based(folder, root)
    for period in root.iterfind(PREFIX + "Period"):
        for element in period.iterfind(PREFIX + "AdaptationSet"):
            of_set = _based(_based(base, period), element)
            members = element.iterfind(PREFIX + "Representation")
            yield AdaptationSet(element, [_representation(period, element, one, of_set) for one in members])


def seconds_of(text: str) -> float:
    """Return the seconds of an xs:duration without years and months."""
    match = ISO_DURATION.fullmatch(text)
    if match is None:
        return 0.0
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def rate_of(text: str) -> Fraction:
    """Return a frame rate."""
    return Fraction(text)


def _based(folder: Path, element: Element) -> Path:
    base = element.find(PREFIX + "BaseURL")
    return folder if base is None else folder / unquote(base.text or "")


def _representation(period: Element, of_set: Element, element: Element, folder: Path) -> Representation:
    inherited = {name: value for name, value in of_set.attrib.items() if name in INHERITED}
    template: dict[str, str] = {}
    timeline = None
    for level in (period, of_set, element):
        for found in level.iterfind(PREFIX + "SegmentTemplate"):
            template |= found.attrib
            for listed in found.iterfind(PREFIX + "SegmentTimeline"):
                timeline = list(_times(listed))
    return Representation(element, inherited | element.attrib, _based(folder, element), template, timeline)


def _times(timeline: Element) -> Iterator[tuple[int, int]]:
    at = 0
    for entry in timeline:
        at = int(entry.get("t", at))
        for _ in range(int(entry.get("r", "0")) + 1):
            yield at, int(entry.get("d", "0"))
            at += int(entry.get("d", "0"))
