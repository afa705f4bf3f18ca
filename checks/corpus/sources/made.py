"""Make source files from recipes with the bundled ffmpeg: each once, then found again by its recipe.

The picture is a moving pattern with a white marker in the top right corner and black ones in the others, so
that any turn or mirroring is seen; HDR pictures have gray patches of known luminance along the bottom.
"""

import hashlib
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from checks.corpus.sources.recipes import (
    PEAK_NITS,
    SDR_WHITE_NITS,
    AudioCodec,
    Damage,
    Dynamics,
    Picture,
    Recipe,
    Sound,
    VideoCodec,
    patch_codes,
)
from checks.corpus.sources.unusual import finish
from sandbox.mediaconvert.encoding.ffmpeg import executable

PATTERN_WIDTH = 640
# The marker fills this part of the width and of the height.
MARKER_SHARE = 8
# The gray patches fill this part of the height, at the bottom, above the black markers.
PATCH_SHARE = 4
SAMPLE_RATE_HZ = 48_000
CUT_SHARE = 0.6
NOISE_BYTES = 300_000
FLIPS = 40
SEED = 1
SUBTITLES = (
    "1\n00:00:00,200 --> 00:00:01,000\nA first line\n\n2\n00:00:01,000 --> 00:00:01,800\nA second one\n"
)
STORED_TURNS = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}
FIELDS_A_FRAME = 2
NO_MEDIA = (Damage.EMPTY, Damage.TEXT, Damage.NOISE, Damage.PLAYLIST)
PLAYLIST = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\nfilm_00001.ts\n#EXT-X-ENDLIST\n"
# The four characters that say which codec a track has, and where its decoder's settings are.
CODES = {
    Damage.AC4: ((b"mp4a", b"ac-4"), (b"esds", b"dac4")),
    Damage.DOLBY_VISION: ((b"av01", b"dav1"),),
}
BURST_SECONDS, RARE_FRAMES = 0.5, 8
# So many frames are a fragment.
FRAGMENT_FRAMES = 15
_ENCODERS = {
    VideoCodec.AV1: ("-usage", "realtime", "-cpu-used", "8", "-crf", "30", "-b:v", "0"),
    VideoCodec.AVC: ("-preset", "ultrafast", "-crf", "20"),
    VideoCodec.GIF: (),
    VideoCodec.HEVC: ("-preset", "ultrafast", "-crf", "16"),
    VideoCodec.MJPEG: ("-q:v", "3"),
    VideoCodec.MPEG2: ("-q:v", "3"),
    VideoCodec.MPEG4: ("-q:v", "3"),
    VideoCodec.THEORA: ("-q:v", "8"),
    VideoCodec.VP9: ("-deadline", "realtime", "-cpu-used", "8", "-crf", "20", "-b:v", "0"),
}
_TRANSFERS = {Dynamics.PQ: "smpte2084", Dynamics.HLG: "arib-std-b67"}


def make_source(folder: Path, recipe: Recipe) -> Path:
    """Return the path of a source in ``folder``; it is generated where it isn't there yet."""
    whole = replace(recipe, damage=None)
    parts = [*_commands(whole)] if recipe.damage not in NO_MEDIA else []
    digest = hashlib.sha256(repr((recipe, parts, FLIPS, SEED)).encode()).hexdigest()[:16]
    path = folder / f"{digest}{recipe.suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch) / f"made{recipe.suffix}"
            if recipe.damage in NO_MEDIA:
                made.write_bytes(_no_media(recipe.damage))
            else:
                _make_whole(made, parts)
                finish(made, recipe)
            if recipe.damage is not None:
                made.write_bytes(_damaged(made.read_bytes(), recipe.damage))
            os.replace(made, path)
    return path


def _make_whole(made: Path, commands: list[list[str]]) -> None:
    (made.parent / "subtitles.srt").write_text(SUBTITLES)
    for number, command in enumerate(commands):
        last = number == len(commands) - 1
        target = made.name if last else f"{number}{made.suffix}"
        run = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *command, target]
        subprocess.run(run, check=True, stdin=subprocess.DEVNULL, cwd=made.parent)


def _commands(recipe: Recipe) -> Iterator[list[str]]:
    """Return the arguments of each ffmpeg run, but for the file it writes: numbers, the last one named."""
    turned = recipe.picture is not None and recipe.picture.rotation != 0
    yield [*_inputs(recipe), *_encoders(recipe), *_container(recipe)]
    if turned:
        assert recipe.picture is not None
        rotation = ["-display_rotation", str(-recipe.picture.rotation)]
        copied = ["-i", f"0{recipe.suffix}", "-map", "0", "-c", "copy"]
        yield [*rotation, *copied, *_container(recipe)]


