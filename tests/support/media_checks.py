"""Check that outputs play: parse manifests, decode every rendition to its end, compare with what is declared.

Each check raises AssertionError with a sentence. Nothing here shares code with what made the files.
"""

import io
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import av

from tests.support.playback import Played, play

VIDEO_CODECS = ("avc1.", "hvc1.", "hev1.")
TOLERANCE_SECONDS = 0.25
TIMELINE_TOLERANCE_SECONDS = 0.03
SHORTEST_WITH_RATE_SECONDS = 0.5
BANDWIDTH_TOLERANCE = 0.10
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)')
MPD_NAMESPACE = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}
DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")


@dataclass(frozen=True, slots=True)
class Rendition:
    """Hold one rendition of a manifest and what it declares of itself."""

    name: str
    played: Played
    declared_seconds: float
    bandwidth_bps: int
    peak_bps: float


def check_hls(master: Path, *, seconds: float, has_audio: bool = True) -> list[Rendition]:
    """Check an HLS master playlist: all variants and audio renditions play for ``seconds``."""
    lines = _playlist_lines(master)
    groups: dict[str, list[Path]] = {}
    for line in lines:
        if line.startswith("#EXT-X-MEDIA:TYPE=AUDIO,"):
            media = _attributes(line)
            group = groups.setdefault(media["GROUP-ID"], [])
            # Without a playlist of its own it is the sound in the variants' segments.
            group += [_neighbour(master, media["URI"])] if "URI" in media else []
    renditions = []
    for position, line in enumerate(lines):
        if not line.startswith("#EXT-X-STREAM-INF:"):
            continue
        declared = _attributes(line)
        playlist = _neighbour(master, lines[position + 1])
        video = _check_media_playlist(playlist, declared)
        beside = [_check_media_playlist(path, None) for path in groups.get(declared.get("AUDIO", ""), [])]
        sound = max([video.played.audio_seconds, *(one.played.audio_seconds for one in beside)])
        _check_sound(playlist.name, sound, seconds, has_audio)
        _check_seconds(playlist.name, video.declared_seconds, seconds)
        _check_picture(playlist.name, video.played, seconds)
        _check_bandwidth(playlist.name, int(declared["BANDWIDTH"]), video, beside)
        codecs = declared["CODECS"].split(",")
        assert any(codec.startswith(VIDEO_CODECS) for codec in codecs), (
            f"{playlist.name}: no video codec in {codecs}"
        )
        assert has_audio == any(codec.startswith("mp4a.") for codec in codecs), (
            f"{playlist.name}: codecs {codecs}, but sound is {'' if has_audio else 'not '}expected"
        )
        renditions.append(video)
    assert renditions, f"{master.name} names no variant"
    check_aligned([rendition.played for rendition in renditions])
    return renditions


def check_dash(manifest: Path, *, seconds: float, has_audio: bool = True) -> list[Rendition]:
    """Check a DASH manifest: all representations play for ``seconds``; give those with a picture."""
    root = ElementTree.parse(manifest).getroot()
    assert root.tag == "{urn:mpeg:dash:schema:mpd:2011}MPD", f"{manifest.name} is not an MPD"
    _check_seconds(manifest.name, _iso_seconds(root.get("mediaPresentationDuration", "")), seconds)
    videos: list[Rendition] = []
    audio: list[Rendition] = []
    ids = [element.get("id") for element in root.iterfind(".//mpd:Representation", MPD_NAMESPACE)]
    assert len(ids) == len(set(ids)), f"{manifest.name}: representations share an id: {ids}"
    for adaptation_set in root.iterfind(".//mpd:AdaptationSet", MPD_NAMESPACE):
        if adaptation_set.get("contentType") not in ("video", "audio"):
            continue
        is_video = adaptation_set.get("contentType") == "video"
        for element in adaptation_set.iterfind("mpd:Representation", MPD_NAMESPACE):
            rendition = _check_representation(manifest, element, seconds, is_video=is_video)
            (videos if is_video else audio).append(rendition)
    assert videos, f"{manifest.name} has no video"
    assert has_audio == bool(audio), (
        f"{manifest.name} has {len(audio)} audio representations, but sound is "
        f"{'' if has_audio else 'not '}expected"
    )
    check_aligned([video.played for video in videos])
    return videos


