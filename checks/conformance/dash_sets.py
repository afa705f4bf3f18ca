"""Check AdaptationSets: what they declare of their representations, and whether a player may switch."""

from collections.abc import Iterator, Sequence

from checks.conformance.codecs import same_codec
from checks.conformance.media import Rendition
from checks.conformance.mpd import (
    PREFIX,
    AdaptationSet,
    Representation,
    rate_of,
)

BANDWIDTH_TOLERANCE = 0.10
RATE_TOLERANCE_SHARE = 0.002
# Sizes are even, so that a small rung's ratio is off by up to this many of its pixels.
RATIO_TOLERANCE_PIXELS = 2
ROLE_SCHEME = "urn:mpeg:dash:role:2011"
# Source: ISO/IEC 23009-1, section 5.8.5.5.
ROLES = [
    "main",
    "alternate",
    "supplementary",
    "commentary",
    "dub",
    "caption",
    "subtitle",
    "description",
    "emergency",
    "enhanced-audio-intelligibility",
    "forced-subtitle",
    "karaoke",
    "easyreader",
    "metadata",
    "sign",
]
CHANNEL_SCHEMES = (
    "urn:mpeg:mpegB:cicp:ChannelConfiguration",
    "urn:mpeg:dash:23003:3:audio_channel_configuration:2011",
)
# Channels of each coding-independent code point. Source: ISO/IEC 23091-3.
CHANNELS = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 8, "12": 8}
Pairs = Sequence[tuple[Representation, Rendition]]


def set_errors(measured: Sequence[tuple[AdaptationSet, Pairs]]) -> Iterator[str]:
    """Return what is wrong with sets of sound and picture whose segments were measured."""
    for one, pairs in measured:
        for representation, rendition in pairs:
            errors = _declaration_errors(one, representation, rendition)
            yield from (f"representation {representation.id}: {error}" for error in errors)
        yield from (f"{one.name}: {error}" for error in _homogeneity_errors(one, pairs))
    yield from _choice_errors([one for one, _ in measured if one.kind == "audio"])


def _declaration_errors(one: AdaptationSet, declared: Representation, rendition: Rendition) -> Iterator[str]:
    attributes = declared.attributes
    longest = max(float(segment.seconds) for segment in rendition.segments)
    peak, bandwidth = rendition.peak_bps(longest), int(attributes["bandwidth"])
    if abs(bandwidth - peak) > BANDWIDTH_TOLERANCE * peak:
        yield f"bandwidth is {bandwidth}, measured are {peak:.0f} bit/s"
    if not same_codec(attributes.get("codecs", ""), rendition.codecs[0]):
        yield f"codecs is {attributes.get('codecs')}, its init segment's {rendition.codecs[0]}"
    if attributes.get("mimeType") != f"{one.kind}/mp4":
        yield f"mimeType is {attributes.get('mimeType')} of {one.kind}"
    if (rendition.size is not None) != (one.kind == "video"):
        yield f"it is declared as {one.kind}, and isn't"
    if rendition.size is not None and rendition.frame_rate is not None:
        size = attributes.get("width"), attributes.get("height")
        if size != (str(rendition.size[0]), str(rendition.size[1])):
            yield f"its size is {size[0]}x{size[1]}, the picture's {rendition.size[0]}x{rendition.size[1]}"
        if "frameRate" not in attributes:
            yield "it has no frameRate"
        elif abs(rate_of(attributes["frameRate"]) - rendition.frame_rate) > (
            RATE_TOLERANCE_SHARE * float(rendition.frame_rate)
        ):
            yield f"frameRate is {attributes['frameRate']}, the picture's {float(rendition.frame_rate):.3f}"
    if rendition.channels is not None:
        yield from _sound_errors(one, declared, rendition)


