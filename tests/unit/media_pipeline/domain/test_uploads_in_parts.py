"""Keys, parts and ids of uploads in parts: any size fits S3's limits, and no text makes up an upload."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.uploads.in_parts import (
    ID_PATTERN,
    MAX_PART_BYTES,
    MAX_PARTS,
    MIB,
    MIN_PART_BYTES,
    PersonalKeys,
    UploadInParts,
    checked_name,
)

KEYS = PersonalKeys(prefix="in/web/")
ANN = "0d9c3f0e-1c1a-4a11-9f0e-1f2e3d4c5b6a"
CAPTIONS = (".srt", ".vtt")
TIB = 1024**4


def upload(size_bytes: int = 100, name: str = "a.mp4", s3_id: str = "s3-id_1") -> UploadInParts:
    """Return an upload of Ann's."""
    key = KEYS.new(ANN, random="0123456789abcdef", size_bytes=size_bytes, name=name)
    return UploadInParts(key=key, s3_id=s3_id, size_bytes=size_bytes)


def read(text: str) -> UploadInParts:
    """Read an id."""
    return UploadInParts.from_id(text, KEYS, caption_suffixes=CAPTIONS)


def made_up(value: Any) -> str:
    """Return a value as an id is written."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(st.integers(min_value=1, max_value=5 * TIB))
def test_parts_of_any_size_fit_the_limits_of_s3(size_bytes: int) -> None:
    """At most 10,000 parts, of 5 MiB to 5 GiB all but the last, are together the file."""
    which = upload(size_bytes)
    count = which.part_count
    assert 1 <= count <= MAX_PARTS
    assert MIN_PART_BYTES <= which.part_size_bytes <= MAX_PART_BYTES
    assert 0 < which.part_bytes(count) <= which.part_size_bytes
    assert (count - 1) * which.part_size_bytes + which.part_bytes(count) == size_bytes


@pytest.mark.parametrize(
    ("size_bytes", "part_size_bytes", "count"),
    [
        (1, 16 * MIB, 1),
        (16 * MIB, 16 * MIB, 1),
        (16 * MIB + 1, 16 * MIB, 2),
        (16 * MIB * MAX_PARTS, 16 * MIB, MAX_PARTS),
        (16 * MIB * MAX_PARTS + 1, 17 * MIB, 9_412),
        (5 * TIB, 525 * MIB, 9_987),
    ],
)
def test_parts_grow_where_there_would_be_too_many(size_bytes: int, part_size_bytes: int, count: int) -> None:
    """Usual files have parts of 16 MiB; parts of larger ones are as small as 10,000 of them allow."""
    which = upload(size_bytes)
    assert (which.part_size_bytes, which.part_count) == (part_size_bytes, count)


@pytest.mark.parametrize("number", [-1, 0, 2, MAX_PARTS + 1])
def test_there_is_no_other_part(number: int) -> None:
    """What is asked of a part that the upload has not is refused."""
    with pytest.raises(RequestProblem, match=r"^INVALID_REQUEST: [A-Z].*\.$") as refused:
        upload().part_bytes(number)
    assert refused.value.field == "parts"


@pytest.mark.parametrize("name", ["a.mp4", "Ä b+c%20'\"🎬.MOV", "..mp4", "a..b.mp4", "x" * 251 + ".mp4"])
def test_an_id_is_read_as_it_was_written(name: str) -> None:
    """The id of an upload fits into a path of a URL, and says all that is to be known again."""
    which = upload(name=name)
    assert read(which.id) == which
    assert set(which.id) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert ID_PATTERN == "^[A-Za-z0-9_-]{1,2000}$"


KEY = upload().key


def test_an_id_is_the_one_of_earlier_releases() -> None:
    """Pages keep ids while uploads last, so a release writes and reads them as the one before did."""
    text = base64.urlsafe_b64encode(f'["{KEY}","s3-id_1",100]'.encode()).decode().rstrip("=")
    assert upload().id == text
    assert read(text) == upload()


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "=", "é", "W10", "bnVsbA", "A" * 2_001, "../etc"),
        made_up([KEY, "s3"]),
        made_up([KEY, "", 100]),
        made_up([KEY, "s3", 101]),
        made_up([KEY, "s3", True]),
        made_up([KEY, "s3", "100"]),
        made_up([KEY, 1, 100]),
        made_up({"key": KEY}),
        made_up(["elsewhere/" + KEY, "s3", 100]),
        made_up([f"in/web/{ANN}/../0123456789abcdef-100/a.mp4", "s3", 100]),
        made_up([f"in/web/{ANN}/0123456789abcdef-100/../a.mp4", "s3", 100]),
        made_up([f"in/web/{ANN}/0123456789abcdef-100/..", "s3", 100]),
        made_up([f"in/web/{ANN}/0123456789abcdef-100/", "s3", 100]),
        made_up([f"in/web/{ANN}/0123456789abcdef-0100/a.mp4", "s3", 100]),
        made_up([f"in/web/{ANN}/0123456789ABCDEF-100/a.mp4", "s3", 100]),
        made_up([f"in/web/../{ANN}/0123456789abcdef-100/a.mp4", "s3", 100]),
        made_up(["in/web/.../0123456789abcdef-100/a.mp4", "s3", 100]),
        made_up([f"in/web/{ANN}/0123456789abcdef-100/a.vtt", "s3", 0]),
        made_up([f"in/web/{ANN}/0123456789abcdef-100/a.vtt", "s3", 2 * MIB + 1]),
    ],
)
def test_no_text_makes_up_an_upload(text: str) -> None:
    """An id that the API has not written, or a key that it would not make, is no upload of anybody's."""
    with pytest.raises(RequestProblem, match=r"^UNKNOWN_UPLOAD: [A-Z].*\.$"):
        read(text)


def test_captions_say_their_own_size() -> None:
    """The folder of captions is that of their video; how large they are is in their id."""
    video = upload(size_bytes=3 * TIB)
    key = video.key.replace("a.mp4", "a.en.vtt")
    captions = UploadInParts(key=key, s3_id="s3", size_bytes=2 * MIB)
    assert read(captions.id) == captions
    assert captions.part_count == 1


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "...", "a/b.mp4", "../a.mp4", "a\\b.mp4", "/a.mp4", " a.mp4", "a.mp4 ", "a\nb.mp4"),
        *(
            "a\0.mp4",
            "a\x7f.mp4",
            "a\u2028b.mp4",
            "a\u2029b.mp4",
            "a\ud800.mp4",
            "x" * 252 + ".mp4",
            "ä" * 126 + ".mp4",
        ),
    ],
)
def test_what_is_no_name_of_a_file_is_refused(name: str) -> None:
    """No name goes up or down folders, is invisible, or is longer than keys and file systems take."""
    with pytest.raises(RequestProblem, match=r"^INVALID_NAME: [A-Z].*\.$"):
        checked_name(name)


def test_names_are_composed() -> None:
    """macOS sends accents apart; captions and videos get the same form of a name."""
    assert checked_name("e\u0301.mp4") == "é.mp4"


@pytest.mark.parametrize("person", ["", "a/b", "..", "a b", "é", "x" * 129, "*"])
def test_who_is_no_person_has_no_keys(person: str) -> None:
    """A token with another subject than Cognito gives owns nothing, lest its keys lie among others'."""
    with pytest.raises(RequestProblem, match=r"^NOT_ALLOWED: [A-Z].*\.$"):
        KEYS.of_person(person)
