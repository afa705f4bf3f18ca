"""Uploads in parts, in memory: what S3 keeps of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from media_pipeline.domain.errors import NotFoundError
from media_pipeline.domain.uploads.in_parts import StoredPart, UploadInParts
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.uploads.versions import ObjectVersion


@dataclass
class FakeParts:
    """Hold uploads by S3's id, with the parts that were sent, and the versions that they have become."""

    begun: dict[str, str] = field(default_factory=dict)
    sent: dict[str, dict[int, StoredPart]] = field(default_factory=dict)
    versions: list[ObjectVersion] = field(default_factory=list)
    profiles: list[str | None] = field(default_factory=list)
    content_types: list[str] = field(default_factory=list)

    def begin(self, key: str, *, content_type: str, profile: str | None) -> str:
        """Begin an upload and return S3's id of it."""
        s3_id = f"s3-{len(self.profiles)}"
        self.begun[s3_id], self.sent[s3_id] = key, {}
        self.profiles.append(profile)
        self.content_types.append(content_type)
        return s3_id

    def sign_part(self, upload: UploadInParts, number: int, *, size_bytes: int) -> str:
        """Return a URL that says what it is for; like S3's, it is made without asking."""
        return f"https://s3.test/{upload.key}?id={upload.s3_id}&part={number}&length={size_bytes}"

    def send(self, upload: UploadInParts, number: int, *, size_bytes: int | None = None) -> None:
        """Send a part, of the size that it must have unless another is given."""
        size = upload.part_bytes(number) if size_bytes is None else size_bytes
        self.sent[upload.s3_id][number] = StoredPart(number=number, size_bytes=size, etag=f"part {number}")

    def parts(self, upload: UploadInParts) -> Sequence[StoredPart]:
        """Return the parts that are there."""
        self._require(upload)
        return [part for _, part in sorted(self.sent[upload.s3_id].items())]

    def complete(self, upload: UploadInParts, parts: Sequence[StoredPart]) -> UploadedObject:
        """Make the object of its parts."""
        self._require(upload)
        del self.begun[upload.s3_id]
        version = ObjectVersion(
            key=upload.key,
            version_id=f"v{len(self.versions)}",
            size_bytes=sum(part.size_bytes for part in parts),
            etag=f"e-{len(parts)}",
        )
        self.versions.append(version)
        return UploadedObject(
            bucket="uploads",
            key=version.key,
            version_id=version.version_id,
            etag=version.etag,
            size_bytes=version.size_bytes,
            sequencer="",
        )

    def abort(self, upload: UploadInParts) -> None:
        """Give an upload up."""
        self._require(upload)
        del self.begun[upload.s3_id]

    def keys_in_progress(self, prefix: str) -> Collection[str]:
        """Return the keys of uploads that were begun and not ended."""
        return [key for key in self.begun.values() if key.startswith(prefix)]

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield the versions of all objects whose keys begin so, two a page."""
        found = [version for version in self.versions if version.key.startswith(prefix)]
        for start in range(0, len(found), 2):
            yield found[start : start + 2]

    def _require(self, upload: UploadInParts) -> None:
        if self.begun.get(upload.s3_id) != upload.key:
            raise NotFoundError("NoSuchUpload")
