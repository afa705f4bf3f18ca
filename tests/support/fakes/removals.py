"""Removals of assets of a fake table, whose outputs and uploads lie in a list of versions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.asset_record import tombstone
from media_pipeline.domain.clock import timestamp
from media_pipeline.domain.uploads.versions import ObjectVersion
from tests.support.fakes.asset_table import FakeAssetTable


@dataclass
class FakeRemovals:
    """Remove assets of a fake table whose outputs and uploads lie in a list of versions."""

    table: FakeAssetTable
    versions: list[ObjectVersion] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    counted: int = 0

    def begin(self, asset: Asset, *, now: datetime) -> bool:
        """Mark an asset as being removed."""
        record = self.table.records.get(asset.asset_id, {})
        if (record.get("status"), record.get("attempt")) != (asset.status.value, asset.attempt):
            return False
        record.setdefault("removing_since", timestamp(now))
        return True

    def end(self, asset_id: str, *, now: datetime, expires_at: int | None) -> bool:
        """Put a tombstone in the place of a record."""
        self.table.records[asset_id] = tombstone(asset_id, now=now, expires_at=expires_at)
        return True

    def pages(self, prefix: str) -> Iterator[Sequence[ObjectVersion]]:
        """Yield the versions of the objects whose keys begin so."""
        if found := [version for version in self.versions if version.key.startswith(prefix)]:
            yield found

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """Delete versions."""
        self.versions = [version for version in self.versions if version not in versions]

    def publish(self, subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
        """Tell people."""
        self.reported.append(message["asset_id"])

    def asset_removed(self) -> None:
        """Count a removal."""
        self.counted += 1