def check_mp4(path: Path, *, seconds: float, has_audio: bool = True) -> Played:
    """Check a progressive MP4: it begins with its index and plays for ``seconds``."""
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat"), f"{path.name} does not begin with its index"
    with path.open("rb") as file:
        played = play(file)
    _check_picture(path.name, played, seconds)
    _check_sound(path.name, played.audio_seconds, seconds, has_audio)
    return played


def check_aligned(renditions: Sequence[Played]) -> None:
    """Check that keyframes fall on the same times in all renditions."""
    first = renditions[0]
    half_frame = 0.5 / (first.frame_rate or 30)
    for other in renditions[1:]:
        differ = len(other.keyframes) != len(first.keyframes) or any(
            abs(one - two) >= half_frame for one, two in zip(first.keyframes, other.keyframes, strict=True)
        )
        assert not differ, (
            f"keyframes of {other.width}x{other.height} at {other.keyframes} are not those of "
            f"{first.width}x{first.height} at {first.keyframes}"
        )


def _check_media_playlist(playlist: Path, declared: dict[str, str] | None) -> Rendition:
    lines = _playlist_lines(playlist)
    assert lines[-1] == "#EXT-X-ENDLIST", f"{playlist.name} does not end"
    target = next(int(line.split(":")[1]) for line in lines if line.startswith("#EXT-X-TARGETDURATION:"))
    init = next((_attributes(line)["URI"] for line in lines if line.startswith("#EXT-X-MAP:")), None)
    lengths = [float(line[8:].split(",")[0]) for line in lines if line.startswith("#EXTINF:")]
    segments = [_neighbour(playlist, line) for line in lines if not line.startswith("#")]
    assert len(lengths) == len(segments) > 0, (
        f"{playlist.name}: {len(lengths)} lengths, {len(segments)} segments"
    )
    for length in lengths:
        assert math.floor(length + 0.5) <= target, (
            f"{playlist.name}: a segment of {length} s, target {target} s"
        )
    heads = [_neighbour(playlist, init)] if init else []
    played = play(io.BytesIO(b"".join(path.read_bytes() for path in [*heads, *segments])))
    if declared is not None and "RESOLUTION" in declared:
        size = f"{played.width}x{played.height}"
        assert size == declared["RESOLUTION"], f"{playlist.name} shows {size}, not {declared['RESOLUTION']}"
        assert played.frame_rate is not None
        # MPEG-TS tells the rate by the times of its frames: a handful don't tell it.
        assert (
            played.video_seconds < SHORTEST_WITH_RATE_SECONDS
            or abs(played.frame_rate - float(declared["FRAME-RATE"])) < 0.01
        ), f"{playlist.name} plays at {played.frame_rate:.3f}, not {declared['FRAME-RATE']} frames a second"
        starts = [sum(lengths[:number]) for number in range(len(lengths))]
        for start in starts:
            assert any(abs(start - keyframe) < 0.02 for keyframe in played.keyframes), (
                f"{playlist.name}: the segment at {start:.3f} s has no keyframe at its beginning"
            )
    sizes = [path.stat().st_size * 8 for path in segments]
    long_enough = [
        (size, length) for size, length in zip(sizes, lengths, strict=True) if length >= max(lengths) / 2
    ]
    return Rendition(
        playlist.name,
        played,
        sum(lengths),
        round(sum(sizes) / sum(lengths)),
        max(size / length for size, length in long_enough),
    )


