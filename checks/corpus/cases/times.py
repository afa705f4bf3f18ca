"""Time stamps, sizes and side data as in real files that came out wrong: each kind is made anew here."""

from fractions import Fraction

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import Facts, Outcome, Size
from checks.corpus.sources.recipes import Picture, Recipe, VideoCodec

SMALL: tuple[Size, ...] = ((426, 240),)
PICTURE = Picture(width=426, height=240)

CASES = (
    Case(
        name="rate-60.058",
        recipe=Recipe(picture=Picture(width=426, height=240, frame_rate=Fraction(30_029, 500))),
        outcome=Outcome(ladder=SMALL, frame_rate=Fraction(60), facts=Facts(varies=False)),
    ),
    Case(
        name="rate-30-odd-last-picture",
        # As slow-motion films of phones: frames over duration say 30.47.
        recipe=Recipe(picture=Picture(width=426, height=240, frames=64, has_odd_end=True), seconds=64 / 30),
        outcome=Outcome(ladder=SMALL, seconds=64 / 30, facts=Facts(frame_rate=Fraction(30), varies=False)),
        is_representative=True,
    ),
    Case(
        name="rate-below-10-with-bursts",
        recipe=Recipe(picture=Picture(width=426, height=240, has_bursts=True), seconds=6.0),
        # Each picture of the burst is kept.
        outcome=Outcome(ladder=SMALL, frame_rate=Fraction(30), seconds=6.0, facts=Facts(varies=True)),
    ),
    Case(
        name="late-start-ts",
        recipe=Recipe(suffix=".ts", picture=PICTURE, starts_at=8.0),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="mpegts")),
    ),
    Case(
        name="late-start-mkv",
        recipe=Recipe(suffix=".mkv", picture=PICTURE, starts_at=2.5),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="matroska")),
    ),
    Case(
        name="late-start-cmaf-segments",
        # Of four fragments of half a second the last two.
        recipe=Recipe(picture=PICTURE, sounds=(), dropped_fragments=2),
        outcome=Outcome(ladder=SMALL, seconds=1.0, sounds=(), facts=Facts(container="mp4")),
    ),
    Case(
        name="size-changes",
        recipe=Recipe(picture=Picture(), sounds=(), second_size=(320, 180)),
        outcome=Outcome(
            ladder=((640, 360), (426, 240)),
            sounds=(),
            # The second half is no sharper than its own size.
            floor=60.0,
            facts=Facts(size=(640, 360), frame_rate=Fraction(30), varies=False),
        ),
    ),
    Case(
        name="side-data-exif",
        recipe=Recipe(
            suffix=".mov",
            picture=Picture(width=426, height=240, codec=VideoCodec.MJPEG),
            has_exif=True,
        ),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="quicktime", size=(426, 240))),
    ),
)