def _inputs(recipe: Recipe) -> Iterator[str]:
    if recipe.picture is not None:
        yield from ("-f", "lavfi", "-i", _drawn(recipe.picture, recipe.seconds))
    for sound in recipe.sounds:
        yield from ("-f", "lavfi", "-i", _sung(sound, recipe.seconds))
    if recipe.subtitles:
        yield from ("-i", "subtitles.srt")


def _sung(sound: Sound, seconds: float) -> str:
    tones = "|".join(f"{sound.amplitude}*sin(2*PI*{tone}*t)" for tone in sound.tones_hz)
    return f"aevalsrc={tones}:c={sound.layout}:s={SAMPLE_RATE_HZ}:d={seconds}"


def _drawn(picture: Picture, seconds: float) -> str:
    coarse = max(1, picture.width // PATTERN_WIDTH)  # big pixels: cheap to draw and to encode
    small = (max(2, picture.width // coarse), max(2, picture.height // coarse))
    rate = picture.frame_rate * (FIELDS_A_FRAME if picture.is_interlaced else 1)
    length = float(picture.frames / picture.frame_rate) if picture.frames else seconds
    steps = [
        f"testsrc2=size={small[0]}x{small[1]}:rate={rate}:duration={length}",
        *_markers(),
        f"scale={picture.width}:{picture.height}:flags=neighbor:out_color_matrix=bt709:out_range=tv",
    ]
    if picture.is_interlaced:
        steps += ["format=yuv420p", "interlace=scan=tff:lowpass=linear", "setfield=tff"]
    if picture.rate_varies:
        steps.append(f"select='lt(t,{seconds / 2})+not(mod(n,3))'")
    if picture.has_bursts:
        steps.append(f"select='lt(t,{BURST_SECONDS})+not(mod(n,{RARE_FRAMES}))'")
    if picture.has_patches:
        steps += _deepened(picture, rate=str(rate), seconds=length)
    steps.append(_tags(picture))
    steps.append(f"setsar={picture.sample_aspect.numerator}/{picture.sample_aspect.denominator}")
    if picture.rotation:
        steps.append(STORED_TURNS[picture.rotation])
    return ",".join(steps)


def _markers() -> Iterator[str]:
    size = f"w=iw/{MARKER_SHARE}:h=ih/{MARKER_SHARE}"
    for x, y, color in (("iw-w", "0", "white"), ("0", "0", "black"), ("0", "ih-h", "black")):
        yield f"drawbox=x={x}:y={y}:{size}:color={color}:thickness=fill"
    yield f"drawbox=x=iw-w:y=ih-h:{size}:color=black:thickness=fill"


def _deepened(picture: Picture, *, rate: str, seconds: float) -> Iterator[str]:
    """Turn the pattern into 10 bits of the wanted dynamics, and lay the gray patches over it."""
    bt709 = "tin=bt709:min=bt709:pin=bt709:rin=tv"
    if picture.dynamics is Dynamics.SDR:
        yield "format=yuv420p10le"
    else:
        # Through linear light, in which white is the SDR's reference white.
        yield "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
        yield f"zscale={bt709}:t=linear:npl={SDR_WHITE_NITS:.0f},format=gbrpf32le"
        target = _TRANSFERS[picture.dynamics]
        yield f"zscale=t={target}:m=2020_ncl:p=2020:r=tv:npl={SDR_WHITE_NITS:.0f},format=yuv420p10le"
    codes = patch_codes(picture.dynamics)
    width, height = picture.width // len(codes), picture.height // PATCH_SHARE
    grays = ";".join(
        f"color=black:size={width}x{height}:rate={rate}:duration={seconds},format=yuv420p10le,"
        f"lutyuv=y={code}:u=512:v=512[gray{number}]"
        for number, code in enumerate(codes)
    )
    labels = "".join(f"[gray{number}]" for number in range(len(codes)))
    yield (
        f"null[pattern];{grays};{labels}hstack={len(codes)}[grays];"
        f"[pattern][grays]overlay=0:H-h-H/{MARKER_SHARE}:format=yuv420p10"
    )


def _encoders(recipe: Recipe) -> Iterator[str]:
    picture = recipe.picture
    first_sound = int(picture is not None)
    if picture is not None:
        depth = "yuv420p10le" if picture.bit_depth > 8 else "yuv420p"
        if picture.codec is VideoCodec.GIF:
            depth = "rgb8"
        yield from ("-map", "0:v", "-c:v", picture.codec.value, *_ENCODERS[picture.codec], "-pix_fmt", depth)
        if picture.frames:
            yield from ("-frames:v", str(picture.frames))
        if picture.rate_varies or picture.has_bursts:
            yield from ("-fps_mode", "vfr")
        if picture.is_interlaced:
            yield from ("-flags:v", "+ildct+ilme")
            if picture.codec is VideoCodec.AVC:
                yield from ("-x264-params", "tff=1")
        if picture.codec is VideoCodec.HEVC:
            yield from _hevc(picture)
    for number, sound in enumerate(recipe.sounds):
        yield from ("-map", f"{first_sound + number}:a")
        if sound.language:
            yield from (f"-metadata:s:a:{number}", f"language={sound.language}")
    if recipe.sounds:
        yield from ("-c:a", recipe.audio_codec.value)
        if recipe.audio_codec is not AudioCodec.PCM:
            yield from ("-b:a", "384k" if len(recipe.sounds[0].tones_hz) > 2 else "128k")
    if recipe.subtitles:
        codec = "mov_text" if recipe.suffix in (".mp4", ".mov") else "subrip"
        yield from ("-map", f"{first_sound + len(recipe.sounds)}:s", "-c:s", codec)
        yield from ("-metadata:s:s:0", "language=eng")


def _tags(picture: Picture) -> str:
    hdr = picture.dynamics is not Dynamics.SDR
    primaries, matrix = ("bt2020", "bt2020nc") if hdr else ("bt709", "bt709")
    transfer = _TRANSFERS.get(picture.dynamics, "bt709")
    return f"setparams=color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}:range=tv"


def _hevc(picture: Picture) -> Iterator[str]:
    parameters = "log-level=error:pools=2"
    if picture.dynamics is Dynamics.PQ:
        # BT.2020's primaries and D65 in units of 0.00002, luminance in 0.0001 nits.
        mastering = f"G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L({PEAK_NITS * 10_000:.0f},1)"
        parameters += f":hdr10=1:master-display={mastering}:max-cll={PEAK_NITS:.0f},{SDR_WHITE_NITS:.0f}"
    yield from ("-x265-params", parameters, "-tag:v", "hvc1")


def _container(recipe: Recipe) -> Iterator[str]:
    yield from ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
    if recipe.index_first:
        yield from ("-movflags", "+faststart")
    if recipe.is_encrypted:
        yield from (
            "-encryption_scheme",
            "cenc-aes-ctr",
            "-encryption_key",
            "76a6c65c5ea762046bd749a2e632ccbb",
        )
        yield from ("-encryption_kid", "a7e61c373e219033c21091fa607bf3b8")
    if recipe.starts_at:
        yield from ("-output_ts_offset", str(recipe.starts_at))
    if recipe.dropped_fragments:
        yield from ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-g", str(FRAGMENT_FRAMES))


def _no_media(damage: Damage) -> bytes:
    if damage is Damage.EMPTY:
        return b""
    if damage is Damage.PLAYLIST:
        return PLAYLIST.encode()
    if damage is Damage.TEXT:
        return b"This is a shopping list, not a film: bread, salt, two lemons.\n" * 40
    return random.Random(SEED).randbytes(NOISE_BYTES)


def _damaged(data: bytes, damage: Damage) -> bytes:
    match damage:
        case Damage.CUT:
            return data[: int(len(data) * CUT_SHARE)]
        case Damage.FLIPPED_MEDIA:
            media = data.index(b"mdat") + 4
            return _flipped(data, media, _end_of_box(data, media - 8))
        case Damage.FLIPPED_INDEX:
            index = data.index(b"moov") - 4
            return _flipped(data, index + 8, min(index + 300, _end_of_box(data, index)))
        case Damage.AC4 | Damage.DOLBY_VISION:
            for code, other in CODES[damage]:
                # The last one: a file's brand may be the same word.
                before, _, after = data.rpartition(code)
                data = before + other + after
    return data


def _end_of_box(data: bytes, start: int) -> int:
    return start + int.from_bytes(data[start : start + 4], "big")


def _flipped(data: bytes, start: int, end: int) -> bytes:
    chance, changed = random.Random(SEED), bytearray(data)
    for _ in range(FLIPS):
        changed[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
    return bytes(changed)
