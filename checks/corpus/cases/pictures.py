"""Pictures: sizes, shapes, rates, interlacing, depth and color."""

from fractions import Fraction

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import Facts, Outcome, Size
from checks.corpus.sources.recipes import (
    AudioCodec,
    Dynamics,
    Picture,
    Recipe,
    VideoCodec,
)

NTSC_30, NTSC_60 = Fraction(30000, 1001), Fraction(60000, 1001)
SMALL: tuple[Size, ...] = ((426, 240),)
USUAL: tuple[Size, ...] = ((640, 360), (426, 240))


def _sized(
    width: int, height: int, *ladder: Size, inner: Size | None = None, is_representative: bool = False
) -> Case:
    return Case(
        name=f"size-{width}x{height}",
        recipe=Recipe(picture=Picture(width=width, height=height)),
        outcome=Outcome(
            ladder=ladder,
            inner=inner,
            facts=Facts(size=(width, height), container="mp4", dynamics="SDR", bit_depth=8),
        ),
        is_representative=is_representative,
    )


SIZES = (
    # MediaConvert's smallest frame has 32 pixels a side: the picture stands in it, no larger than it is.
    _sized(16, 16, (32, 32), inner=(16, 16), is_representative=True),
    _sized(34, 20, (34, 32), inner=(34, 20)),
    _sized(176, 144, (176, 144)),
    _sized(640, 360, *USUAL),
    _sized(854, 480, (854, 480), (640, 360), (428, 240)),
    _sized(1280, 720, (1280, 720), (854, 480), *USUAL),
    _sized(1920, 1080, (1920, 1080), (1280, 720), (854, 480), *USUAL),
    _sized(2560, 1440, (2560, 1440), (1920, 1080), (1280, 720), (854, 480), *USUAL),
    _sized(3840, 2160, (3840, 2160), (2560, 1440), (1920, 1080), (1280, 720), (854, 480), *USUAL),
    _sized(480, 480, (480, 480), (360, 360), (240, 240)),
    Case(
        name="portrait-by-pixels",
        recipe=Recipe(picture=Picture(width=360, height=640)),
        outcome=Outcome(ladder=((360, 640), (240, 426)), facts=Facts(size=(360, 640), rotation=0)),
    ),
    # AVC ends at 4096 pixels: what is wider becomes smaller as a whole.
    _sized(5000, 200, (4050, 162)),
    Case(
        name="size-odd-853x479",
        recipe=Recipe(
            suffix=".webm",
            picture=Picture(width=853, height=479, codec=VideoCodec.VP9),
            audio_codec=AudioCodec.OPUS,
        ),
        outcome=Outcome(
            ladder=((852, 478), (642, 360), (428, 240)), facts=Facts(size=(853, 479), container="webm")
        ),
        is_representative=True,
    ),
    Case(
        name="size-odd-321x241",
        recipe=Recipe(picture=Picture(width=321, height=241, codec=VideoCodec.MPEG4)),
        outcome=Outcome(ladder=((320, 240),), facts=Facts(size=(321, 241))),
    ),
)


def _turned(rotation: int, suffix: str, *ladder: Size, is_representative: bool = False) -> Case:
    width, height = ladder[0]
    way = "portrait" if width < height else "upside-down"
    return Case(
        name=f"{way}-by-rotation-{rotation}",
        recipe=Recipe(suffix=suffix, picture=Picture(width=width, height=height, rotation=rotation)),
        outcome=Outcome(ladder=ladder, facts=Facts(size=(width, height), rotation=rotation)),
        is_representative=is_representative,
    )


