"""What lies beside a source, and the documents of the outputs bucket, on the other buckets' fakes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import md5

from media_pipeline.domain.asset import UploadedObject
from media_pipeline.domain.errors import UnreadableCaptionError
from media_pipeline.domain.failures import Unreadable
from media_pipeline.domain.ports import Document
from tests.support.fakes.buckets import FakeOutputs, FakeUploads


class FakeDocuments:
    """See the objects of a fake outputs bucket as documents; errors in `failures` are raised first."""

    def __init__(self, outputs: FakeOutputs) -> None:
        self.content_types: dict[str, str] = {}
        self.failures: list[Exception] = []
        self._outputs = outputs

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETag of every object whose key begins so."""
        self._fail()
        return {key: _etag(body) for key, body in self._outputs.objects.items() if key.startswith(prefix)}

    def read(self, key: str) -> Document | None:
        """Return an object, None where there is none."""
        self._fail()
        body = self._outputs.objects.get(key)
        if body is None:
            return None
        content_type = self.content_types.get(key, "binary/octet-stream")
        return Document(body=body, etag=_etag(body), content_type=content_type)

    def begin(self, key: str, *, length: int) -> bytes:
        """Return an object's first bytes."""
        self._fail()
        return self._outputs.objects.get(key, b"")[:length]

    def write(self, key: str, body: bytes, *, content_type: str, replaces: str | None) -> bool:
        """Write an object in the place of the one with this ETag, or of none."""
        self._fail()
        current = self._outputs.objects.get(key)
        if (_etag(current) if current is not None else None) != replaces:
            return False
        self._outputs.objects[key] = body
        self.content_types[key] = content_type
        return True

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


class FakeSidecars:
    """See a fake uploads bucket as captions do; `bodies` are what caption files hold, by key.

    `unreadable` says which of them S3 does not give away.
    """

    def __init__(self, uploads: FakeUploads) -> None:
        self.bodies: dict[str, bytes] = {}
        self.reads = 0
        self.unreadable: dict[str, Unreadable] = {}
        self.page_size = 1000
        self._uploads = uploads
        self._count = 0

    def put(self, key: str, body: bytes) -> UploadedObject:
        """Upload a caption file."""
        self._count += 1
        upload = UploadedObject(
            bucket="uploads",
            key=key,
            version_id=f"caption-{self._count}",
            etag=_etag(body),
            size_bytes=len(body),
            sequencer="",
        )
        self._uploads.put(upload, datetime(2026, 1, 2, tzinfo=UTC))
        self.bodies[key] = body
        return upload

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETags of the keys that begin so and hold something now."""
        return {
            key: self._uploads.stored[key][-1].upload.etag
            for key in sorted(self._uploads.stored)
            if key.startswith(prefix) and key not in self._uploads.deleted
        }

    def folder_etags(self, prefix: str) -> Mapping[str, str] | None:
        """Return what lies in a folder now, with ETags; None where that is more than a page."""
        found = {key: etag for key, etag in self.etags(prefix).items() if "/" not in key[len(prefix) :]}
        return found if len(found) <= self.page_size else None

    def read_caption(self, key: str) -> tuple[bytes, str] | None:
        """Return what a caption file holds now, and its ETag."""
        self.reads += 1
        upload = self.current_version(key)
        if upload and key in self.unreadable:
            raise UnreadableCaptionError(self.unreadable[key].caption_sentence)
        return (self.bodies[key], upload.etag) if upload else None

    def current_version(self, key: str) -> UploadedObject | None:
        """Return the version that a key holds now."""
        if key in self._uploads.deleted or key not in self._uploads.stored:
            return None
        return self._uploads.stored[key][-1].upload


def _etag(body: bytes) -> str:
    return md5(body, usedforsecurity=False).hexdigest()
