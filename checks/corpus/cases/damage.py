"""Files that are no media, or not whole."""

from dataclasses import replace

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import (
    Facts,
    Outcome,
    Size,
    failed,
)
from checks.corpus.sources.recipes import Damage, Picture, Recipe

SMALL: tuple[Size, ...] = ((426, 240),)
WHOLE = Recipe(picture=Picture(width=426, height=240), seconds=4.0)

CASES = (
    Case(
        name="damage-zero-bytes",
        recipe=Recipe(damage=Damage.EMPTY),
        outcome=failed("EMPTY_FILE", is_quarantined=True),
        is_representative=True,
    ),
    Case(
        name="damage-text-named-mp4",
        recipe=Recipe(damage=Damage.TEXT),
        outcome=failed("MEDIACONVERT_1010", is_quarantined=True),
        is_representative=True,
    ),
    Case(
        name="damage-random-bytes",
        recipe=Recipe(suffix=".mov", damage=Damage.NOISE),
        outcome=failed("MEDIACONVERT_1010", is_quarantined=True),
    ),
    Case(
        name="damage-cut-index-first",
        recipe=replace(WHOLE, index_first=True, damage=Damage.CUT),
        outcome=failed("MEDIACONVERT_1076", is_quarantined=True),
        is_representative=True,
    ),
    Case(
        name="damage-cut-index-last",
        recipe=replace(WHOLE, damage=Damage.CUT),
        outcome=failed("MEDIACONVERT_1075", is_quarantined=True),
    ),
    Case(
        name="damage-cut-ts",
        # A transport stream has no end of its own: what is there is a shorter film.
        recipe=replace(WHOLE, suffix=".ts", damage=Damage.CUT),
        outcome=Outcome(ladder=SMALL, seconds=2.5, facts=Facts(container="mpegts")),
    ),
    Case(
        name="damage-flipped-media",
        recipe=replace(WHOLE, index_first=True, damage=Damage.FLIPPED_MEDIA),
        # Decoders go over damaged pictures: it plays to its end, and shows where it was damaged.
        outcome=Outcome(ladder=SMALL, seconds=4.0, floor=30.0),
    ),
    Case(
        name="damage-flipped-index",
        recipe=replace(WHOLE, index_first=True, damage=Damage.FLIPPED_INDEX),
        outcome=failed("MEDIACONVERT_1010", is_quarantined=True),
    ),
)
