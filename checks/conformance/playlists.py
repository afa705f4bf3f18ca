"""Read HLS playlists into tags, and hold each to the grammar.

Source: RFC 8216, section 4; its image media playlist extension, version 0.4, for EXT-X-IMAGE-STREAM-INF,
EXT-X-IMAGES-ONLY and EXT-X-TILES.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

INTEGER, FLOAT, SIZE = r"\d{1,20}", r"\d+(\.\d+)?", r"\d+x\d+"
STRING, TEXT, YES_NO = r'"[^"\r\n]*"', r'"[^"\r\n]+"', "YES|NO"
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')

BASIC, BOTH, MASTER, MEDIA = "basic", "both", "master", "media"
# Each tag: the kind of playlist it belongs to, and the form of its value or of its attributes. An attribute
# whose name ends in "!" is required.
Attributes = Mapping[str, str]
TAGS: dict[str, tuple[str, str | Attributes]] = {
    "EXTM3U": (BASIC, ""),
    "EXT-X-VERSION": (BASIC, INTEGER),
    "EXT-X-INDEPENDENT-SEGMENTS": (BOTH, ""),
    "EXT-X-START": (BOTH, {"TIME-OFFSET!": "-?" + FLOAT, "PRECISE": YES_NO}),
    "EXTINF": (MEDIA, FLOAT + ",.*"),
    "EXT-X-DISCONTINUITY": (MEDIA, ""),
    "EXT-X-MAP": (MEDIA, {"URI!": TEXT}),
    "EXT-X-PROGRAM-DATE-TIME": (MEDIA, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"),
    "EXT-X-TARGETDURATION": (MEDIA, INTEGER),
    "EXT-X-MEDIA-SEQUENCE": (MEDIA, INTEGER),
    "EXT-X-DISCONTINUITY-SEQUENCE": (MEDIA, INTEGER),
    "EXT-X-ENDLIST": (MEDIA, ""),
    "EXT-X-PLAYLIST-TYPE": (MEDIA, "VOD|EVENT"),
    "EXT-X-IMAGES-ONLY": (MEDIA, ""),
    "EXT-X-TILES": (MEDIA, {"RESOLUTION!": SIZE, "LAYOUT!": SIZE, "DURATION!": FLOAT}),
    "EXT-X-MEDIA": (
        MASTER,
        {
            "TYPE!": "AUDIO|VIDEO|SUBTITLES|CLOSED-CAPTIONS",
            "GROUP-ID!": TEXT,
            "NAME!": TEXT,
            "URI": TEXT,
            "LANGUAGE": r'"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"',
            "ASSOC-LANGUAGE": TEXT,
            "DEFAULT": YES_NO,
            "AUTOSELECT": YES_NO,
            "FORCED": YES_NO,
            "INSTREAM-ID": r'"(CC[1-4]|SERVICE\d+)"',
            "CHARACTERISTICS": TEXT,
            "CHANNELS": r'"\d+(/[^"]*)?"',
        },
    ),
    "EXT-X-STREAM-INF": (
        MASTER,
        {
            "BANDWIDTH!": INTEGER,
            "AVERAGE-BANDWIDTH": INTEGER,
            "CODECS": TEXT,
            "RESOLUTION": SIZE,
            "FRAME-RATE": FLOAT,
            "VIDEO-RANGE": "SDR|HLG|PQ",
            "HDCP-LEVEL": "NONE|TYPE-0|TYPE-1",
            "AUDIO": TEXT,
            "VIDEO": TEXT,
            "SUBTITLES": TEXT,
            "CLOSED-CAPTIONS": f"NONE|{TEXT}",
        },
    ),
    "EXT-X-IMAGE-STREAM-INF": (
        MASTER,
        {
            "BANDWIDTH!": INTEGER,
            "AVERAGE-BANDWIDTH": INTEGER,
            "CODECS": TEXT,
            "RESOLUTION": SIZE,
            "URI!": TEXT,
        },
    ),
}
ONCE = {
    "EXTM3U",
    "EXT-X-VERSION",
    "EXT-X-INDEPENDENT-SEGMENTS",
    "EXT-X-START",
    "EXT-X-TARGETDURATION",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-ENDLIST",
    "EXT-X-PLAYLIST-TYPE",
    "EXT-X-IMAGES-ONLY",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """Hold one tag; ``attributes`` are without quotes."""

    name: str
    value: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold a URI line and the tags since the one before it."""

    uri: str
    tags: list[Tag]

    def tag(self, name: str) -> Tag | None:
        """Give its tag of a name."""
        return next((tag for tag in self.tags if tag.name == name), None)


