"""Check a whole HLS presentation in a local folder: its master playlist, all that it names, and the segments.

Source: RFC 8216; what a variant declares is compared with what its segments hold.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from checks.conformance.codecs import same_codec
from checks.conformance.hls_media import (
    Checked,
    check_image_playlist,
    check_media_playlist,
    check_subtitles_playlist,
)
from checks.conformance.media import Rendition
from checks.conformance.playlists import (
    MASTER,
    Entry,
    Playlist,
    Tag,
    read_playlist,
)

BANDWIDTH_TOLERANCE = 0.10
# FRAME-RATE has three decimals; a rendition of a few frames tells its rate less exactly.
RATE_TOLERANCE_SHARE = 0.002
GROUP_ATTRIBUTES = {"AUDIO": "AUDIO", "SUBTITLES": "SUBTITLES", "VIDEO": "VIDEO"}
Groups = dict[tuple[str, str], list[Tag]]
# What Apple defines for subtitles; a recommended set of RFC 8216, section 4.3.4.1.
SUBTITLE_CHARACTERISTICS = {
    "public.accessibility.transcribes-spoken-dialog",
    "public.accessibility.describes-music-and-sound",
    "public.easy-to-read",
}


def hls_errors(master_path: Path) -> list[str]:
    """Return what is wrong with a presentation, a sentence each; nothing where it is valid."""
    if not master_path.is_file():
        return [f"{master_path.name} does not exist"]
    master = read_playlist(master_path, MASTER)
    if master.errors:
        return master.errors
    errors = [f"{master.name}: {error}" for error in _master_errors(master)]
    errors += [f"{master.name}: {error}" for error in _missing(master)]
    if errors:
        return errors
    variants = {entry.uri: check_media_playlist(master.neighbour(entry.uri)) for entry in master.entries}
    seconds = max((checked.seconds for checked in variants.values()), default=0.0)
    beside: dict[str, Checked] = {}
    for tag in master.all("EXT-X-MEDIA"):
        uri = tag.attributes.get("URI")
        if uri is not None and uri not in variants:
            is_text = tag.attributes["TYPE"] == "SUBTITLES"
            beside[uri] = (check_subtitles_playlist if is_text else check_media_playlist)(
                master.neighbour(uri)
            )
    images = [
        check_image_playlist(
            master.neighbour(tag.attributes["URI"]), tag.attributes.get("RESOLUTION"), seconds
        )
        for tag in master.all("EXT-X-IMAGE-STREAM-INF")
    ]
    for checked in (*variants.values(), *beside.values(), *images):
        errors += checked.errors
    errors += _rendition_errors(master, {**variants, **beside}, seconds)
    for entry in master.entries:
        errors += [f"{entry.uri}: {error}" for error in _variant_errors(entry, master, variants, beside)]
    return [*errors, *_alignment_errors(variants)]


def _groups(master: Playlist) -> Groups:
    groups: Groups = {}
    for tag in master.all("EXT-X-MEDIA"):
        groups.setdefault((tag.attributes["TYPE"], tag.attributes["GROUP-ID"]), []).append(tag)
    return groups


def _missing(master: Playlist) -> Iterator[str]:
    named = [entry.uri for entry in master.entries]
    named += [tag.attributes["URI"] for tag in master.tags if "URI" in tag.attributes]
    for uri in dict.fromkeys(named):
        if not master.neighbour(uri).is_file():
            yield f"{uri} does not exist"


def _master_errors(master: Playlist) -> Iterator[str]:
    if not master.entries:
        yield "it names no variant"
    for entry in master.entries:
        if not entry.tags or entry.tags[-1].name != "EXT-X-STREAM-INF":
            yield f"{entry.uri} does not follow an EXT-X-STREAM-INF"
    if len(master.all("EXT-X-STREAM-INF")) != len(master.entries):
        yield "an EXT-X-STREAM-INF has no URI"
    groups = _groups(master)
    for (kind, group), tags in groups.items():
        for error in _group_errors(tags):
            yield f"the {kind} group {group} {error}"
    for (kind, group), tags in groups.items():
        other = next((name for of, name in groups if of == kind), group)
        if _members(tags) != _members(groups[kind, other]):
            yield f"the {kind} groups {other} and {group} have different members"
    used = set()
    for entry in master.entries:
        for attribute, kind in GROUP_ATTRIBUTES.items():
            for tag in entry.tags:
                if tag.name == "EXT-X-STREAM-INF" and attribute in tag.attributes:
                    used.add((kind, tag.attributes[attribute]))
    yield from (f"there is no {kind} group {group}" for kind, group in sorted(used - groups.keys()))
    yield from (
        f"no variant uses the {kind} group {group}"
        for kind, group in sorted(groups.keys() - used)
        if kind != "CLOSED-CAPTIONS"
    )
    for kind in GROUP_ATTRIBUTES:
        having = [kind in tag.attributes for tag in master.all("EXT-X-STREAM-INF") if _shows(tag)]
        if any(having) and not all(having):
            yield f"some variants have {kind}, and some have none"
    versions = [tag.attributes.get("INSTREAM-ID", "") for tag in master.all("EXT-X-MEDIA")]
    if any(text.startswith("SERVICE") for text in versions) and master.version < 7:
        yield f"it says version {master.version}, and needs 7"


def _shows(variant: Tag) -> bool:
    return "RESOLUTION" in variant.attributes


def _members(tags: list[Tag]) -> set[tuple[str | None, str | None]]:
    return {(tag.attributes.get("NAME"), tag.attributes.get("LANGUAGE")) for tag in tags}


def _group_errors(tags: list[Tag]) -> Iterator[str]:
    names = [tag.attributes["NAME"] for tag in tags]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"has two members named {name}"
    defaults = [tag for tag in tags if tag.attributes.get("DEFAULT") == "YES"]
    if len(defaults) > 1:
        yield "has more than one default"
    if tags[0].attributes["TYPE"] == "AUDIO" and not defaults:
        yield "has no default"
    for tag in tags:
        kind, name = tag.attributes["TYPE"], tag.attributes["NAME"]
        if tag.attributes.get("DEFAULT") == "YES" and tag.attributes.get("AUTOSELECT") == "NO":
            yield f"has a default {name} that may not be selected"
        if kind == "SUBTITLES" and "URI" not in tag.attributes:
            yield f"has subtitles {name} without URI"
        if (kind == "CLOSED-CAPTIONS") != ("INSTREAM-ID" in tag.attributes):
            yield f"has INSTREAM-ID wrongly there or not there on {name}"
        if kind == "CLOSED-CAPTIONS" and "URI" in tag.attributes:
            yield f"has closed captions {name} with URI"
        if kind != "SUBTITLES" and "FORCED" in tag.attributes:
            yield f"has FORCED on {name}"
    if tags[0].attributes["TYPE"] == "SUBTITLES":
        yield from _subtitle_errors(tags)


def _subtitle_errors(tags: list[Tag]) -> Iterator[str]:
    """Check what players choose subtitles by. Source: RFC 8216, section 4.3.4.1.1."""
    chosen = [tag.attributes for tag in tags if tag.attributes.get("AUTOSELECT") == "YES"]
    identities = [
        (found["LANGUAGE"], found.get("FORCED", "NO"), found.get("CHARACTERISTICS"))
        for found in chosen
        if "LANGUAGE" in found
    ]
    if len(identities) != len(set(identities)):
        yield "lets a player choose between several of one language and role"
    for tag in tags:
        name = tag.attributes["NAME"]
        if tag.attributes.get("FORCED") == "YES" and tag.attributes.get("AUTOSELECT") != "YES":
            yield f"has forced subtitles {name} that no player selects"
        characteristics = tag.attributes.get("CHARACTERISTICS", "").split(",")
        unknown = sorted(set(filter(None, characteristics)) - SUBTITLE_CHARACTERISTICS)
        if unknown:
            yield f"has subtitles {name} with the characteristics {unknown}"


def _rendition_errors(master: Playlist, checked: Mapping[str, Checked], seconds: float) -> Iterator[str]:
    """Compare what each EXT-X-MEDIA declares with its playlist."""
    for tag in master.all("EXT-X-MEDIA"):
        one = checked.get(tag.attributes.get("URI", ""))
        if one is None:
            continue
        kind, name = tag.attributes["TYPE"], one.playlist.name
        if kind == "SUBTITLES" and one.seconds - seconds > one.target_seconds:
            yield f"{name}: it covers {one.seconds:.3f} s of {seconds:.3f} s"
        if kind != "AUDIO" or one.rendition is None:
            continue
        channels = str(one.rendition.channels)
        if tag.attributes.get("CHANNELS", channels).split("/")[0] != channels:
            yield f"{name}: CHANNELS is {tag.attributes['CHANNELS']}, and the sound has {channels}"
        if one.rendition.channels is None:
            yield f"{name}: it is declared as sound, and has none"


def _variant_errors(
    entry: Entry, master: Playlist, variants: Mapping[str, Checked], beside: Mapping[str, Checked]
) -> Iterator[str]:
    """Compare what EXT-X-STREAM-INF declares with the variant's segments and its audio group's."""
    tag = entry.tag("EXT-X-STREAM-INF")
    checked = variants[entry.uri]
    if tag is None or checked.rendition is None:
        return
    declared, video = tag.attributes, checked.rendition
    group = _groups(master).get(("AUDIO", declared.get("AUDIO", "")), [])
    uris = [member.attributes["URI"] for member in group if "URI" in member.attributes]
    sounds = [one for uri in uris if (one := beside.get(uri) or variants.get(uri)) and one is not checked]
    measured = [(one.rendition, one.target_seconds) for one in sounds if one.rendition is not None]
    peak = video.peak_bps(checked.target_seconds)
    peak += max((sound.peak_bps(target) for sound, target in measured), default=0.0)
    average = video.average_bps + max((sound.average_bps for sound, _ in measured), default=0.0)
    yield from _bandwidth_errors(declared, peak, average)
    yield from _codec_errors(declared, [video, *(sound for sound, _ in measured)])
    yield from _picture_errors(declared, video)


def _bandwidth_errors(declared: Mapping[str, str], peak: float, average: float) -> Iterator[str]:
    for name, measured in (("BANDWIDTH", peak), ("AVERAGE-BANDWIDTH", average)):
        if name in declared and abs(int(declared[name]) - measured) > BANDWIDTH_TOLERANCE * measured:
            yield f"{name} is {declared[name]}, measured are {measured:.0f} bit/s"
    if int(declared.get("AVERAGE-BANDWIDTH", "0")) > int(declared["BANDWIDTH"]):
        yield "AVERAGE-BANDWIDTH is above BANDWIDTH"


def _codec_errors(declared: Mapping[str, str], renditions: list[Rendition]) -> Iterator[str]:
    declared_codecs = [codec.strip() for codec in declared.get("CODECS", "").split(",") if codec.strip()]
    found = list(dict.fromkeys(codec for rendition in renditions for codec in rendition.codecs))
    if not declared_codecs:
        yield "it has no CODECS"
        return
    for codec in found:
        if not any(same_codec(codec, other) for other in declared_codecs):
            yield f"CODECS lacks {codec}: {','.join(declared_codecs)}"
    for codec in declared_codecs:
        if not any(same_codec(codec, other) for other in found):
            yield f"CODECS has {codec}, and the segments have {','.join(found)}"


def _picture_errors(declared: Mapping[str, str], video: Rendition) -> Iterator[str]:
    if video.size is None:
        for name in ("RESOLUTION", "FRAME-RATE", "VIDEO-RANGE"):
            if name in declared:
                yield f"{name} is {declared[name]}, and there is no picture"
        return
    size = f"{video.size[0]}x{video.size[1]}"
    if declared.get("RESOLUTION") != size:
        yield f"RESOLUTION is {declared.get('RESOLUTION')}, the picture's {size}"
    if declared.get("VIDEO-RANGE", "SDR") != video.video_range:
        yield f"VIDEO-RANGE is {declared.get('VIDEO-RANGE', 'SDR')}, the picture's {video.video_range}"
    if "FRAME-RATE" not in declared:
        yield "it has no FRAME-RATE"
    elif video.frame_rate is not None:
        declared_rate, rate = float(declared["FRAME-RATE"]), float(video.frame_rate)
        if abs(declared_rate - rate) > RATE_TOLERANCE_SHARE * rate:
            yield f"FRAME-RATE is {declared_rate}, the picture's {rate:.3f}"


def _alignment_errors(variants: Mapping[str, Checked]) -> Iterator[str]:
    """Compare where the segments of variants with a picture begin."""
    shown = [(uri, one.rendition) for uri, one in variants.items() if one.rendition and one.rendition.size]
    for uri, rendition in shown[1:]:
        first_uri, first = shown[0]
        if len(first.segments) != len(rendition.segments):
            yield f"{uri} has {len(rendition.segments)} segments, {first_uri} has {len(first.segments)}"
            continue
        tolerance = max(first.frame_seconds, rendition.frame_seconds) / 2
        for one, other in zip(first.segments, rendition.segments, strict=True):
            apart = float(other.start_seconds - one.start_seconds)
            if abs(apart) > tolerance:
                yield f"{other.path.name} begins {apart:+.3f} s from {one.path.name}"
