"""The uploads and the outputs bucket."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import md5

from media_pipeline.domain.errors import OperatorError, SourceRefusedError, UnreadableCaptionError
from media_pipeline.domain.failures import Reason, Unreadable
from media_pipeline.domain.ports import Document
from media_pipeline.domain.uploads.current import CurrentUpload
from media_pipeline.domain.uploads.listing import StoredUpload, UploadsPage
from media_pipeline.domain.uploads.quarantine import with_quarantine, without_quarantine
from media_pipeline.domain.uploads.upload import UploadedObject


class FakeOutputs:
    """Keep objects in a dictionary; errors in `failures` are raised first."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.content_types: dict[str, str] = {}
        self.failures: list[Exception] = []

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Return the sizes of the objects whose keys begin so."""
        self._fail()
        return {key: len(body) for key, body in self.objects.items() if key.startswith(prefix)}

    def remove(self, prefix: str, *, limit: int) -> int:
        """Delete up to so many objects whose keys begin so."""
        self._fail()
        keys = [key for key in sorted(self.objects) if key.startswith(prefix)][:limit]
        for key in keys:
            del self.objects[key]
        return len(keys)

    def read_range(self, key: str, *, offset: int, length: int) -> bytes:
        """Return a part of an object."""
        self._fail()
        part = self.objects.get(key, b"")[offset : offset + length]
        if not part:
            raise OperatorError(f"there is no byte {offset} of {key}")
        return part

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETag of every object whose key begins so."""
        self._fail()
        return {key: _etag(body) for key, body in self.objects.items() if key.startswith(prefix)}

    def read(self, key: str) -> Document | None:
        """Return an object, None where there is none."""
        self._fail()
        body = self.objects.get(key)
        if body is None:
            return None
        content_type = self.content_types.get(key, "binary/octet-stream")
        return Document(body=body, etag=_etag(body), content_type=content_type)

    def begin(self, key: str, *, length: int) -> Document | None:
        """Return an object with its first bytes."""
        document = self.read(key)
        return None if document is None else replace(document, body=document.body[:length])

    def write(self, key: str, body: bytes, *, content_type: str, replaces: str | None) -> bool:
        """Write an object in the place of the one with this ETag, or of none."""
        self._fail()
        current = self.objects.get(key)
        if (_etag(current) if current is not None else None) != replaces:
            return False
        self.objects[key] = body
        self.content_types[key] = content_type
        return True

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


