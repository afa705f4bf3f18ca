"""What a job leaves behind, made up: true in its structure, with a few bytes for each segment and film."""

import struct
from collections.abc import Sequence
from itertools import count

from media_pipeline.domain.outputs import PlannedOutput

SEGMENT_SECONDS = 6.0
_SIZE_UNTOLD = (1280, 720)
NO_CAPTIONS = "CLOSED-CAPTIONS=NONE"


def made_outputs(
    planned: Sequence[PlannedOutput], *, seconds: float, has_audio: bool = True
) -> dict[str, bytes]:
    """Return the objects of planned outputs by key, named and described as MediaConvert does."""
    objects: dict[str, bytes] = {}
    for output in planned:
        match output.format:
            case "HLS":
                objects |= _hls(output, seconds, has_audio)
            case "DASH":
                objects |= _dash(output, seconds, has_audio)
            case "MP4":
                audio = ["soun"] * _audio_count(output) if has_audio else []
                objects[output.key] = made_mp4(seconds, "vide", *audio)
            case "M4A":
                objects[output.key] = made_mp4(seconds, *["soun"] * _audio_count(output))
            case _:
                objects[output.key] = b"\xff\xd8\xff\xd9"
    return objects


def made_mp4(
    seconds: float,
    *handlers: str,
    version: int = 0,
    padding: int = 0,
    starts: Sequence[float] = (),
) -> bytes:
    """Return an MP4 file with a track for each handler, its sample tables filled up with padding.

    It ends at so many seconds; `starts` are those at which its tracks begin, 0 without any.
    """
    times = (0, 0, 1000, round(seconds * 1000))
    mvhd = struct.pack(">B3xQQIQ" if version else ">B3xIIII", version, *times)
    tracks = [
        box(
            "trak",
            box("tkhd", bytes(84))
            + (_edits(starts[number], version) if starts else b"")
            + box(
                "mdia",
                box("mdhd", bytes(24))
                + box("hdlr", struct.pack(">II4s12xx", 0, 0, handler.encode()))
                + box("minf", bytes(padding)),
            ),
        )
        for number, handler in enumerate(handlers)
    ]
    moov = box("moov", box("mvhd", mvhd + bytes(80)) + b"".join(tracks))
    return box("ftyp", b"isom\0\0\2\0isom") + moov + box("free", b"") + box("mdat", bytes(100))


def encrypted_mp4(*entries: str, clear: int = 1) -> bytes:
    """Return an MP4 file whose tracks have these sample entries; by default those of Common Encryption.

    It has so many boxes before its index. Source: ISO/IEC 14496-12, 8.5.2 and 8.12.
    """
    tracks = []
    for entry in entries or ("encv", "enca"):
        described = box("stsd", struct.pack(">II", 0, 1) + box(entry, bytes(28)))
        media = box("mdia", box("mdhd", bytes(24)) + box("minf", box("stbl", described)))
        tracks.append(box("trak", box("tkhd", bytes(84)) + media))
    samples = b"".join(box("mdat", bytes(70_000)) for _ in range(clear))
    return box("ftyp", b"isom") + samples + box("moov", box("mvhd", bytes(100)) + b"".join(tracks))


def _edits(start: float, version: int) -> bytes:
    layout = ">QqI" if version else ">IiI"
    entries = [struct.pack(layout, round(start * 1000), -1, 1 << 16)] if start else []
    entries.append(struct.pack(layout, 1000, 0, 1 << 16))
    return box("edts", box("elst", struct.pack(">B3xI", version, len(entries)) + b"".join(entries)))


def box(kind: str, content: bytes) -> bytes:
    """Return an MP4 box."""
    return struct.pack(">I4s", 8 + len(content), kind.encode()) + content


def _audio_count(output: PlannedOutput) -> int:
    return 1 if output.audio is None else len(output.audio)


def _durations(seconds: float) -> list[float]:
    whole, rest = divmod(seconds, SEGMENT_SECONDS)
    return [SEGMENT_SECONDS] * int(whole) + ([rest] if rest else [])


def _hls(output: PlannedOutput, seconds: float, has_audio: bool) -> dict[str, bytes]:
    folder = output.key.rpartition("/")[0]
    master = ["#EXTM3U", "#EXT-X-VERSION:3"]
    objects: dict[str, bytes] = {}
    sizes = (output.sizes or (_SIZE_UNTOLD,)) if output.has_video else ()
    beside = output.files[len(sizes) :] if output.has_video else ()
    codecs = ",".join([*(["avc1.640028"] if sizes else []), *(["mp4a.40.2"] if has_audio else [])])
    for number, playlist in enumerate(output.files):
        name = playlist.removeprefix(f"{folder}/")
        if playlist in beside:
            if not has_audio:
                continue
            master.append(f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="{number}",URI="{name}"')
        else:
            size = f",RESOLUTION={sizes[number][0]}x{sizes[number][1]}" if sizes else ""
            group = ',AUDIO="audio"' if beside and has_audio else ""
            master += [f'#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="{codecs}"{size}{group},{NO_CAPTIONS}', name]
        objects |= _media_playlist(playlist, folder, seconds)
    return {output.key: _text(master), **objects}


def _media_playlist(playlist: str, folder: str, seconds: float) -> dict[str, bytes]:
    stem = playlist.removesuffix(".m3u8")
    objects: dict[str, bytes] = {}
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:6", "#EXT-X-MEDIA-SEQUENCE:1"]
    for number, duration in enumerate(_durations(seconds), 1):
        segment = f"{stem}_{number:05d}.ts"
        objects[segment] = b"G"
        lines += [f"#EXTINF:{duration:.6f},", segment.removeprefix(f"{folder}/")]
    return {**objects, playlist: _text([*lines, "#EXT-X-ENDLIST"])}


def _dash(output: PlannedOutput, seconds: float, has_audio: bool) -> dict[str, bytes]:
    folder, _, name = output.key.rpartition("/")
    base, durations = name.removesuffix(".mpd"), _durations(seconds)
    entries = "".join(f'<S d="{round(duration * 1000)}"/>' for duration in durations)
    objects: dict[str, bytes] = {}
    ids = count(1)

    def representation(modifier: str, attributes: str) -> str:
        stem = f"{base}{modifier}"
        names = [f"{stem}init.mp4", *(f"{stem}_{number:09d}.mp4" for number in range(1, len(durations) + 1))]
        objects.update({f"{folder}/{each}": b"0" for each in names})
        return (
            f'<Representation id="{next(ids)}" {attributes}>'
            f'<SegmentTemplate timescale="1000" startNumber="1" media="{stem}_$Number%09d$.mp4" '
            f'initialization="{stem}init.mp4">'
            f"<SegmentTimeline>{entries}</SegmentTimeline></SegmentTemplate></Representation>"
        )

    sets = ""
    if output.has_video:
        pictures = "".join(
            representation(f"_{height}p", f'width="{width}" height="{height}" codecs="avc1.640028"')
            for width, height in output.sizes or [_SIZE_UNTOLD]
        )
        sets += f'<AdaptationSet mimeType="video/mp4">{pictures}</AdaptationSet>'
    for number in range(_audio_count(output)) if has_audio else ():
        sound = representation(f"_audio_{number}", 'codecs="mp4a.40.2"')
        sets += f'<AdaptationSet mimeType="audio/mp4">{sound}</AdaptationSet>'
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        f'mediaPresentationDuration="PT{seconds:.3f}S"><Period start="PT0S" id="1">{sets}</Period></MPD>'
    )
    return {output.key: manifest.encode(), **objects}


def _text(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