SHAPES = (
    _turned(90, ".mp4", (360, 640), (240, 426), is_representative=True),
    _turned(180, ".mov", *USUAL),
    _turned(270, ".mov", (360, 640), (240, 426)),
    Case(
        name="pixels-64-45-mpeg2",
        recipe=Recipe(
            suffix=".mpg",
            picture=Picture(
                width=720,
                height=576,
                frame_rate=Fraction(25),
                codec=VideoCodec.MPEG2,
                sample_aspect=Fraction(64, 45),
            ),
            audio_codec=AudioCodec.AC3,
        ),
        outcome=Outcome(
            ladder=((1024, 576), (854, 480), *USUAL),
            frame_rate=Fraction(25),
            facts=Facts(size=(1024, 576)),
        ),
    ),
    Case(
        name="pixels-8-9-avc",
        recipe=Recipe(picture=Picture(width=720, height=480, sample_aspect=Fraction(8, 9))),
        outcome=Outcome(
            ladder=((640, 480), (480, 360), (320, 240)),
            facts=Facts(size=(640, 480)),
        ),
        is_representative=True,
    ),
)


def _timed(
    name: str, rate: Fraction, *, codec: VideoCodec = VideoCodec.AVC, made: Fraction | None = None
) -> Case:
    return Case(
        name=f"rate-{name}",
        recipe=Recipe(picture=Picture(width=426, height=240, frame_rate=rate, codec=codec)),
        outcome=Outcome(ladder=SMALL, frame_rate=made or rate, facts=Facts(frame_rate=rate, varies=False)),
    )


RATES = (
    _timed("15", Fraction(15)),
    _timed("24", Fraction(24)),
    _timed("29.97", NTSC_30),
    _timed("60", Fraction(60)),
    _timed("59.94", NTSC_60),
    _timed("60.06", Fraction("60.06"), made=Fraction(60)),
    _timed("30.02", Fraction("30.02"), made=Fraction(30)),
    Case(
        name="rate-varies",
        recipe=Recipe(picture=Picture(rate_varies=True), seconds=4.0),
        # The slow half repeats its frames: nothing of the fast half is lost.
        outcome=Outcome(ladder=USUAL, frame_rate=Fraction(30), seconds=4.0, facts=Facts(varies=True)),
        is_representative=True,
    ),
    Case(
        name="interlaced-avc-ts",
        recipe=Recipe(suffix=".ts", picture=Picture(is_interlaced=True, frame_rate=Fraction(25))),
        outcome=Outcome(
            ladder=USUAL,
            frame_rate=Fraction(25),
            facts=Facts(container="mpegts", is_interlaced=True, size=(640, 360)),
        ),
        is_representative=True,
    ),
    Case(
        name="interlaced-mpeg2-ts",
        recipe=Recipe(
            suffix=".ts",
            picture=Picture(
                width=720,
                height=576,
                frame_rate=Fraction(25),
                codec=VideoCodec.MPEG2,
                sample_aspect=Fraction(64, 45),
                is_interlaced=True,
            ),
        ),
        outcome=Outcome(
            ladder=((1024, 576), (854, 480), *USUAL),
            frame_rate=Fraction(25),
            facts=Facts(container="mpegts", is_interlaced=True, size=(1024, 576)),
        ),
    ),
    Case(
        name="progressive-ts",
        recipe=Recipe(suffix=".ts"),
        outcome=Outcome(ladder=USUAL, facts=Facts(container="mpegts", is_interlaced=False)),
    ),
)


def _deep(dynamics: Dynamics, suffix: str = ".mp4", *, is_representative: bool = False) -> Case:
    return Case(
        name=f"color-{dynamics.value.lower()}-10bit",
        recipe=Recipe(suffix=suffix, picture=Picture(codec=VideoCodec.HEVC, bit_depth=10, dynamics=dynamics)),
        outcome=Outcome(
            ladder=USUAL,
            is_tone_mapped=dynamics is not Dynamics.SDR,
            facts=Facts(bit_depth=10, dynamics=dynamics.value),
        ),
        is_representative=is_representative,
    )


COLORS = (
    _deep(Dynamics.PQ, is_representative=True),
    _deep(Dynamics.HLG, ".mov"),
    _deep(Dynamics.SDR),
)

CASES = (*SIZES, *SHAPES, *RATES, *COLORS)
