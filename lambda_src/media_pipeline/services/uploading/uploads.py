"""Uploads in parts: begun, signed part by part, listed, completed and given up; each by its owner alone.

A browser sends the parts to S3 itself. What it may send is in the signature of each part's URL: the key, the
upload, the number, and as a signed header the length, so that S3 refuses another key and a longer body. What
is there is what S3 says, so an upload is gone on with from any machine, and a lost answer costs nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import Protocol

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.errors import NotFoundError
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.in_parts import (
    MAX_SIGNED_PARTS,
    NewUpload,
    PersonalKeys,
    Place,
    StoredPart,
    UploadInParts,
    checked_name,
)
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES, SourceLimits
from media_pipeline.domain.uploads.upload import UploadedObject, normalize_version_id
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.sidecars import SidecarNames
from media_pipeline.services.uploading.content_types import check_content_type
from media_pipeline.services.uploading.quota import Quota, StoredVersions, check_quota


class PartsBucket(Protocol):
    """The uploads bucket, as far as it takes uploads in parts.

    Raises: TransientError and its kin, from every method, where S3 can't answer; NotFoundError where S3 knows
    no such upload.
    """

    def begin(self, key: str, *, content_type: str, profile: str | None) -> str:
        """Begin an upload and return S3's id of it."""
        ...

    def sign_part(self, upload: UploadInParts, number: int, *, size_bytes: int) -> str:
        """Return a URL by which whoever has it may send this part, of just this size, for a while."""
        ...

    def parts(self, upload: UploadInParts) -> Sequence[StoredPart]:
        """Return the parts that are there, by number."""
        ...

    def complete(self, upload: UploadInParts, parts: Sequence[StoredPart]) -> UploadedObject:
        """Make the object of its parts."""
        ...

    def abort(self, upload: UploadInParts) -> None:
        """Give an upload up, with the parts that are there."""
        ...

    def keys_in_progress(self, prefix: str) -> Collection[str]:
        """Return the keys below a prefix of uploads that were begun and not ended, once for each of them."""
        ...