class FakeUploads:
    """Hold the versions of the uploads bucket: by key, the newest last; `deleted` keys hold nothing now.

    `unreadable` says of keys why S3 does not give away what they hold. `profiles` are those that uploads'
    metadata ask for, by asset id; `tags` are those of a key's version; `contents` are what keys hold.
    """

    def __init__(self) -> None:
        self.profiles: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.stored: dict[str, list[StoredUpload]] = {}
        self.deleted: set[str] = set()
        self.unreadable: dict[str, Unreadable] = {}
        self.tags: dict[tuple[str, str], Mapping[str, str]] = {}
        self.failures: list[Exception] = []
        self.page_size = self.folder_page_size = 1000
        self.caption_reads = 0
        self._captions = 0

    def put(self, upload: UploadedObject, at: datetime) -> None:
        """Upload a version; one without an id takes the place of the one without an id before it."""
        versions = self.stored.setdefault(upload.key, [])
        if upload.version_id is None:
            versions[:] = [stored for stored in versions if stored.upload.version_id is not None]
        versions.append(StoredUpload(upload=upload, modified_at=at))
        self.deleted.discard(upload.key)

    def delete(self, key: str) -> None:
        """Delete what lies under a key, which leaves its versions where they are."""
        self.deleted.add(key)

    def current(self, key: str) -> CurrentUpload | None:
        """Return what lies under a key now."""
        if self.failures:
            raise self.failures.pop(0)
        if key in self.deleted or key not in self.stored:
            return None
        upload = self.stored[key][-1].upload
        return CurrentUpload(
            etag=upload.etag,
            version_id=upload.version_id,
            profile=self.profiles.get(upload.asset_id),
            unreadable=self.unreadable.get(key),
        )

    def read(self, upload: UploadedObject, offset: int, length: int) -> bytes:
        """Return bytes of what lies under an upload's key, if that is still the same."""
        if self.failures:
            raise self.failures.pop(0)
        current = self.current(upload.key)
        if current is None or current.etag != upload.etag or current.unreadable is not None:
            return b""
        return self.contents.get(upload.key, b"")[offset : offset + length]

    def put_caption(self, key: str, body: bytes) -> UploadedObject:
        """Upload a caption file."""
        self._captions += 1
        upload = UploadedObject(
            bucket="uploads",
            key=key,
            version_id=f"caption-{self._captions}",
            etag=_etag(body),
            size_bytes=len(body),
            sequencer="",
        )
        self.put(upload, datetime(2026, 1, 2, tzinfo=UTC))
        self.contents[key] = body
        return upload

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETags of the keys that begin so and hold something now."""
        return {
            key: self.stored[key][-1].upload.etag
            for key in sorted(self.stored)
            if key.startswith(prefix) and key not in self.deleted
        }

    def folder_etags(self, prefix: str) -> Mapping[str, str] | None:
        """Return the ETags of what lies in a folder now; None where that is more than a page."""
        found = {key: etag for key, etag in self.etags(prefix).items() if "/" not in key[len(prefix) :]}
        return found if len(found) <= self.folder_page_size else None

    def read_caption(self, key: str) -> tuple[bytes, str] | None:
        """Return what a caption file holds now, and its ETag."""
        self.caption_reads += 1
        if key in self.deleted or key not in self.stored:
            return None
        if key in self.unreadable:
            raise UnreadableCaptionError(self.unreadable[key].caption_sentence)
        return self.contents[key], self.stored[key][-1].upload.etag

    def current_version(self, key: str) -> UploadedObject | None:
        """Return the version that a key holds now, None where it can't be read."""
        if key in self.deleted or key not in self.stored:
            return None
        unreadable = self.unreadable.get(key)
        if unreadable is None:
            return self.stored[key][-1].upload
        if unreadable.reason is Reason.DENIED:
            raise SourceRefusedError(f"the source can't be read: {unreadable.said}")
        return None

    def tags_of(self, upload: UploadedObject) -> Mapping[str, str]:
        """Return a version's tags."""
        return self.tags.get((upload.key, upload.version_id or ""), {})

    def quarantine(self, upload: UploadedObject, *, reason: str) -> bool:
        """Tag a version as quarantined."""
        return self._retag(upload, lambda tags: with_quarantine(tags, reason))

    def release(self, upload: UploadedObject) -> bool:
        """Take the tags off a version."""
        return self._retag(upload, without_quarantine)

    def _retag(
        self, upload: UploadedObject, change: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> bool:
        if self.failures:
            raise self.failures.pop(0)
        versions = [stored.upload.version_id for stored in self.stored.get(upload.key, [])]
        if upload.version_id is None or upload.version_id not in versions:
            return False
        self.tags[upload.key, upload.version_id] = change(self.tags_of(upload))
        return True

    def page(self, *, prefix: str, key_marker: str | None, version_marker: str | None) -> UploadsPage:
        """Return a page of versions, by key, the newest of a key first."""
        if self.failures:
            raise self.failures.pop(0)
        listed = [
            replace(stored, is_latest=number == 0 and key not in self.deleted)
            for key in sorted(self.stored, key=str.encode)
            if key.startswith(prefix)
            for number, stored in enumerate(reversed(self.stored[key]))
        ]
        places = [(stored.upload.key, stored.upload.version_id or "null") for stored in listed]
        start = 0
        if key_marker is not None and version_marker is not None:
            start = places.index((key_marker, version_marker)) + 1
        page, places = listed[start : start + self.page_size], places[start : start + self.page_size]
        if start + self.page_size >= len(listed):
            return UploadsPage(uploads=page, key_marker=None, version_marker=None)
        return UploadsPage(uploads=page, key_marker=places[-1][0], version_marker=places[-1][1])


def _etag(body: bytes) -> str:
    return md5(body, usedforsecurity=False).hexdigest()
