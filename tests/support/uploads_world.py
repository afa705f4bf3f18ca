"""A pipeline that takes uploads in parts, and who sends them."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.uploads.in_parts import (
    MIB,
    NewUpload,
    PersonalKeys,
    UploadInParts,
)
from media_pipeline.domain.uploads.limits import SourceLimits, SourceTypes
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.publishing.sidecars import SidecarNames
from media_pipeline.services.uploading.quota import Quota
from media_pipeline.services.uploading.uploads import Uploads
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.fakes.parts import FakeParts

GIB = 1024**3
ANN = Caller(subject="ann", allowed=frozenset({Access.VIEWER, Access.UPLOADER}))
BEN = Caller(subject="ben", allowed=frozenset({Access.VIEWER, Access.UPLOADER}))
OPERATOR = Caller(subject="olga", allowed=frozenset(Access))


@dataclass
class UploadsWorld:
    """Hold the bucket and the table of a pipeline that takes uploads below `in/web/`."""

    parts: FakeParts = field(default_factory=FakeParts)
    table: FakeAssetTable = field(default_factory=FakeAssetTable)
    quota: Quota = field(default_factory=lambda: Quota(max_bytes=100 * GIB, max_in_progress=3))

    def __post_init__(self) -> None:
        self._numbers = count()

    @property
    def uploads(self) -> Uploads:
        """Return the service."""
        captions = (".srt", ".vtt")
        return Uploads(
            keys=PersonalKeys(prefix="in/web/"),
            bucket=self.parts,
            bucket_name="uploads",
            versions=self.parts,
            assets=self.table,
            wanted=UploadFilter(
                prefix="in/", caption_suffixes=captions, ignored=IgnoredNames(patterns=("._*", "*.part.mp4"))
            ),
            limits=SourceLimits(max_size_bytes=50 * GIB, types=SourceTypes(suffixes=(".mp4", ".mov"))),
            names=SidecarNames(media_suffixes=(".mp4", ".mov"), caption_suffixes=captions),
            quota=self.quota,
            random=lambda: f"{next(self._numbers):016x}",
        )

    def begin(self, name: str = "film.mp4", size_bytes: int = 40 * MIB, **more: Any) -> UploadInParts:
        """Begin an upload of Ann's, unless another caller is given."""
        caller = more.pop("caller", ANN)
        new = {"name": name, "size_bytes": size_bytes, "content_type": "video/mp4", **more}
        return self.uploads.begin(caller, NewUpload(**new))

    def complete(self, **more: Any) -> tuple[UploadInParts, UploadedObject]:
        """Upload a video as a whole, and let its asset be there."""
        upload = self.begin(**more)
        for number in range(1, upload.part_count + 1):
            self.parts.send(upload, number)
        done = self.uploads.complete(more.get("caller", ANN), upload.id)
        assert self.table.register(done, now=FakeClock()(), detail="")
        return upload, done