class AssetRecords(Protocol):
    """What an upload asks of the assets table."""

    def get(self, asset_id: str) -> Asset | None:
        """Return an asset as of now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPart:
    """Hold where a part goes, and how many bytes it must have."""

    number: int
    size_bytes: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """Take uploads in parts below the prefix of `keys`.

    Raises RequestProblem, from every method, where the caller may not or the request makes no sense.
    """

    keys: PersonalKeys
    bucket: PartsBucket
    bucket_name: str
    versions: StoredVersions
    assets: AssetRecords
    wanted: UploadFilter
    limits: SourceLimits
    names: SidecarNames
    quota: Quota
    random: Callable[[], str]

    def begin(self, caller: Caller, new: NewUpload) -> UploadInParts:
        """Begin an upload under a key that the server chooses."""
        name = checked_name(new.name)
        is_caption = name.lower().endswith(self.names.caption_suffixes)
        check_content_type(new.content_type, is_caption=is_caption)
        key = self._caption_key(caller, new, name) if is_caption else self._media_key(caller, new, name)
        prefix = self.keys.of_person(caller.subject)
        check_quota(
            self.quota,
            size_bytes=new.size_bytes,
            begun=[self.keys.place(begun) for begun in self.bucket.keys_in_progress(prefix)],
            pages=self.versions.pages(prefix),
        )
        s3_id = self.bucket.begin(key, content_type=new.content_type, profile=new.profile)
        return UploadInParts(key=key, s3_id=s3_id, size_bytes=new.size_bytes)

    def sign(self, caller: Caller, upload_id: str, numbers: Collection[int]) -> list[SignedPart]:
        """Return where to send these parts; whoever has such a URL needs nothing else."""
        upload = self._own(caller, upload_id)
        if len(numbers) > MAX_SIGNED_PARTS:
            raise RequestProblem(
                "INVALID_REQUEST", f"At most {MAX_SIGNED_PARTS} parts are signed at once.", field="parts"
            )
        return [
            SignedPart(
                number=number,
                size_bytes=size,
                url=self.bucket.sign_part(upload, number, size_bytes=size),
            )
            for number in sorted(set(numbers))
            for size in [upload.part_bytes(number)]
        ]

    def parts(self, caller: Caller, upload_id: str) -> tuple[UploadInParts, Sequence[StoredPart]]:
        """Return an upload, and which of its parts S3 has."""
        upload = self._own(caller, upload_id)
        try:
            return upload, self.bucket.parts(upload)
        except NotFoundError as error:
            raise _unknown() from error

    def complete(self, caller: Caller, upload_id: str) -> UploadedObject:
        """End an upload whose parts are all there; return what it has become.

        An upload that was completed before is answered alike: S3 may take longer than a caller waits.
        """
        upload = self._own(caller, upload_id)
        try:
            parts = self.bucket.parts(upload)
            self._check_whole(upload, parts)
            return self.bucket.complete(upload, parts)
        except NotFoundError as error:
            done = self._completed(upload)
            if done is None:
                raise _unknown() from error
            return done

    def abort(self, caller: Caller, upload_id: str) -> None:
        """Give an upload up; one that has ended is left as it is."""
        upload = self._own(caller, upload_id)
        try:
            self.bucket.abort(upload)
        except NotFoundError as error:
            raise _unknown() from error

    def _own(self, caller: Caller, upload_id: str) -> UploadInParts:
        """Return the upload of an id; to who may not touch it, it does not exist."""
        suffixes = self.names.caption_suffixes
        upload = UploadInParts.from_id(upload_id, self.keys, caption_suffixes=suffixes)
        place = self.keys.place(upload.key)
        if place is None or not _may_touch(caller, place):
            raise _unknown()
        return upload

    def _media_key(self, caller: Caller, new: NewUpload, name: str) -> str:
        if new.asset_id is not None or new.upload_id is not None:
            raise RequestProblem(
                "INVALID_REQUEST", "Captions alone are uploaded beside a video.", field="asset_id"
            )
        if not self.limits.types.accept(name):
            suffixes = ", ".join((*self.limits.types.suffixes, *self.names.caption_suffixes))
            raise RequestProblem(
                "UNSUPPORTED_FILE_TYPE", f"Files whose names end so are taken: {suffixes}.", field="name"
            )
        if new.size_bytes > self.limits.max_size_bytes:
            raise RequestProblem(
                "FILE_TOO_LARGE",
                f"At most {self.limits.max_size_bytes:,} bytes are taken.",
                field="size_bytes",
            )
        key = self.keys.new(caller.subject, random=self.random(), size_bytes=new.size_bytes, name=name)
        if not self.wanted.admits(key):
            raise RequestProblem(
                "INVALID_NAME", "Files with such names are passed over; give it another one.", field="name"
            )
        return key

    def _caption_key(self, caller: Caller, new: NewUpload, name: str) -> str:
        if new.size_bytes > MAX_CAPTION_BYTES:
            raise RequestProblem(
                "FILE_TOO_LARGE",
                f"Captions have at most {MAX_CAPTION_BYTES:,} bytes.",
                field="size_bytes",
            )
        video_key = self._video_key(caller, new)
        place = self.keys.place(video_key)
        if place is None or not _may_touch(caller, place):
            raise RequestProblem(
                "CAPTION_WITHOUT_VIDEO",
                "Captions are added here to what you uploaded here, by asset_id or upload_id; those of other "
                "videos are put beside them in the uploads bucket.",
                field="asset_id",
            )
        key = f"{place.folder}{name}"
        if not self.names.sources_of(key, [video_key]) or not self.wanted.is_caption(key):
            stem = place.name.rpartition(".")[0]
            raise RequestProblem(
                "INVALID_NAME",
                f"Name the captions as their video is: {stem}.en.vtt, for instance.",
                field="name",
            )
        return key

    def _video_key(self, caller: Caller, new: NewUpload) -> str:
        if new.upload_id is not None and new.asset_id is None:
            return self._own(caller, new.upload_id).key
        asset = self.assets.get(new.asset_id) if new.asset_id and new.upload_id is None else None
        return asset.upload.key if asset is not None else ""

    def _check_whole(self, upload: UploadInParts, parts: Sequence[StoredPart]) -> None:
        sizes: Mapping[int, int] = {part.number: part.size_bytes for part in parts}
        wrong = [
            number
            for number in range(1, upload.part_count + 1)
            if sizes.get(number) != upload.part_bytes(number)
        ]
        if wrong:
            first = ", ".join(map(str, wrong[:10]))
            raise RequestProblem(
                "UPLOAD_INCOMPLETE", f"{len(wrong)} of {upload.part_count} parts are missing: {first}."
            )

    def _completed(self, upload: UploadInParts) -> UploadedObject | None:
        """Return what a video's upload has become, None where its key holds nothing; its key has no other.

        Captions are answered once: their key may hold those of an earlier upload.
        """
        if upload.key.lower().endswith(self.names.caption_suffixes):
            return None
        for page in islice(self.versions.pages(upload.key), 1):
            for version in page:
                if version.key == upload.key and version.size_bytes == upload.size_bytes:
                    return UploadedObject(
                        bucket=self.bucket_name,
                        key=version.key,
                        version_id=normalize_version_id(version.version_id),
                        etag=version.etag,
                        size_bytes=version.size_bytes,
                        sequencer="",
                    )
        return None


def _may_touch(caller: Caller, place: Place) -> bool:
    return place.person == caller.subject or Access.OPERATOR in caller.allowed


def _unknown() -> RequestProblem:
    return RequestProblem("UNKNOWN_UPLOAD", "There is no upload of this id, or it has ended.")
