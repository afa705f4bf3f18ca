"""Write a DASH manifest from measured representations. Pure: text out.

Source: ISO/IEC 23009-1; as MediaConvert does, main profile and a SegmentTimeline in each Representation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import ceil
from urllib.parse import quote
from xml.etree import ElementTree

from sandbox.mediaconvert.packaging.segments import Segments

CHANNEL_SCHEME = "urn:mpeg:mpegB:cicp:ChannelConfiguration"
ROLE_SCHEME = "urn:mpeg:dash:role:2011"
NUMBER = "$Number%09d$"
THUMBNAIL_TILE = "http://dashif.org/guidelines/thumbnail_tile"
# The standard's own spelling. Source: ISO/IEC 23091-2.
COLOR_SCHEMES = tuple(
    f"urn:mpeg:mpegB:cicp:{name}"
    for name in ("ColourPrimaries", "TransferCharacteristics", "MatrixCoefficients")
)
UNSPECIFIED, STANDARD = 2, "SDR"
# Coding-independent code points of channel layouts. Source: ISO/IEC 23091-3.
CHANNEL_CONFIGURATIONS = {1: "1", 2: "2", 6: "6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """Describe one rendition of picture or sound.

    Attributes:
        name: File name that all its segments begin with.
        extension: Of its segments, without the dot.
        video_range: SDR, PQ or HLG; a player doesn't switch between them.
        color: Code points of primaries, transfer and matrix; 2 for what isn't declared.
        bandwidth_bps: What it declares; None for what its densest segment needs.
        label: Of sound, for people; may be empty.
        role: Of sound among the rest, ``main`` or ``alternate``.
    """

    name: str
    extension: str
    codec: str
    segments: Segments
    size: tuple[int, int] | None = None
    frame_rate: Fraction | None = None
    video_range: str = ""
    color: tuple[int, int, int] | None = None
    channels: int | None = None
    sample_rate: int | None = None
    language: str | None = None
    bandwidth_bps: int | None = None
    label: str = ""
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Describe thumbnails tiled into JPEG pictures.

    Attributes:
        name: File name that all pictures begin with.
        size: Of a whole picture.
        layout: Number of columns and rows in it.
        picture_seconds: Time that a whole picture covers.
    """

    name: str
    bandwidth_bps: int
    size: tuple[int, int]
    layout: tuple[int, int]
    picture_seconds: Fraction


def manifest(
    representations: Sequence[Representation],
    seconds: Fraction,
    images: Sequence[Images] = (),
    *,
    has_timeline: bool = True,
) -> str:
    """Write the manifest of one period in which every representation plays."""
    root = ElementTree.Element(
        "MPD",
        {
            "xmlns": "urn:mpeg:dash:schema:mpd:2011",
            "type": "static",
            "profiles": "urn:mpeg:dash:profile:isoff-main:2011",
            "minBufferTime": f"PT{_longest_seconds(representations)}S",
            "mediaPresentationDuration": f"PT{float(seconds):.3f}S",
        },
    )
    # The manifest's own folder, as without it; but ffmpeg opens a relative path to the manifest only with it.
    ElementTree.SubElement(root, "BaseURL").text = "./"
    period = ElementTree.SubElement(root, "Period", {"id": "1", "start": "PT0S"})
    sets: dict[tuple[object, ...], list[Representation]] = {}
    for member in sorted(representations, key=lambda member: member.size is None):
        sets.setdefault(_set_key(member), []).append(member)
    for number, members in enumerate(sets.values(), 1):
        _adaptation_set(period, number, members, has_timeline)
    for number, pictures in enumerate(images, len(period) + 1):
        _image_set(period, number, pictures)
    for number, representation in enumerate(period.iter("Representation"), 1):
        representation.set("id", str(number))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _set_key(member: Representation) -> tuple[object, ...]:
    """Separate what a player may not switch between by itself: codecs, ranges, and different sound."""
    picture = (member.codec.split(".")[0], member.video_range)
    return member.size is None, *picture, member.language, member.label, member.channels


