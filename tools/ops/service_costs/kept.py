"""How much of sources and outputs is kept for an asset, and what a viewer fetches: averages of a sample."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.uploads.versions import ObjectVersion
from tools.ops.service_costs.usage import gigabytes

# So many assets are looked at, each with a listing of its folder.
SAMPLE = 20
# Smaller objects stay where they are, and aren't monitored. Source: S3 User Guide, "Transitioning objects
# using Amazon S3 Lifecycle", and "How S3 Intelligent-Tiering works".
LEAST_TIERED_BYTES = 128 * 1024
_WHOLE_FILES = ("MP4", "M4A")

Pages = Iterable[Sequence[ObjectVersion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Hold averages of so many assets: of GB, and of objects that are large enough to be moved.

    `watched_gb` is the best file for download, which is about what a viewer fetches of the best rendition.
    """

    assets: int
    source_gb: float
    output_gb: float
    output_objects: float
    watched_gb: float


def sampled(assets: Sequence[Asset], pages: Callable[[str], Pages]) -> Kept | None:
    """Return what is kept for the assets that completed last, None without any.

    `pages` lists the outputs whose keys begin so, with older versions: they are paid for as well.
    """
    complete = [asset for asset in assets if asset.status is AssetStatus.COMPLETE]
    newest = sorted(complete, key=lambda asset: asset.completed_at or "", reverse=True)[:SAMPLE]
    if not newest:
        return None
    listings = [_sizes(pages(f"{asset.folder}/")) for asset in newest]
    watched = [_watched(asset, listing) for asset, listing in zip(newest, listings, strict=True)]
    count = len(newest)
    return Kept(
        assets=count,
        source_gb=gigabytes(sum(asset.upload.size_bytes for asset in newest) / count),
        output_gb=gigabytes(sum(sum(listing.values()) for listing in listings) / count),
        output_objects=sum(size >= LEAST_TIERED_BYTES for listing in listings for size in listing.values())
        / count,
        watched_gb=gigabytes(sum(watched) / count),
    )


def _sizes(pages: Pages) -> Mapping[str, int]:
    """Return how many bytes are kept under each key."""
    sizes: Counter[str] = Counter()
    for page in pages:
        for version in page:
            sizes[version.key] += version.size_bytes
    return sizes


def _watched(asset: Asset, listing: Mapping[str, int]) -> int:
    files = [listing.get(entry["key"], 0) for entry in asset.outputs if entry["format"] in _WHOLE_FILES]
    return max(files, default=0)
