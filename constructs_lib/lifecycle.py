"""How long a bucket keeps what, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs_lib.bindings import (
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Move objects to a cheaper storage class when they are `days` old."""

    days: int
    storage_class: str


def lifecycle_rules(
    abandoned_upload_days: int,
    old_version_days: int,
    tiers: Sequence[Tier],
    expires_after_days: int | None = None,
) -> list[S3BucketLifecycleConfigurationRule]:
    """Return the rules: unfinished uploads and old versions go, what is used seldom becomes cheaper.

    With `expires_after_days`, objects are deleted when they are so old.
    """
    everything = [S3BucketLifecycleConfigurationRuleFilter(prefix="")]
    rules = [
        S3BucketLifecycleConfigurationRule(
            id="abandoned-uploads",
            status="Enabled",
            filter=everything,
            abort_incomplete_multipart_upload=[
                S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                    days_after_initiation=abandoned_upload_days
                )
            ],
        ),
        S3BucketLifecycleConfigurationRule(
            id="old-versions",
            status="Enabled",
            filter=everything,
            noncurrent_version_expiration=[
                S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                    noncurrent_days=old_version_days
                )
            ],
            # A marker of a deletion is of no use when the versions below it are gone.
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
        ),
    ]
    if expires_after_days is not None:
        rules.append(
            S3BucketLifecycleConfigurationRule(
                id="expiry",
                status="Enabled",
                filter=everything,
                expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=expires_after_days)],
            )
        )
    if tiers:
        rules.append(
            S3BucketLifecycleConfigurationRule(
                id="tiers",
                status="Enabled",
                filter=everything,
                transition=[
                    S3BucketLifecycleConfigurationRuleTransition(
                        days=tier.days, storage_class=tier.storage_class
                    )
                    for tier in tiers
                ],
            )
        )
    return rules
