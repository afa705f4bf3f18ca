"""What a load test uploads, and what is right to come of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal

from sandbox.demo.clip import CLIPS_FOLDER, Clip, make_clip

_TEXT = b"This is no video, whatever its name says.\n" * 20
_CUE = "1\n00:00:00,100 --> 00:00:00,900\n{}\n"
# A customer's key is never kept by S3: without it, the object can't be read again.
_CUSTOMER_KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "storm" * 6 + "!!"}
_COLD = {"StorageClass": "DEEP_ARCHIVE"}
# The API has parts of 16 MiB: two of them, of which the second is small.
_LARGE_BYTES = 16 * 1024**2 + 50_000


class Kind(StrEnum):
    """Say what an upload is."""

    SILENT = "silent video"
    SOUND = "video with sound"
    TEXT = "text that is named like a video"
    HOLLOW = "video that was empty at first"
    CAPTIONED = "video with caption files"
    LARGE = "video in several parts"
    COLD = "video in a cold storage class"
    LOCKED = "video under a customer's key"
    LOG = "file that says it is no video"
    CLUTTER = "file that a computer leaves beside others"
    CAPTIONS = "caption file"
    UNREADABLE_CAPTIONS = "caption file in a cold storage class"

    @property
    def needs_record(self) -> bool:
        """Whether exactly one record has to tell of it."""
        return self not in (Kind.CLUTTER, Kind.CAPTIONS, Kind.UNREADABLE_CAPTIONS)

    @property
    def may_complete(self) -> bool:
        """Whether it is a video that can be read."""
        return self in (Kind.SILENT, Kind.SOUND, Kind.HOLLOW, Kind.CAPTIONED, Kind.LARGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is put: `first`, if anything, right before it under the same key, and more of the request."""

    content: bytes
    first: bytes | None = None
    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionFile:
    """A caption file beside a video.

    Attributes:
        ending: What follows the video's stem in its key.
        language: The tag under which it may be published.
        form: The Unicode normal form in which its key is written.
        kind: Whether it can be read.
        text: What it says.
        encoding: How the text is written.
    """

    ending: str
    language: str
    form: Literal["NFC", "NFD"]
    kind: Kind
    text: str
    encoding: str

    @property
    def is_readable(self) -> bool:
        """Whether S3 hands it out."""
        return self.kind is Kind.CAPTIONS

    def key(self, stem: str) -> str:
        """Return its key."""
        return unicodedata.normalize(self.form, stem) + self.ending

    def name(self, video: str) -> str:
        """Return its name beside a video of this name, as the API keeps it: in the normal form C."""
        return unicodedata.normalize("NFC", self.key(video.rpartition(".")[0]))


CAPTION_FILES: Sequence[CaptionFile] = (
    CaptionFile(
        ending=".en.srt", language="en", form="NFD", kind=Kind.CAPTIONS, text="Hello", encoding="utf-8"
    ),
    CaptionFile(
        ending=".ru.srt",
        language="ru",
        form="NFC",
        kind=Kind.CAPTIONS,
        text="Привет, мир! Это обычная строка, которую читает человек.",
        encoding="windows-1251",
    ),
    CaptionFile(
        ending=".de.srt",
        language="de",
        form="NFC",
        kind=Kind.UNREADABLE_CAPTIONS,
        text="Guten Tag",
        encoding="utf-8",
    ),
)


def bodies() -> Mapping[Kind, Body]:
    """Return what is uploaded, by kind; clips are made where they aren't there yet."""
    silent, sound = (
        make_clip(
            CLIPS_FOLDER,
            Clip(width=96, height=96, frame_rate=Fraction(10), seconds=1, has_audio=has_audio),
        ).read_bytes()
        for has_audio in (False, True)
    )
    return {
        Kind.SILENT: Body(content=silent),
        Kind.SOUND: Body(content=sound),
        Kind.TEXT: Body(content=_TEXT),
        Kind.HOLLOW: Body(content=silent, first=b""),
        Kind.CAPTIONED: Body(content=sound),
        Kind.LARGE: Body(content=sound + _free_box(_LARGE_BYTES)),
        Kind.COLD: Body(content=silent, request=_COLD),
        Kind.LOCKED: Body(content=silent, request=_CUSTOMER_KEY),
        Kind.LOG: Body(content=_TEXT),
        Kind.CLUTTER: Body(content=_TEXT),
    }


def _free_box(size_bytes: int) -> bytes:
    """Return a box that readers of MP4 skip. Source: ISO/IEC 14496-12, 8.1.2, free space box."""
    return size_bytes.to_bytes(4, "big") + b"free" + bytes(size_bytes - 8)


def file_name(key: str) -> str:
    """Return what a key ends with, after its last slash."""
    return key.rpartition("/")[2]


def caption_body(file: CaptionFile) -> Body:
    """Return what a caption file holds."""
    return Body(
        content=_CUE.format(file.text).encode(file.encoding),
        request=_COLD if file.kind is Kind.UNREADABLE_CAPTIONS else {},
    )