@dataclass(frozen=True, slots=True)
class Playlist:
    """Hold a playlist.

    Attributes:
        errors: What breaks the grammar.
    """

    path: Path
    tags: list[Tag]
    entries: list[Entry]
    errors: list[str]

    @property
    def name(self) -> str:
        """File name."""
        return self.path.name

    @property
    def version(self) -> int:
        """Version it says it needs."""
        return int(self.value("EXT-X-VERSION", "1"))

    def all(self, name: str) -> list[Tag]:
        """Give its tags of a name."""
        return [tag for tag in self.tags if tag.name == name]

    def has(self, name: str) -> bool:
        """Return whether it has a tag."""
        return bool(self.all(name))

    def value(self, name: str, default: str) -> str:
        """Return the value of a tag."""
        return next((tag.value for tag in self.all(name)), default)

    def neighbour(self, uri: str) -> Path:
        """Return the file that a URI in it names."""
        return self.path.parent / unquote(uri)


def read_playlist(path: Path, kind: str) -> Playlist:
    """Read a playlist of a kind, MASTER or MEDIA."""
    tags: list[Tag] = []
    entries: list[Entry] = []
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return Playlist(path, [], [], [f"{path.name}: it isn't UTF-8"])
    errors = [f"{path.name}: it begins with a byte order mark"] if data.startswith(b"\xef\xbb\xbf") else []
    if lines[:1] != ["#EXTM3U"]:
        errors.append(f"{path.name}: its first line isn't #EXTM3U")
    since: list[Tag] = []
    for line in lines:
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            tag = Tag(name, value, _attributes(value))
            errors += [f"{path.name}: {error}" for error in _tag_errors(tag, kind)]
            tags.append(tag)
            since.append(tag)
        elif line and not line.startswith("#"):
            entries.append(Entry(line, since))
            since = []
    names = [tag.name for tag in tags]
    errors += [f"{path.name}: {name} is there twice" for name in sorted(ONCE) if names.count(name) > 1]
    return Playlist(path, tags, entries, errors)


def _attributes(value: str) -> dict[str, str]:
    return {name: text.strip('"') for name, text in ATTRIBUTE.findall(value)}


def _tag_errors(tag: Tag, kind: str) -> Iterator[str]:
    if tag.name not in TAGS:
        yield f"the tag {tag.name} is unknown"
        return
    belongs, form = TAGS[tag.name]
    if belongs not in (BASIC, BOTH, kind):
        yield f"{tag.name} does not belong into a {kind} playlist"
    if isinstance(form, str):
        if not re.fullmatch(form, tag.value):
            yield f"{tag.name} has the value {tag.value!r}"
        return
    read = "".join(match.group(0) for match in ATTRIBUTE.finditer(tag.value))
    if not read or read != tag.value or read.endswith(","):
        yield f"{tag.name} has no attribute list: {tag.value!r}"
    pairs = [(match[1], match[2]) for match in ATTRIBUTE.finditer(tag.value)]
    names = [name for name, _ in pairs]
    known = {name.rstrip("!"): pattern for name, pattern in form.items()}
    for name in form:
        if name.endswith("!") and name[:-1] not in names:
            yield f"{tag.name} lacks {name[:-1]}"
    for name, text in pairs:
        if names.count(name) > 1:
            yield f"{tag.name} has {name} twice"
        if name in known and not re.fullmatch(known[name], text):
            yield f"{tag.name} has {name}={text}"
        if name not in known:
            yield f"{tag.name} has the unknown attribute {name}"
