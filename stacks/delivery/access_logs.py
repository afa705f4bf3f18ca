"""Access logs of the distribution, where the settings keep them: the bucket, and what delivers them to it."""

from constructs_lib.bindings import Construct
from constructs_lib.delivery.access_logs import AccessLogs
from constructs_lib.delivery.distribution import Distribution
from constructs_lib.storage import PrivateBucket
from stacks.deployment import add_provider_of_global_services
from stacks.functions import PipelineResources


def add_access_logs(scope: Construct, pipeline: PipelineResources, distribution: Distribution) -> None:
    """Add the logs, each deleted after the days that the settings say."""
    settings = pipeline.settings
    bucket = PrivateBucket(
        scope,
        "AccessLogs",
        name=settings.name(f"access-logs-{pipeline.account.account_id}"),
        key=pipeline.key,
        force_destroy=settings.force_destroy,
        prevent_destroy=settings.prevent_destroy,
        abandoned_upload_days=settings.abandoned_upload_days,
        old_version_days=settings.old_version_days,
        expires_after_days=settings.playback.access_log_days,
    )
    bucket.ignore_events(reason="People look at logs when they have a question; nothing waits for them.")
    bucket.admit_log_delivery(pipeline.account)
    provider = add_provider_of_global_services(
        scope, tags=settings.tags, skip_aws_checks=settings.skip_aws_checks
    )
    AccessLogs(
        scope,
        "AccessLogDelivery",
        name=settings.name("access-logs"),
        distribution_arn=distribution.arn,
        bucket=bucket,
        provider=provider,
    )
