"""Pages of a listing of assets."""

from collections.abc import Sequence

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetsPage:
    """Hold a page of assets, and the cursor behind which the next one begins; None on the last one."""

    assets: Sequence[Asset]
    next_cursor: str | None