def _adaptation_set(
    period: ElementTree.Element, number: int, members: Sequence[Representation], has_timeline: bool
) -> None:
    kind = "audio" if members[0].size is None else "video"
    attributes = {
        "id": str(number),
        "contentType": kind,
        "mimeType": f"{kind}/mp4",
        "segmentAlignment": "true",
        "startWithSAP": "1",
    }
    if members[0].language is not None:
        attributes["lang"] = members[0].language
    sizes = [member.size for member in members if member.size is not None]
    rates = [member.frame_rate for member in members if member.frame_rate is not None]
    if sizes and rates:
        attributes["maxWidth"] = str(max(width for width, _ in sizes))
        attributes["maxHeight"] = str(max(height for _, height in sizes))
        attributes["maxFrameRate"] = _rate(max(rates))
    adaptation_set = ElementTree.SubElement(period, "AdaptationSet", attributes)
    if members[0].video_range not in ("", STANDARD) and members[0].color:
        for scheme, code in zip(COLOR_SCHEMES, members[0].color, strict=True):
            if code != UNSPECIFIED:
                value = {"schemeIdUri": scheme, "value": str(code)}
                ElementTree.SubElement(adaptation_set, "SupplementalProperty", value)
    if members[0].label:
        ElementTree.SubElement(adaptation_set, "Label").text = members[0].label
    if members[0].role is not None:
        ElementTree.SubElement(adaptation_set, "Role", {"schemeIdUri": ROLE_SCHEME, "value": members[0].role})
    for member in members:
        _representation(adaptation_set, member, has_timeline)


def _image_set(period: ElementTree.Element, number: int, images: Images) -> None:
    """Write pictures of thumbnails. Source: DASH-IF Interoperability Points 4.3, 6.2.6."""
    adaptation_set = ElementTree.SubElement(
        period, "AdaptationSet", {"id": str(number), "contentType": "image", "mimeType": "image/jpeg"}
    )
    seconds = images.picture_seconds
    template = {"media": f"{quote(images.name)}_{NUMBER}.jpg", "startNumber": "1"}
    template |= {"timescale": str(seconds.denominator), "duration": str(seconds.numerator)}
    ElementTree.SubElement(adaptation_set, "SegmentTemplate", template)
    width, height = images.size
    representation = ElementTree.SubElement(
        adaptation_set,
        "Representation",
        {"bandwidth": str(images.bandwidth_bps), "width": str(width), "height": str(height)},
    )
    layout = f"{images.layout[0]}x{images.layout[1]}"
    ElementTree.SubElement(
        representation, "EssentialProperty", {"schemeIdUri": THUMBNAIL_TILE, "value": layout}
    )


def _representation(adaptation_set: ElementTree.Element, member: Representation, has_timeline: bool) -> None:
    bandwidth_bps = member.bandwidth_bps or member.segments.peak_bps
    attributes = {"codecs": member.codec, "bandwidth": str(bandwidth_bps)}
    if member.size is not None:
        attributes |= {"width": str(member.size[0]), "height": str(member.size[1]), "sar": "1:1"}
    if member.frame_rate is not None:
        attributes["frameRate"] = _rate(member.frame_rate)
    if member.sample_rate is not None:
        attributes["audioSamplingRate"] = str(member.sample_rate)
    representation = ElementTree.SubElement(adaptation_set, "Representation", attributes)
    if member.channels is not None:
        ElementTree.SubElement(
            representation,
            "AudioChannelConfiguration",
            {"schemeIdUri": CHANNEL_SCHEME, "value": CHANNEL_CONFIGURATIONS[member.channels]},
        )
    # quote() also escapes the $ that a template would take for an identifier.
    name = quote(member.name)
    template = ElementTree.SubElement(
        representation,
        "SegmentTemplate",
        {
            "timescale": str(member.segments.timescale),
            "media": f"{name}_{NUMBER}.{member.extension}",
            "initialization": f"{name}init.{member.extension}",
            "startNumber": "1",
        },
    )
    items = member.segments.items
    if not has_timeline:
        template.set("duration", str(max(item.duration for item in items)))
        return
    timeline = ElementTree.SubElement(template, "SegmentTimeline")
    for position, (duration, run) in enumerate(groupby(item.duration for item in items)):
        repeats = len(list(run)) - 1
        entry = {"t": str(items[0].start)} if position == 0 else {}
        entry |= {"d": str(duration)} | ({"r": str(repeats)} if repeats else {})
        ElementTree.SubElement(timeline, "S", entry)


def _longest_seconds(representations: Sequence[Representation]) -> int:
    """Return the length of the longest segment: buffered, it lets playback hold at the declared bandwidth."""
    return max(
        ceil(item.duration / member.segments.timescale)
        for member in representations
        for item in member.segments.items
    )


def _rate(rate: Fraction) -> str:
    return str(rate.numerator) if rate.denominator == 1 else f"{rate.numerator}/{rate.denominator}"