def _check_representation(
    manifest: Path, element: ElementTree.Element, seconds: float, *, is_video: bool
) -> Rendition:
    template = element.find("mpd:SegmentTemplate", MPD_NAMESPACE)
    assert template is not None, f"{manifest.name}: a representation has no SegmentTemplate"
    timescale = int(template.get("timescale", "1"))
    name = template.get("media", "")
    times = list(_timeline(template))
    for (start, length), (following, _) in itertools.pairwise(times):
        assert start + length == following, (
            f"{name}: a gap in the timeline at {(start + length) / timescale} s"
        )
    number = int(template.get("startNumber", "1"))
    segments = [_neighbour(manifest, _numbered(name, number + position)) for position in range(len(times))]
    beyond = _numbered(name, number + len(times))
    assert not (manifest.parent / unquote(beyond)).exists(), f"{manifest.name} leaves out {beyond}"
    init = _neighbour(manifest, template.get("initialization", "")).read_bytes()
    for path, (start, length) in zip(segments, times, strict=True):
        with av.open(io.BytesIO(init + path.read_bytes()), "r") as container:
            stream = container.streams[0]
            assert stream.time_base is not None
            packets = [packet for packet in container.demux(stream) if packet.pts is not None]
            first = float(min(packet.pts or 0 for packet in packets) * stream.time_base)
        assert abs(max(first, 0.0) - start / timescale) < TIMELINE_TOLERANCE_SECONDS, (
            f"{path.name} begins at {first:.3f} s, in the timeline at {start / timescale:.3f} s"
        )
        assert length > 0, f"{path.name} has no length in the timeline"
    played = play(io.BytesIO(init + b"".join(path.read_bytes() for path in segments)))
    declared = sum(length for _, length in times) / timescale
    bandwidth = int(element.get("bandwidth", "0"))
    peak = max(
        path.stat().st_size * 8 * timescale / length
        for path, (_, length) in zip(segments, times, strict=True)
    )
    _check_seconds(name, declared, seconds)
    if is_video:
        _check_picture(name, played, seconds)
        size, wanted = f"{played.width}x{played.height}", f"{element.get('width')}x{element.get('height')}"
        assert size == wanted, f"{name} shows {size}, not {wanted}"
        assert element.get("codecs", "").startswith(VIDEO_CODECS), f"{name}: codecs {element.get('codecs')}"
    else:
        _check_sound(name, played.audio_seconds, seconds, expected=True)
        assert element.get("codecs", "").startswith("mp4a."), f"{name}: codecs {element.get('codecs')}"
    return Rendition(name, played, declared, bandwidth, peak)


def _timeline(template: ElementTree.Element) -> Iterator[tuple[int, int]]:
    """Give start and length of each segment."""
    at = 0
    for entry in template.iterfind("mpd:SegmentTimeline/mpd:S", MPD_NAMESPACE):
        at = int(entry.get("t", at))
        for _ in range(int(entry.get("r", "0")) + 1):
            yield at, int(entry.get("d", "0"))
            at += int(entry.get("d", "0"))


def _numbered(template: str, number: int) -> str:
    return re.sub(r"\$Number%0(\d+)d\$", lambda match: f"{number:0{match[1]}d}", template)


def _check_picture(name: str, played: Played, seconds: float) -> None:
    assert played.video_seconds > 0, f"{name} has no picture"
    assert abs(played.video_seconds - seconds) < TOLERANCE_SECONDS, (
        f"the picture of {name} plays for {played.video_seconds:.2f} s, not {seconds:.2f} s"
    )


def _check_sound(name: str, audio_seconds: float, seconds: float, expected: bool) -> None:
    if not expected:
        assert audio_seconds == 0, f"{name} has sound that was not in the source"
        return
    assert audio_seconds > 0, f"{name} has no sound"
    assert abs(audio_seconds - seconds) < TOLERANCE_SECONDS, (
        f"the sound of {name} plays for {audio_seconds:.2f} s, not {seconds:.2f} s"
    )


def _check_seconds(name: str, declared: float, seconds: float) -> None:
    assert abs(declared - seconds) < TOLERANCE_SECONDS, (
        f"{name} declares {declared:.2f} s, not {seconds:.2f} s"
    )


def _check_bandwidth(name: str, declared: int, video: Rendition, beside: Sequence[Rendition]) -> None:
    measured = video.peak_bps + max((one.peak_bps for one in beside), default=0.0)
    assert abs(declared - measured) <= measured * BANDWIDTH_TOLERANCE, (
        f"{name} declares {declared} bit/s, its densest segment has {measured:.0f}"
    )


def _playlist_lines(path: Path) -> list[str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    assert lines, f"{path.name} is empty"
    assert lines[0] == "#EXTM3U", f"{path.name} is not a playlist"
    return lines


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in ATTRIBUTE.findall(line.split(":", 1)[1])}


def _neighbour(manifest: Path, uri: str) -> Path:
    path = manifest.parent / unquote(uri)
    assert path.is_file(), f"{manifest.name} names {uri}, which does not exist"
    return path


def _iso_seconds(text: str) -> float:
    match = DURATION.fullmatch(text)
    assert match, f"{text!r} is not a duration"
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
