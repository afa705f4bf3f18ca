"""Read the pictures for seeking that a DASH manifest offers: an AdaptationSet of tiled images.

Source: DASH-IF Interoperability Points 4.3, section 6.2.6: a sheet holds `columns x rows` pictures, each for
an equal share of the segment's duration, which MediaConvert may write as a decimal.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.manifests.dash import (
    Element,
    filled,
    inherited,
    is_of_images,
    presentation,
)
from media_pipeline.manifests.uris import location, object_key, resolved
from media_pipeline.publishing.storyboard import MAX_PICTURES, Sheet, checked_sheet

_TILES = frozenset({"http://dashif.org/thumbnail_tile", "http://dashif.org/guidelines/thumbnail_tile"})
# A period's length is rounded to milliseconds: a sheet that would begin this near to its end is none.
_ROUNDING_SECONDS = 0.01
_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)


def read_dash_images(key: str, text: bytes) -> tuple[Sheet, ...]:
    """Read the first set of images of the manifest that lies at `key`, nothing where it has none.

    Raises UnreadableOutputError where it can't be read.
    """
    root, period, seconds = presentation(text)
    for adaptation_set in period.iterfind("{*}AdaptationSet"):
        for representation in adaptation_set.iterfind("{*}Representation"):
            if is_of_images(adaptation_set, representation):
                return _sheets(key, [root, period, adaptation_set, representation], seconds)
    return ()


def _sheets(key: str, path: Sequence[Element], period_seconds: float) -> tuple[Sheet, ...]:
    declared = {name: value for element in path[2:] for name, value in element.attrib.items()}
    template = inherited(path, "SegmentTemplate")
    media = template.get("media") if template is not None else None
    if template is None or media is None:
        raise UnreadableOutputError("has images without a SegmentTemplate")
    columns, rows = _layout(path)
    width, height = (_number(declared.get(side)) for side in ("width", "height"))
    seconds = _number(template.get("duration")) / _number(template.get("timescale") or "1")
    first = int(_number(template.get("startNumber") or "1"))
    count = max(1, ceil((period_seconds - _ROUNDING_SECONDS) / seconds))
    if count > MAX_PICTURES:
        raise UnreadableOutputError(f"has more than {MAX_PICTURES:,} images")
    base = location(key)
    for element in path:
        base = resolved(base, element.findtext("{*}BaseURL") or "")
    values = {
        "RepresentationID": declared.get("id", "?"),
        "Bandwidth": declared.get("bandwidth", "0"),
    }
    return tuple(
        checked_sheet(
            object_key(resolved(base, filled(media, {**values, "Number": str(first + number)}))),
            size=(int(width / columns), int(height / rows)),
            layout=(columns, rows),
            tile_seconds=float(seconds / (columns * rows)),
            seconds=min(float(seconds), period_seconds - number * float(seconds)),
        )
        for number in range(count)
    )


def _layout(path: Sequence[Element]) -> tuple[int, int]:
    """Return columns and rows; a sheet that tells none is one picture."""
    for element in reversed(path[2:]):
        for name in ("EssentialProperty", "SupplementalProperty"):
            for told in element.iterfind(f"{{*}}{name}"):
                if told.get("schemeIdUri") in _TILES:
                    columns, _, rows = told.get("value", "").partition("x")
                    return int(_number(columns)), int(_number(rows))
    return 1, 1


def _number(text: str | None) -> Fraction:
    """Read a whole number or a decimal above zero."""
    told = (text or "").strip()
    if not _DECIMAL.fullmatch(told) or not (number := Fraction(told)):
        raise UnreadableOutputError(f"has images with {told[:40]!r} where a number above zero belongs")
    return number
