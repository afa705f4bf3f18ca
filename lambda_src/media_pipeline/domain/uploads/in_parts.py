"""Uploads in parts through the API: their keys, their parts, and the ids by which people know them.

S3's multipart upload is all the state that there is. Its key says what the API has to know again: whose it is
and how large it will be. S3 takes a part, or the end, of an upload under its own key alone, so nothing of it
can be changed afterwards.

    {prefix}{person}/{random}-{size in bytes}/{name}

Captions lie beside their video, in its folder, and are small. The id of an upload is its key, S3's own id and
its size, as text; who makes one up gets no further than S3, which knows no such upload.
"""

import base64
import json
import re
import unicodedata
from math import ceil

from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from media_pipeline.domain.values import dataclass

MIB = 1024**2
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html ("Amazon S3 multipart upload
# limits"): parts of 5 MiB to 5 GiB, the last one of any size; at most 10,000 of them.
MIN_PART_BYTES = 5 * MIB
MAX_PART_BYTES = 5 * 1024 * MIB
MAX_PARTS = 10_000
# A part that is lost is sent again as a whole; smaller ones cost a request each for little.
USUAL_PART_BYTES = 16 * MIB
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: 1,024 bytes for the key, of
# which a prefix may have 512, a person and the folder about 200.
MAX_NAME_BYTES = 255
# So many URLs fit into an answer with room to spare: each is about 2 KB with the role's session token.
MAX_SIGNED_PARTS = 100
MAX_ID_CHARACTERS = 2_000
ID_PATTERN = r"^[A-Za-z0-9_-]{1,2000}$"
# What Cognito calls people (UUIDs) and clients. Source: Amazon Cognito User Pools API, UserPoolClientType:
# ClientId is `[\w+]+`, at most 128 characters.
_PERSON = re.compile(r"[A-Za-z0-9_+-]{1,128}")
_FOLDER = re.compile(r"[0-9a-f]{16}-[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadInParts:
    """Identify an upload that S3 takes in parts."""

    key: str
    s3_id: str
    size_bytes: int

    @property
    def part_size_bytes(self) -> int:
        """Return the size of all parts but the last one: whole MiB, so many that MAX_PARTS suffice."""
        return max(USUAL_PART_BYTES, ceil(self.size_bytes / MAX_PARTS / MIB) * MIB)

    @property
    def part_count(self) -> int:
        """Return how many parts there are."""
        return ceil(self.size_bytes / self.part_size_bytes)

    def part_bytes(self, number: int) -> int:
        """Return the size of a part, of which the first is 1. Raises RequestProblem where there is none."""
        if not 1 <= number <= self.part_count:
            raise RequestProblem(
                "INVALID_REQUEST", f"The upload has the parts 1 to {self.part_count}.", field="parts"
            )
        return min(self.part_size_bytes, self.size_bytes - (number - 1) * self.part_size_bytes)

    @property
    def id(self) -> str:
        """Return the text by which the API knows the upload."""
        text = json.dumps([self.key, self.s3_id, self.size_bytes], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_id(
        cls, text: str, keys: "PersonalKeys", *, caption_suffixes: tuple[str, ...]
    ) -> "UploadInParts":
        """Read an upload's id. Raises RequestProblem (UNKNOWN_UPLOAD) where it is none.

        The key's folder says how large a video is; of captions the id says it, within their bound.
        """
        unknown = RequestProblem("UNKNOWN_UPLOAD", "There is no upload of this id.")
        if not re.fullmatch(ID_PATTERN.strip("^$"), text):
            raise unknown
        try:
            read = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, RecursionError) as error:
            raise unknown from error
        match read:
            case [str(key), str(s3_id), int(size)] if s3_id and not isinstance(size, bool):
                pass
            case _:
                raise unknown
        place = keys.place(key)
        if place is None:
            raise unknown
        is_caption = place.name.lower().endswith(caption_suffixes)
        if not (0 < size <= MAX_CAPTION_BYTES if is_caption else size == place.size_bytes):
            raise unknown
        return cls(key=key, s3_id=s3_id, size_bytes=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpload:
    """Describe a file that is to be uploaded; captions name their video by its asset, or by its upload."""

    name: str
    size_bytes: int
    content_type: str
    profile: str | None = None
    asset_id: str | None = None
    upload_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPart:
    """Describe a part that S3 has; the ETag is without quotes."""

    number: int
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Say what an upload's key says; `folder` ends with a slash, and `size_bytes` is that of its video."""

    person: str
    folder: str
    size_bytes: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalKeys:
    """Make and read the keys of people's uploads, all of them below a prefix."""

    prefix: str

    def of_person(self, person: str) -> str:
        """Return what all keys of a person begin with. Raises RequestProblem for who can't have any."""
        if not _PERSON.fullmatch(person):
            raise RequestProblem("NOT_ALLOWED", "The token names nobody who can own uploads.")
        return f"{self.prefix}{person}/"

    def new(self, person: str, *, random: str, size_bytes: int, name: str) -> str:
        """Return the key of a new upload; `random` are 16 hexadecimal digits."""
        return f"{self.of_person(person)}{random}-{size_bytes}/{name}"

    def place(self, key: str) -> Place | None:
        """Return what a key says, None for one that `new` has not made, nor a name beside such."""
        if not key.startswith(self.prefix):
            return None
        parts = key.removeprefix(self.prefix).split("/")
        if len(parts) != 3:
            return None
        person, folder, name = parts
        if not (_PERSON.fullmatch(person) and _FOLDER.fullmatch(folder) and _is_name(name)):
            return None
        return Place(
            person=person,
            folder=f"{self.prefix}{person}/{folder}/",
            size_bytes=int(folder.partition("-")[2]),
            name=name,
        )


def checked_name(name: str) -> str:
    """Return a file's name in Unicode's normal form C. Raises RequestProblem for what is no name of a file.

    It becomes the last part of a key, and is never decoded or resolved: a slash, or a name of dots alone,
    would name another place to whatever copies the object into a folder.
    """
    normal = unicodedata.normalize("NFC", name)
    if not _is_name(normal):
        raise RequestProblem(
            "INVALID_NAME",
            f"A name has 1 to {MAX_NAME_BYTES} bytes, no slash or backslash, no control character, and no "
            "white space or lone dots at its ends.",
            field="name",
        )
    return normal


def _is_name(name: str) -> bool:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return False
    return (
        0 < size <= MAX_NAME_BYTES
        and name == name.strip()
        and name.strip(".") != ""
        and not set(name) & {"/", "\\"}
        and all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in name)
    )
