"""Read caption files that are in Unicode, with a byte order mark or without, and with a few spoilt bytes.

Source: the Unicode Standard, sections 3.9 and 3.10; RFC 1468 for ISO-2022-JP, which marks itself as well.
"""

import codecs

from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.domain.values import dataclass

# A file without a byte order mark in which every second byte is zero is UTF-16; so many bytes tell.
_SAMPLE_BYTES = 64
# UTF-8 with errors: so many bytes that fit for one that doesn't, or for the only one.
_FITTING, _FITTING_ONE = 25, 4
ADVICE = "Save the file as UTF-8 and upload it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """Hold a file's text, the encoding it was in, and sentences on what could not be read."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def unicode_text(body: bytes) -> DecodedText | None:
    """Return a file's text where it is in Unicode, or nearly, else None.

    Raises UnreadableCaptionError where a file is not what its mark says.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return _utf8(body) if encoding == "utf-8" else _utf16(body, encoding)
    sample = body[:_SAMPLE_BYTES]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) > len(sample) // 4:
        return _utf16(body, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    if b"\x1b$" in body or b"\x1b(J" in body:
        try:
            return DecodedText(text=body.decode("iso2022_jp"), encoding="iso2022_jp")
        except UnicodeDecodeError:
            pass
    try:
        return DecodedText(text=body.decode("utf-8-sig"), encoding="utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(body)


def _utf8(body: bytes) -> DecodedText:
    """Return the text of a file that says that it is UTF-8."""
    try:
        return DecodedText(text=body.decode("utf-8-sig"), encoding="utf-8")
    except UnicodeDecodeError:
        repaired = _nearly_utf8(body)
    if repaired is None:
        raise UnreadableCaptionError(f"The caption file is not the utf-8 text that it claims. {ADVICE}")
    return repaired


def _utf16(body: bytes, encoding: str) -> DecodedText:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableCaptionError(
            f"The caption file is not the {encoding} text that it claims. {ADVICE}"
        ) from error
    return DecodedText(text=text.removeprefix("\ufeff"), encoding=encoding)


def _nearly_utf8(body: bytes) -> DecodedText | None:
    """Return the text of UTF-8 with a few bytes that are none, each replaced by itself."""
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
    errors = text.count("\ufffd") - body.count("\ufffd".encode())
    # What follows the first byte of a character is no other encoding's by chance, time and again.
    fitting = sum(len(char.encode()) - 1 for char in text if "\x80" <= char != "\ufffd")
    if fitting < (_FITTING_ONE if errors == 1 else _FITTING * errors):
        return None
    what = "1 place of the file is" if errors == 1 else f"{errors:,} places of the file are"
    return DecodedText(text=text, encoding="utf-8", notes=(f"{what} not UTF-8; \ufffd is shown there.",))
