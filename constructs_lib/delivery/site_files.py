"""The files of a page, in the bucket that a distribution serves them from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from constructs_lib.bindings import AssetType, Construct, TerraformAsset
from constructs_lib.bindings.cloudfront import S3Object
from constructs_lib.storage import PrivateBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """Describe a file: `name` is its path in the folder, and its key."""

    name: str
    content_type: str
    cache_control: str
    sha256: str


class SiteFiles(Construct):
    """Each file of a folder as an object, which changes when its hash does; the file `last` comes last."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        folder: Path,
        files: Sequence[SiteFile],
        last: str,
        bucket: PrivateBucket,
    ) -> None:
        super().__init__(scope, id_)
        self._copy = TerraformAsset(self, "Copy", path=str(folder.resolve()), type=AssetType.DIRECTORY)
        self._bucket = bucket
        objects = [self._add(file) for file in files if file.name != last]
        for file in files:
            if file.name == last:
                self._add(file, after=objects)

    def _add(self, file: SiteFile, *, after: Sequence[S3Object] = ()) -> S3Object:
        return S3Object(
            self,
            file.name.replace("/", "-"),
            bucket=self._bucket.name,
            key=file.name,
            source=f"{self._copy.path}/{file.name}",
            source_hash=file.sha256,
            content_type=file.content_type,
            cache_control=file.cache_control,
            depends_on=list(after) or None,
        )
