"""Hold an MPD to its schema: which elements and attributes there are, in which order, and of which type.

A table of our own, of what an on-demand presentation needs; an element that it doesn't list is an error.

Source: ISO/IEC 23009-1, the MPD's XML schema and sections 5.3 to 5.8.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

NAMESPACE = "urn:mpeg:dash:schema:mpd:2011"
UNSIGNED, INTEGER, DOUBLE = r"\d+", r"-?\d+", r"-?\d+(\.\d+)?([eE][+-]?\d+)?"
TEXT, WORD, BOOLEAN = r"[\s\S]*", r"\S+", "true|false|0|1"
DURATION = r"P(?=\d|T)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
LANGUAGE, RATIO, RATE, SAP = r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", r"\d+:\d+", r"\d+(/[1-9]\d*)?", "[0-6]"
CODECS = r"[A-Za-z0-9.+-]+( *, *[A-Za-z0-9.+-]+)*"

# Attributes: name, and pattern of the value; a name that ends in "!" is required.
BASE_ATTRIBUTES = {
    "profiles": TEXT,
    "width": UNSIGNED,
    "height": UNSIGNED,
    "sar": RATIO,
    "frameRate": RATE,
    "audioSamplingRate": r"\d+( \d+)?",
    "mimeType": r"[a-z]+/[a-z0-9.+-]+(;.*)?",
    "codecs": CODECS,
    "maximumSAPPeriod": DOUBLE,
    "startWithSAP": SAP,
    "maxPlayoutRate": DOUBLE,
    "codingDependency": BOOLEAN,
    "scanType": "progressive|interlaced|unknown",
    "selectionPriority": UNSIGNED,
}
DESCRIPTOR = {"schemeIdUri!": WORD, "value": TEXT, "id": TEXT}
BASE_CHILDREN = (
    "FramePacking",
    "AudioChannelConfiguration",
    "EssentialProperty",
    "SupplementalProperty",
    "Label",
)
SEGMENT_CHILDREN = ("SegmentTemplate?",)
ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "MPD": {
        "id": TEXT,
        "profiles!": r"urn:\S+( *, *\S+)*",
        "type": "static",
        "availabilityStartTime": TEXT,
        "publishTime": TEXT,
        "mediaPresentationDuration!": DURATION,
        "minBufferTime!": DURATION,
        "maxSegmentDuration": DURATION,
    },
    "BaseURL": {"serviceLocation": TEXT},
    "Period": {"id": TEXT, "start": DURATION, "duration": DURATION, "bitstreamSwitching": BOOLEAN},
    "AdaptationSet": {
        **BASE_ATTRIBUTES,
        "id": UNSIGNED,
        "group": UNSIGNED,
        "lang": LANGUAGE,
        "contentType": "video|audio|text|image|application",
        "par": RATIO,
        **{f"{end}{what}": UNSIGNED for end in ("min", "max") for what in ("Bandwidth", "Width", "Height")},
        "minFrameRate": RATE,
        "maxFrameRate": RATE,
        "segmentAlignment": BOOLEAN,
        "subsegmentAlignment": BOOLEAN,
        "subsegmentStartsWithSAP": SAP,
        "bitstreamSwitching": BOOLEAN,
    },
    "Representation": {**BASE_ATTRIBUTES, "id!": WORD, "bandwidth!": UNSIGNED, "qualityRanking": UNSIGNED},
    **dict.fromkeys(
        (
            "FramePacking",
            "AudioChannelConfiguration",
            "EssentialProperty",
            "SupplementalProperty",
            "Accessibility",
            "Role",
            "Rating",
            "Viewpoint",
        ),
        DESCRIPTOR,
    ),
    "Label": {"id": UNSIGNED, "lang": LANGUAGE},
    "SegmentTemplate": {
        "timescale": UNSIGNED,
        "presentationTimeOffset": UNSIGNED,
        "duration": UNSIGNED,
        "startNumber": UNSIGNED,
        "endNumber": UNSIGNED,
        "media": TEXT,
        "initialization": TEXT,
    },
    "SegmentTimeline": {},
    "S": {"t": UNSIGNED, "n": UNSIGNED, "d!": UNSIGNED, "r": INTEGER},
}
# Children in the order in which they must stand: "?" is at most one, "+" at least one.
CHILDREN: Mapping[str, Sequence[str]] = {
    "MPD": ("BaseURL", "Period+", "EssentialProperty", "SupplementalProperty"),
    "Period": ("BaseURL", *SEGMENT_CHILDREN, "AdaptationSet", "SupplementalProperty"),
    "AdaptationSet": (
        *BASE_CHILDREN,
        *("Accessibility", "Role", "Rating", "Viewpoint", "BaseURL"),
        *SEGMENT_CHILDREN,
        "Representation+",
    ),
    "Representation": (*BASE_CHILDREN, "BaseURL", *SEGMENT_CHILDREN),
    "SegmentTemplate": ("SegmentTimeline?",),
    "SegmentTimeline": ("S+",),
}


def schema_errors(root: Element) -> list[str]:
    """Return what in an MPD the schema does not allow."""
    if root.tag != f"{{{NAMESPACE}}}MPD":
        return [f"its root is {root.tag}, not MPD of {NAMESPACE}"]
    return list(_errors(root, "MPD"))


def local_name(element: Element) -> str:
    """Return an element's name without the MPD's namespace."""
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def _errors(element: Element, place: str) -> Iterator[str]:
    name = local_name(element)
    allowed = {known.rstrip("!"): pattern for known, pattern in ATTRIBUTES[name].items()}
    for required in ATTRIBUTES[name]:
        if required.endswith("!") and required[:-1] not in element.attrib:
            yield f"{place} lacks @{required[:-1]}"
    for attribute, value in element.attrib.items():
        if attribute.startswith("{"):
            continue
        if attribute not in allowed:
            yield f"{place} has the unknown attribute @{attribute}"
        elif not re.fullmatch(allowed[attribute], value):
            yield f"{place}@{attribute} is {value!r}"
    yield from _child_errors(element, name, place)
    seen: dict[str, int] = {}
    for child in element:
        kind = local_name(child)
        seen[kind] = seen.get(kind, 0) + 1
        if kind in ATTRIBUTES:
            yield from _errors(child, f"{place}/{kind}[{seen[kind]}]")


def _child_errors(element: Element, name: str, place: str) -> Iterator[str]:
    order = [kind.rstrip("?+") for kind in CHILDREN.get(name, ())]
    kinds = [local_name(child) for child in element]
    for kind in dict.fromkeys(kinds):
        if kind not in order:
            yield f"{place} may not hold {kind}"
    for form in CHILDREN.get(name, ()):
        kind = form.rstrip("?+")
        if form.endswith("+") and kind not in kinds:
            yield f"{place} holds no {kind}"
        if form.endswith("?") and kinds.count(kind) > 1:
            yield f"{place} holds {kinds.count(kind)} {kind}"
    places = [order.index(kind) for kind in kinds if kind in order]
    if places != sorted(places):
        yield f"{place} holds its elements in the wrong order: {', '.join(kinds)}"
