"""Where videos and what is known of them are kept: two buckets, and the assets table."""

from constructs_lib.bindings import Construct
from constructs_lib.encryption import EncryptionKey
from constructs_lib.iam import Account
from constructs_lib.lifecycle import Tier
from constructs_lib.storage import Cors, PrivateBucket
from constructs_lib.table import Index, Table
from media_pipeline.domain.indexes.creation import (
    CREATION_INDEX,
    CREATION_SHARD_ATTRIBUTE,
    CREATION_SORT_ATTRIBUTE,
)
from media_pipeline.domain.status_index import (
    PROJECTED,
    SHARD_ATTRIBUTE,
    SORT_ATTRIBUTE,
    STATUS_INDEX,
)
from stacks.settings import Settings


def add_uploads_bucket(
    scope: Construct, *, settings: Settings, account: Account, key: EncryptionKey
) -> PrivateBucket:
    """Add the bucket that people and programs upload to; each upload is an event."""
    uploads = _add_bucket(
        scope,
        "Uploads",
        settings=settings,
        account=account,
        key=key,
        tiers=[
            Tier(days=settings.sources_infrequent_access_days, storage_class="STANDARD_IA"),
            Tier(days=settings.sources_archive_days, storage_class="GLACIER_IR"),
        ],
        cors=Cors(origins=settings.browser_origins, methods=["PUT", "POST"], exposed_headers=["ETag"]),
    )
    uploads.notify_eventbridge()
    return uploads


def add_outputs_bucket(
    scope: Construct, *, settings: Settings, account: Account, key: EncryptionKey
) -> PrivateBucket:
    """Add the bucket that MediaConvert writes to and players read from."""
    outputs = _add_bucket(
        scope,
        "Outputs",
        settings=settings,
        account=account,
        key=key,
        tiers=[Tier(days=settings.outputs_intelligent_tiering_days, storage_class="INTELLIGENT_TIERING")],
        cors=Cors(
            origins=settings.browser_origins,
            methods=["GET", "HEAD"],
            exposed_headers=["Content-Length", "Content-Range", "ETag"],
        ),
    )
    outputs.ignore_events(reason="Outputs are complete when their job ends, and MediaConvert tells that.")
    return outputs


def add_assets_table(scope: Construct, *, settings: Settings, key: EncryptionKey) -> Table:
    """Add the table that holds a record for each asset, with the indexes that its readers query.

    The one over creation is what the API lists by. Added to a table with records, it is filled by DynamoDB.
    """
    indexes = [
        Index(
            name=STATUS_INDEX,
            partition_key=SHARD_ATTRIBUTE,
            sort_key=SORT_ATTRIBUTE,
            projected=PROJECTED,
        )
    ]
    if settings.delivers:
        indexes.append(
            Index(
                name=CREATION_INDEX,
                partition_key=CREATION_SHARD_ATTRIBUTE,
                sort_key=CREATION_SORT_ATTRIBUTE,
            )
        )
    return Table(
        scope,
        "Assets",
        name=settings.name("assets"),
        key=key,
        partition_key="asset_id",
        indexes=indexes,
        ttl_attribute="expires_at",
        deletion_protection=settings.deletion_protection,
        prevent_destroy=settings.prevent_destroy,
        # Webhooks are announced from it.
        streams_changes=settings.delivers,
    )


def _add_bucket(
    scope: Construct,
    id_: str,
    *,
    settings: Settings,
    account: Account,
    key: EncryptionKey,
    tiers: list[Tier],
    cors: Cors,
) -> PrivateBucket:
    return PrivateBucket(
        scope,
        id_,
        # Bucket names are global: the account's number makes them unique.
        name=settings.name(f"{id_.lower()}-{account.account_id}"),
        key=key,
        force_destroy=settings.force_destroy,
        prevent_destroy=settings.prevent_destroy,
        abandoned_upload_days=settings.abandoned_upload_days,
        old_version_days=settings.old_version_days,
        tiers=tiers,
        cors=cors,
    )
