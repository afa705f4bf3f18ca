"""List what lies beside a source in the uploads bucket, and what stands for it."""

import hashlib
import json
from collections.abc import Mapping

from media_pipeline.domain.ports import UploadsBucket
from media_pipeline.publishing.sidecars import Sidecar, SidecarNames


def keys_beside(key: str, *, names: SidecarNames, uploads: UploadsBucket) -> Mapping[str, str]:
    """Return what lies beside a source or caption file, with ETags, and some that lies around.

    A folder that one page lists is listed as a whole: names that differ in letter case or Unicode's normal
    form have no prefix in common. Of a larger one what begins as expected is listed.
    """
    folders = [uploads.folder_etags(prefix) for prefix in names.folders(key)]
    listed = [folder for folder in folders if folder is not None]
    if len(listed) < len(folders):
        listed += [uploads.etags(prefix) for prefix in names.prefixes_beside(key)]
    return {name: etag for listing in listed for name, etag in listing.items()}


def sidecars_beside(source_key: str, *, names: SidecarNames, uploads: UploadsBucket) -> Mapping[Sidecar, str]:
    """Return the caption files beside a source now, by preference, each with its ETag."""
    keys = keys_beside(source_key, names=names, uploads=uploads)
    return {sidecar: keys[sidecar.key] for sidecar in names.sidecars(source_key, keys)}


def mark_of(sidecars: Mapping[Sidecar, str]) -> str:
    """Return a text that stands for what lies beside a source, with ETags, and for nothing else."""
    lying = sorted((sidecar.key, etag) for sidecar, etag in sidecars.items())
    return hashlib.sha256(json.dumps(lying).encode()).hexdigest()[:32]