def _sound_errors(one: AdaptationSet, declared: Representation, rendition: Rendition) -> Iterator[str]:
    if declared.attributes.get("audioSamplingRate") != str(rendition.sample_rate):
        declared_value = declared.attributes.get("audioSamplingRate")
        yield f"audioSamplingRate is {declared_value}, the sound's {rendition.sample_rate}"
    found = [
        element
        for level in (declared.element, one.element)
        for element in level.iterfind(PREFIX + "AudioChannelConfiguration")
    ]
    if not found:
        yield "it has no AudioChannelConfiguration"
    for element in found:
        value = element.get("value", "")
        if element.get("schemeIdUri") in CHANNEL_SCHEMES and CHANNELS.get(value) != rendition.channels:
            yield f"AudioChannelConfiguration is {value}, the sound has {rendition.channels} channels"


def _homogeneity_errors(one: AdaptationSet, pairs: Pairs) -> Iterator[str]:
    if not pairs:
        return
    for name, values in (
        ("codecs", {rendition.codecs[0].split(".")[0] for _, rendition in pairs}),
        ("ranges of brightness", {rendition.video_range for _, rendition in pairs}),
        ("numbers of channels", {rendition.channels for _, rendition in pairs}),
    ):
        if len(values) > 1:
            yield f"its representations have different {name}: {sorted(map(str, values))}"
    sizes = [rendition.size for _, rendition in pairs if rendition.size is not None]
    if sizes:
        width, height = max(sizes)
        for other in sizes:
            if abs(other[0] * height / width - other[1]) > RATIO_TOLERANCE_PIXELS:
                yield f"{other[0]}x{other[1]} has another shape than {width}x{height}"
        yield from _limit_errors(one, pairs)
    for _, rendition in pairs[1:]:
        yield from _alignment_errors(pairs[0][1], rendition)
    roles = one.values("Role", ROLE_SCHEME)
    yield from (f"its role {role} is unknown" for role in roles if role not in ROLES)


def _limit_errors(one: AdaptationSet, pairs: Pairs) -> Iterator[str]:
    for name, limit in (("width", "maxWidth"), ("height", "maxHeight"), ("frameRate", "maxFrameRate")):
        declared_value = one.element.get(limit)
        values = [representation.attributes.get(name, "0") for representation, _ in pairs]
        if declared_value is not None and rate_of(declared_value) != max(map(rate_of, values)):
            yield f"{limit} is {declared_value}, and its representations have {', '.join(values)}"


def _alignment_errors(first: Rendition, other: Rendition) -> Iterator[str]:
    if len(first.segments) != len(other.segments):
        yield f"its representations have {len(first.segments)} and {len(other.segments)} segments"
        return
    tolerance = max(first.frame_seconds, other.frame_seconds) / 2
    for one, two in zip(first.segments, other.segments, strict=True):
        apart = float(two.start_seconds - one.start_seconds)
        if abs(apart) > tolerance:
            yield f"{two.path.name} begins {apart:+.3f} s from {one.path.name}"


def text_choice_errors(texts: Sequence[AdaptationSet]) -> Iterator[str]:
    """Check that sets of text can be distinguished, and that their roles are those of text."""
    seen: set[tuple[object, ...]] = set()
    for one in texts:
        roles = one.values("Role", ROLE_SCHEME)
        yield from (f"{one.name}: its role {role} is unknown" for role in roles if role not in ROLES)
        accessible = one.values("Accessibility", ROLE_SCHEME)
        if accessible and "caption" not in roles:
            yield f"{one.name}: it is accessible as {accessible}, and has the roles {roles}"
        key = (one.element.get("lang"), tuple(roles))
        if key in seen:
            yield f"{one.name}: no language or role tells it from another one"
        seen.add(key)


def _choice_errors(sounds: Sequence[AdaptationSet]) -> Iterator[str]:
    """Check that several sets of sound can be distinguished, and that one of them is the main one."""
    if len(sounds) < 2:
        return
    seen: set[tuple[object, ...]] = set()
    for one in sounds:
        key = (one.element.get("lang"), tuple(one.labels), tuple(one.values("Role", ROLE_SCHEME)))
        if key in seen:
            yield f"{one.name}: nothing tells it from another one"
        seen.add(key)
        if one.element.get("lang") is None and not one.labels:
            yield f"{one.name}: it has neither lang nor Label"
    main = sum("main" in one.values("Role", ROLE_SCHEME) for one in sounds)
    if main != 1:
        yield f"{main} of {len(sounds)} sets of sound have the role main"
