"""The assets table with the index that its readers query."""

from constructs_lib.bindings import Construct
from constructs_lib.encryption import EncryptionKey
from constructs_lib.table import Index, Table
from media_pipeline.domain.status_index import (
    PROJECTED,
    SHARD_ATTRIBUTE,
    SORT_ATTRIBUTE,
    STATUS_INDEX,
)
from stacks.settings import Settings


def add_assets_table(scope: Construct, *, settings: Settings, key: EncryptionKey) -> Table:
    """Add the table that holds a record for each asset."""
    return Table(
        scope,
        "Assets",
        name=settings.name("assets"),
        key=key,
        partition_key="asset_id",
        indexes=[
            Index(
                name=STATUS_INDEX,
                partition_key=SHARD_ATTRIBUTE,
                sort_key=SORT_ATTRIBUTE,
                projected=PROJECTED,
            )
        ],
        ttl_attribute="expires_at",
        deletion_protection=settings.deletion_protection,
        prevent_destroy=settings.prevent_destroy,
    )
