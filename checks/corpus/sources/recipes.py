"""Describe a source file: its picture, its sound, its container, and what was done to it afterwards.

A recipe is data; `sources` makes the file. What a viewer would see and hear follows from it by plain
arithmetic, so that expectations and checks need nothing of the code that is under test.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import log

SDR_WHITE_NITS = 203.0  # Source: ITU-R BT.2408, table 1: HDR reference white
PEAK_NITS = 1000.0
# What the gray patches at the bottom of an HDR picture emit, from left to right.
PATCH_NITS = (0.1, 5.0, 26.0, 100.0, 203.0, 1000.0)


class Dynamics(StrEnum):
    """Name a picture's transfer characteristics."""

    SDR = "SDR"
    HLG = "HLG"
    PQ = "PQ"


class VideoCodec(StrEnum):
    """Name a codec, as ffmpeg calls its encoder."""

    AV1 = "libaom-av1"
    AVC = "libx264"
    GIF = "gif"
    HEVC = "libx265"
    MJPEG = "mjpeg"
    MPEG2 = "mpeg2video"
    MPEG4 = "mpeg4"
    THEORA = "libtheora"
    VP9 = "libvpx-vp9"


class AudioCodec(StrEnum):
    """Name a codec, as ffmpeg calls its encoder."""

    AAC = "aac"
    AC3 = "ac3"
    MP3 = "libmp3lame"
    MP2 = "mp2"
    OPUS = "libopus"
    PCM = "pcm_s16le"


class Damage(StrEnum):
    """Say what becomes of a file after it was made."""

    EMPTY = "empty"
    TEXT = "text"
    NOISE = "noise"
    CUT = "cut"
    FLIPPED_MEDIA = "flipped media"
    FLIPPED_INDEX = "flipped index"
    PLAYLIST = "playlist"
    # Its codec becomes one that nothing decodes: AC-4 in the place of AAC, Dolby Vision in that of AV1.
    AC4 = "AC-4"
    DOLBY_VISION = "Dolby Vision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Describe a picture track.

    Attributes:
        width: In coded pixels, upright: before it is stored turned.
        height: The same.
        rotation: Clockwise degrees that a player must turn the stored picture: 0, 90, 180 or 270.
        sample_aspect: Width of a pixel over its height, as stored.
        rate_varies: All frames in the first half, then only every third.
        has_bursts: All frames in the first half second, then only every eighth.
        has_odd_end: The last frame is shown for less than a thousandth of a second.
        frames: So many and no more, whatever the source's seconds.
    """

    width: int = 640
    height: int = 360
    frame_rate: Fraction = Fraction(30)
    codec: VideoCodec = VideoCodec.AVC
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    bit_depth: int = 8
    dynamics: Dynamics = Dynamics.SDR
    is_interlaced: bool = False
    rate_varies: bool = False
    has_bursts: bool = False
    has_odd_end: bool = False
    frames: int | None = None

    @property
    def has_patches(self) -> bool:
        """Return whether the gray patches are in the picture."""
        return self.bit_depth > 8

    @property
    def in_sdr(self) -> "Picture":
        """Return the same scene as it should look after tone mapping."""
        return replace(self, dynamics=Dynamics.SDR)

    @property
    def shown_aspect(self) -> Fraction:
        """Return width over height as a viewer sees it."""
        return self.width * self.sample_aspect / self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Describe an audio track: a steady tone in each channel, distinguished by its frequency.

    Attributes:
        tones_hz: One for each channel, in the order of the layout.
        amplitude: Of each tone, of 1; 0 is digital silence.
        language: ISO 639-2 code; empty where the track doesn't say.
    """

    tones_hz: tuple[int, ...] = (440, 660)
    amplitude: float = 0.1
    language: str = ""

    @property
    def layout(self) -> str:
        """Return ffmpeg's name of the channels."""
        return {1: "mono", 2: "stereo", 6: "5.1"}[len(self.tones_hz)]


STEREO = Sound()
MONO = Sound(tones_hz=(550,))
# Left, right, center, low frequencies, left and right surround: an LFE channel carries nothing above 120 Hz.
SURROUND = Sound(tones_hz=(440, 660, 880, 60, 1100, 1320), amplitude=0.08)
SILENCE = Sound(amplitude=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Describe a whole source file.

    Attributes:
        suffix: It chooses the container.
        is_encrypted: Whether an MP4 is protected by Common Encryption.
        index_first: Whether an MP4 begins with its index; by default it ends with it, as cameras write it.
        subtitles: Whether the container holds a text track, in English.
        starts_at: First time stamp of the container, in seconds.
        dropped_fragments: The file is fragmented, and begins with a later fragment: so many are missing.
        second_size: Of the picture in its second half; None where it stays what it was.
        has_exif: Whether each picture of Motion JPEG carries EXIF.
        damage: Done to the finished file.
    """

    suffix: str = ".mp4"
    seconds: float = 2.0
    picture: Picture | None = Picture()
    sounds: tuple[Sound, ...] = (STEREO,)
    audio_codec: AudioCodec = AudioCodec.AAC
    subtitles: bool = False
    index_first: bool = False
    is_encrypted: bool = False
    starts_at: float = 0.0
    dropped_fragments: int = 0
    second_size: tuple[int, int] | None = None
    has_exif: bool = False
    damage: Damage | None = None

    @property
    def original(self) -> "Recipe":
        """Return what a viewer should see and hear of this source: undamaged, of one size, and in SDR."""
        if self.second_size is not None:
            return replace(self, damage=None, second_size=None)
        if self.picture is None or self.picture.dynamics is Dynamics.SDR:
            return replace(self, damage=None)
        return replace(self, damage=None, picture=self.picture.in_sdr)


def pq_code(nits: float) -> int:
    """Return the 10-bit limited-range code of a gray of this luminance. Source: SMPTE ST 2084, 5.2."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = (nits / 10_000) ** m1
    return _limited(((c1 + c2 * power) / (1 + c3 * power)) ** m2)


def hlg_code(nits: float) -> int:
    """Return the 10-bit code of a gray on a display of 1,000 nits. Source: ITU-R BT.2100, table 5."""
    scene = (nits / PEAK_NITS) ** (1 / 1.2)
    if scene <= 1 / 12:
        return _limited((3 * scene) ** 0.5)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return _limited(a * log(12 * scene - b) + c)


def sdr_code(nits: float) -> int:
    """Return the 10-bit BT.709 code of a gray, white being HDR's reference white. Source: ITU-R BT.1886."""
    return _limited(min(1.0, nits / SDR_WHITE_NITS) ** (1 / 2.4))


def patch_codes(dynamics: Dynamics) -> tuple[int, ...]:
    """Return the 10-bit codes of the gray patches."""
    code = {Dynamics.PQ: pq_code, Dynamics.HLG: hlg_code, Dynamics.SDR: sdr_code}[dynamics]
    return tuple(code(nits) for nits in PATCH_NITS)


def _limited(share: float) -> int:
    return round(64 + 876 * share)
