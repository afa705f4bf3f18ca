"""What is uploaded, and the thread that uploads it and keeps what S3 acknowledged: the ground truth."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.chaos.settings import StormSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What has broken other pipelines: what URLs escape, several scripts, quotes, a folder named like a file.
ODD_NAMES = ("a b+c", "100%25 & more", "tät æ ß", "日本語/ビデオ", "it's \"quoted\"", "dots..and;semi=colons",
             "x.mp4/y", "[brackets] {braces}", "emoji 🎬")  # fmt: skip
# An upload replaces one that was sent shortly before, so that both are on their way at once.
_OVERWRITE_REACH = 40


class Kind(StrEnum):
    """Say what an upload is."""

    SILENT = "silent video"
    SOUND = "video with sound"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An upload to come."""

    key: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A version of an object that S3 says it has; `at` is when it said so, in epoch seconds."""

    key: str
    version_id: str
    kind: Kind
    at: float


def planned(settings: StormSettings, prefix: str) -> Iterator[Planned]:
    """Yield the uploads of a storm, the same for the same seed."""
    chance = random.Random(settings.seed)
    sent: list[str] = []
    for number in range(settings.uploads):
        odd = f" {chance.choice(ODD_NAMES)}" if chance.random() < settings.odd_key_share else ""
        key = f"{prefix}{number:05d}{odd}.{chance.choice(('mp4', 'mp4', 'mp4', 'MOV'))}"
        if sent and chance.random() < settings.overwrite_share:
            key = chance.choice(sent[-_OVERWRITE_REACH:])
        sent.append(key)
        kind = (
            Kind.TEXT if chance.random() < settings.text_share else chance.choice((Kind.SILENT, Kind.SOUND))
        )
        yield Planned(key=key, kind=kind)


class Uploader:
    """Send the planned uploads, some at a time, and wait where too many are on their way already."""

    def __init__(
        self,
        s3: S3Client,
        bucket: str,
        bodies: Mapping[Kind, bytes],
        uploads: Sequence[Planned],
        *,
        at_once: int,
        per_second: float,
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._bodies = bodies
        self._uploads = uploads
        self._pause_seconds = 1 / per_second
        self._slots = threading.Semaphore(at_once)
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="upload")
        self._may_send = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._acknowledged: list[Acknowledged] = []
        self._refused: list[str] = []
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
        """Whether every upload was sent."""
        return len(self.acknowledged) + len(self.refused) == len(self._uploads)

    @property
    def acknowledged(self) -> list[Acknowledged]:
        """What S3 has acknowledged so far."""
        with self._lock:
            return list(self._acknowledged)

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
        try:
            body = self._bodies[upload.kind]
            version_id = self._s3.put_object(Bucket=self._bucket, Key=upload.key, Body=body)["VersionId"]
        except (ClientError, BotoCoreError) as fault:
            with self._lock:
                self._refused.append(f"{upload.key}: {fault}")
        else:
            with self._lock:
                self._acknowledged.append(
                    Acknowledged(key=upload.key, version_id=version_id, kind=upload.kind, at=time.time())
                )
        finally:
            self._slots.release()
