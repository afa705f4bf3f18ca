"""Each fix that MiniStack 1.5.33 needs so that the real provider and a real pipeline run on it.

One file a fix; its docstring gives the reason. They reach into private functions, which is why the version
is pinned: ``aws_server`` refuses to start on another one.
"""

from __future__ import annotations

from pathlib import Path

from sandbox.local_aws.fixes import (
    alarm_actions,
    alarms,
    function_concurrency,
    function_isolation,
    function_output,
    index_updates,
    job_templates,
    parsed_expressions,
    queue_urls,
    recursive_loops,
    remembered_results,
    rule_targets,
    service_events,
    state_saving,
)
from sandbox.local_aws.fixes.delivery import (
    api_origin,
    authorizer_version,
    greedy_paths,
    jwks,
    new_passwords,
    origin_decryption,
    parsed_distributions,
    path_normalization,
    private_playback,
    signing_conditions,
    stage_throttling,
    stream_batches,
    temporary_passwords,
    token_revocation,
)
from sandbox.local_aws.fixes.metrics import alarm_dimensions, embedded_metrics, metric_search
from sandbox.local_aws.fixes.permissions import (
    batch_actions,
    iam_calls,
    named_resources,
    parsed_policies,
    request_counts,
    role_sessions,
    service_role_trust,
)
from sandbox.local_aws.fixes.s3 import (
    object_created_version,
    object_encryption,
    object_listing,
    object_version_tags,
    object_versions_encoding,
    upload_events,
)
from sandbox.local_aws.iam_calls import IamCalls
from sandbox.runtime.fault_injection import Faults


def apply(
    mediaconvert_url: str, upload_faults: Faults, calls: IamCalls | None, sessions: Path, account: Path
) -> None:
    """Put every fix into the MiniStack of this process.

    Args:
        mediaconvert_url: The endpoint that CloudFormation's job templates are created on.
        upload_faults: Decide what becomes of S3's events.
        calls: Where the roles' calls are noted; None where policies are not enforced.
        sessions: Where the credentials of assumed roles are kept.
        account: JSON of the account's quotas.
    """
    alarms.apply()
    alarm_actions.apply()
    alarm_dimensions.apply()
    embedded_metrics.apply()
    metric_search.apply()
    object_listing.apply()
    object_versions_encoding.apply()
    object_version_tags.apply()
    # Before the calls are noted: what S3 asks KMS is no call of the role.
    object_encryption.apply()
    # Before the next: the version must be in the event by then.
    upload_events.apply(upload_faults)
    object_created_version.apply()
    queue_urls.apply()
    index_updates.apply()
    service_events.apply()
    rule_targets.apply()
    recursive_loops.apply()
    function_isolation.apply()
    function_output.apply()
    remembered_results.apply()
    function_concurrency.apply(account)
    state_saving.apply()
    # After it: what is saved of tables gains their streams.
    stream_batches.apply()
    job_templates.apply(mediaconvert_url)
    parsed_policies.apply()
    parsed_expressions.apply()
    service_role_trust.apply()
    role_sessions.apply(sessions)
    batch_actions.apply()
    path_normalization.apply()
    # Around it: what is refused is not served.
    private_playback.apply()
    parsed_distributions.apply()
    origin_decryption.apply()
    api_origin.apply()
    greedy_paths.apply()
    signing_conditions.apply()
    stage_throttling.apply()
    jwks.apply()
    authorizer_version.apply()
    temporary_passwords.apply()
    new_passwords.apply()
    token_revocation.apply()
    if calls is not None:
        iam_calls.apply(calls)
        request_counts.apply()
    # Around it: a call on several is noted for each.
    named_resources.apply()
