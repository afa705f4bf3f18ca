"""What is uploaded, and the thread that uploads it and keeps what S3 acknowledged: the ground truth."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.chaos.api.client import ApiError
from sandbox.chaos.api.sender import ApiSender, Completed
from sandbox.chaos.kinds import CAPTION_FILES, Body, CaptionFile, Kind, caption_body, file_name
from sandbox.chaos.settings import LoadTestSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What has broken other pipelines: what URLs escape, several scripts, quotes, a folder named like a file.
ODD_NAMES = ("a b+c", "100%25 & more", "tät æ ß", "日本語/ビデオ", "it's \"quoted\"", "dots..and;semi=colons",
             "x.mp4/y", "[brackets] {braces}", "emoji 🎬")  # fmt: skip
# An upload replaces one that was sent shortly before, so that both are on their way at once.
_OVERWRITE_REACH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An upload to come; `body` is None where it is the kind's.

    Of one through the API, the key is the file's name, and the API chooses the rest; captions come with it.
    """

    key: str
    kind: Kind
    body: Body | None = None
    through_api: bool = False

    @property
    def captions(self) -> Sequence[CaptionFile]:
        """The caption files that it brings along; the API takes no storage class."""
        is_wanted = self.through_api and self.kind is Kind.CAPTIONED
        return [file for file in CAPTION_FILES if is_wanted and file.is_readable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A version of an object that S3, or the API, says it has; `at` is when, in epoch seconds."""

    key: str
    version_id: str
    kind: Kind
    at: float
    through_api: bool = False


def planned(settings: LoadTestSettings, prefix: str) -> Iterator[Planned]:
    """Yield the uploads of a load test, the same for the same seed; caption files come on top of them."""
    chance = random.Random(settings.seed)
    sent: list[str] = []
    for number in range(settings.uploads):
        kind = _special(settings, chance)
        if _goes_through_api(kind, settings, chance):
            odd = f" {chance.choice(ODD_NAMES)}" if chance.random() < settings.odd_key_share else ""
            name = f"{number:05d}{odd.replace('/', '-')}"
            kind = kind or _common(settings, chance)
            # Captions are found by their video's name.
            name = f"{number:05d} café" if kind is Kind.CAPTIONED else name
            yield Planned(key=f"{name}.mp4", kind=kind, through_api=True)
            continue
        if kind is not None:
            yield from _planned_special(kind, f"{prefix}{number:05d}", chance)
            continue
        odd = f" {chance.choice(ODD_NAMES)}" if chance.random() < settings.odd_key_share else ""
        key = f"{prefix}{number:05d}{odd}.{chance.choice(('mp4', 'mp4', 'mp4', 'MOV'))}"
        if sent and chance.random() < settings.overwrite_share:
            key = chance.choice(sent[-_OVERWRITE_REACH:])
        sent.append(key)
        yield Planned(key=key, kind=_common(settings, chance))


def _common(settings: LoadTestSettings, chance: random.Random) -> Kind:
    return Kind.TEXT if chance.random() < settings.text_share else chance.choice((Kind.SILENT, Kind.SOUND))


def _goes_through_api(kind: Kind | None, settings: LoadTestSettings, chance: random.Random) -> bool:
    """Return whether the next upload goes through the API, which takes no other kinds."""
    if kind is Kind.LARGE:
        return True
    return kind in (None, Kind.CAPTIONED) and chance.random() < settings.api_share


def _special(settings: LoadTestSettings, chance: random.Random) -> Kind | None:
    """Return what kind the next upload is, where it is none of the common ones."""
    shares = {
        Kind.COLD: settings.unreadable_share,
        Kind.LOCKED: settings.unreadable_share,
        Kind.LOG: settings.clutter_share,
        Kind.CLUTTER: settings.clutter_share,
        Kind.HOLLOW: settings.hollow_share,
        Kind.CAPTIONED: settings.captioned_share,
        Kind.LARGE: settings.large_share,
    }
    drawn = chance.random()
    for kind, share in shares.items():
        if drawn < share:
            return kind
        drawn -= share
    return None


def _planned_special(kind: Kind, stem: str, chance: random.Random) -> Iterator[Planned]:
    match kind:
        case Kind.CLUTTER:
            folder, _, name = stem.rpartition("/")
            yield Planned(key=f"{folder}/._{name}.mp4", kind=kind)
        case Kind.LOG:
            yield Planned(key=f"{stem}.log", kind=kind)
        case Kind.CAPTIONED:
            stem = f"{stem} café"
            found = [Planned(key=f"{stem}.mp4", kind=kind)]
            found += [
                Planned(key=each.key(stem), kind=each.kind, body=caption_body(each)) for each in CAPTION_FILES
            ]
            # Captions come before, after, and while the video is on its way.
            chance.shuffle(found)
            yield from found
        case _:
            yield Planned(key=f"{stem}.mp4", kind=kind)


class Uploader:
    """Send the planned uploads, some at a time, and wait where too many are on their way already."""

    def __init__(
        self,
        s3: S3Client,
        bucket: str,
        api: ApiSender,
        bodies: Mapping[Kind, Body],
        uploads: Sequence[Planned],
        *,
        at_once: int,
        per_second: float,
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._api = api
        self._bodies = bodies
        self._uploads = uploads
        self._pause_seconds = 1 / per_second
        self._slots = threading.Semaphore(at_once)
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="upload")
        self._may_send = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._acknowledged: list[Acknowledged] = []
        self._completed: list[Completed] = []
        self._refused: list[str] = []
        self._sent = 0
        self._thread = threading.Thread(target=self._send_all, name="uploader", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._may_send.set()
        self._thread.start()

    def stop(self) -> None:
        """Send no more, and wait for those that are being sent."""
        self._stopped.set()
        self._may_send.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()

    def pause(self, is_paused: bool) -> None:
        """Hold back further uploads, or let them go on."""
        if is_paused and not self._stopped.is_set():
            self._may_send.clear()
        else:
            self._may_send.set()

    @property
    def is_done(self) -> bool:
        """Whether every upload was sent, or given up."""
        with self._lock:
            return self._sent == len(self._uploads)

    @property
    def names_without_record(self) -> frozenset[str]:
        """What the keys of uploads end with, after their last slash, that no record tells of."""
        own = {file_name(each.key) for each in self._uploads if not each.kind.needs_record}
        brought = {file.name(each.key) for each in self._uploads for file in each.captions}
        return frozenset(own | brought)

    @property
    def acknowledged(self) -> list[Acknowledged]:
        """What S3 has acknowledged so far."""
        with self._lock:
            return list(self._acknowledged)

    @property
    def completed(self) -> list[Completed]:
        """What the API has said is complete so far, captions too."""
        with self._lock:
            return list(self._completed)

    @property
    def refused(self) -> list[str]:
        """Why uploads were given up; the local AWS may have them or not."""
        with self._lock:
            return list(self._refused)

    def _send_all(self) -> None:
        for upload in self._uploads:
            self._may_send.wait()
            self._slots.acquire()
            if self._stopped.wait(self._pause_seconds):
                return
            self._pool.submit(self._send, upload)

    def _send(self, upload: Planned) -> None:
        body = upload.body or self._bodies[upload.kind]
        try:
            if upload.through_api:
                self._send_through_api(upload, body)
                return
            if body.first is not None:
                self._put(upload, body.first, body.request)
            self._put(upload, body.content, body.request)
        except (ClientError, BotoCoreError, ApiError) as error:
            with self._lock:
                self._refused.append(f"{upload.key}: {error}")
        finally:
            with self._lock:
                self._sent += 1
            self._slots.release()

    def _send_through_api(self, upload: Planned, body: Body) -> None:
        captions = [(file.name(upload.key), caption_body(file)) for file in upload.captions]
        for completed in self._api.send(upload.key, upload.kind, body, captions=captions):
            with self._lock:
                self._completed.append(completed)

    def _put(self, upload: Planned, content: bytes, request: Mapping[str, Any]) -> None:
        answer = self._s3.put_object(Bucket=self._bucket, Key=upload.key, Body=content, **request)
        with self._lock:
            self._acknowledged.append(
                Acknowledged(key=upload.key, version_id=answer["VersionId"], kind=upload.kind, at=time.time())
            )
