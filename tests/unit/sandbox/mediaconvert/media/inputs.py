"""Make tiny files of every container and codec that the bundled ffmpeg can write, and protect them."""

from dataclasses import dataclass
from pathlib import Path

from tests.unit.sandbox.mediaconvert.media.clips import ffmpeg

SECONDS = 0.4
# ffmpeg's encoders -> what they can only be used with; frame rates and sizes that a codec prescribes.
PICTURES = {
    "dvvideo": "size=720x576:rate=25",
    "mpeg1video": "size=64x64:rate=25",
    "h261": "size=176x144:rate=25",
    "h263": "size=176x144:rate=25",
    "dnxhd": "size=1920x1080:rate=25",
}
PIXELS = {
    "prores_ks": "yuv422p10le",
    "dnxhd": "yuv422p",
    "qtrle": "rgb24",
    "gif": "rgb8",
    "v210": "yuv422p10le",
}
ENCODER_ARGUMENTS = {
    "libx264": ("-preset", "ultrafast"),
    "libx265": ("-preset", "ultrafast", "-x265-params", "log-level=error"),
    "libsvtav1": ("-preset", "12"),
    "libvpx": ("-deadline", "realtime"),
    "libvpx-vp9": ("-deadline", "realtime", "-cpu-used", "8"),
    "dnxhd": ("-b:v", "36M"),
    "mjpeg": ("-strict", "unofficial"),
    "libopencore_amrnb": ("-ar", "8000", "-ac", "1", "-b:a", "12.2k"),
    "s302m": ("-strict", "experimental", "-ac", "2"),
    "dca": ("-strict", "experimental", "-ac", "2"),
    "opus": ("-strict", "experimental"),
    "truehd": ("-strict", "experimental"),
    "libopus": ("-ac", "2"),
    "vorbis": ("-strict", "experimental", "-ac", "2"),
}


@dataclass(frozen=True, slots=True)
class Input:
    """Describe a file by its suffix, or ffmpeg's muxer, and its encoders; empty names for no such track."""

    suffix: str
    picture: str = ""
    sound: str = ""
    muxer: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in (self.suffix[1:], self.picture, self.sound) if part)


def make_input(folder: Path, wanted: Input) -> Path:
    """Make a file of less than half a second."""
    path = folder / f"made{wanted.suffix}"
    arguments: list[str] = []
    if wanted.picture:
        usual = "size=64x64:rate=25" if wanted.suffix == ".mxf" else "size=64x64:rate=10"
        drawn = PICTURES.get(wanted.picture, usual)
        arguments += ["-f", "lavfi", "-i", f"testsrc2={drawn}:duration={SECONDS}"]
    if wanted.sound:
        arguments += ["-f", "lavfi", "-i", f"sine=440:duration={SECONDS}:sample_rate=48000"]
    for flag, encoder in (("-c:v", wanted.picture), ("-c:a", wanted.sound)):
        if encoder:
            arguments += [flag, encoder, *ENCODER_ARGUMENTS.get(encoder, ())]
    if wanted.suffix == ".dv":
        arguments += ["-ac", "2"]
    if wanted.picture:
        arguments += ["-pix_fmt", PIXELS.get(wanted.picture, "yuv420p")]
    if wanted.muxer:
        arguments += ["-f", wanted.muxer]
    ffmpeg(*arguments, str(path))
    return path


def renamed(path: Path, **kinds: str) -> Path:
    """Give an MP4 other four-character codes: its tracks become ones that nothing decodes."""
    content = path.read_bytes()
    for old, new in kinds.items():
        # The last one: a file's brand may be the same word.
        before, found, after = content.rpartition(old.encode())
        assert found, f"{old} is not in the file"
        content = before + new.encode() + after
    path.write_bytes(content)
    return path


def encrypted(path: Path, target: Path) -> Path:
    """Encrypt an MP4's samples with Common Encryption."""
    key, key_id = "76a6c65c5ea762046bd749a2e632ccbb", "a7e61c373e219033c21091fa607bf3b8"
    scheme = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key_id)
    ffmpeg("-i", str(path), "-c", "copy", *scheme, str(target))
    return target


def scrambled(path: Path, *, share: int = 1) -> Path:
    """Scramble every so many packets of a transport stream's tracks. Source: ISO/IEC 13818-1, 2.4.3.2."""
    content = bytearray(path.read_bytes())
    tables = (0, 17, 0x1000, 0x1FFF)
    for number, at in enumerate(range(0, len(content), 188)):
        pid = int.from_bytes(content[at + 1 : at + 3]) & 0x1FFF
        if pid not in tables and number % share == 0:
            content[at + 3] |= 0x80
            content[at + 12 : at + 188] = bytes(byte ^ 0x5A for byte in content[at + 12 : at + 188])
    path.write_bytes(content)
    return path
