"""What people may do: a policy for those who upload, one for those who operate; both ready to be attached."""

from constructs_lib.bindings import Construct
from constructs_lib.iam import ManagedPolicy, Statement
from constructs_lib.observability.alarms import METRICS_NAMESPACE
from media_pipeline.domain.status_index import STATUS_INDEX
from stacks.functions import Parts


def add_uploader_policy(scope: Construct, parts: Parts) -> ManagedPolicy:
    """Add the policy that lets a producer put uploads below one prefix, and nothing else."""
    settings = parts.settings
    policy = ManagedPolicy(
        scope,
        "UploaderPolicy",
        name=settings.name("uploader"),
        description=f"Put uploads of {settings.pipeline_name}",
    )
    parts.uploads.grant_write(policy, prefix=settings.uploader_key_prefix, in_parts=True)
    return policy


def add_operator_policy(scope: Construct, parts: Parts, *, resources_parameter: str) -> ManagedPolicy:
    """Add the policy that lets an operator run every command of `tools.ops`, and nothing else.

    `resources_parameter` names the parameter in which the commands find the pipeline.
    """
    settings = parts.settings
    policy = ManagedPolicy(
        scope,
        "OperatorPolicy",
        name=settings.name("operator"),
        description=f"Operate {settings.pipeline_name} with its command line",
    )
    policy.allow(
        Statement(
            sid="FindResources",
            actions=["ssm:GetParameter"],
            resources=[parts.account.arn("ssm", f"parameter{resources_parameter}")],
        )
    )
    # list and show
    parts.assets.grant_query(policy, index=STATUS_INDEX)
    parts.uploads.grant_list_versions(policy)
    # replay, cancel, and backfill, which makes records where there are none
    parts.assets.grant_read_write(policy)
    parts.assets.grant_read_many(policy)
    parts.transcoder.grant_search(policy)
    parts.transcoder.grant_cancel(policy)
    # redrive; replay and backfill announce uploads on the processing queue as well
    parts.processing_queue.grant_redrive(policy)
    parts.captions_queue.grant_redrive(policy)
    parts.job_events_queue.grant_redrive(policy)
    # presets
    parts.presets.grant_read(policy)
    # remove, which tells people and counts; metrics have no resources
    parts.outputs.grant_list_versions(policy)
    parts.outputs.grant_delete_versions(policy)
    parts.uploads.grant_delete_versions(policy)
    parts.topic.grant_publish(policy)
    policy.allow(
        Statement(
            sid="CountRemovals",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": METRICS_NAMESPACE}},
        )
    )
    return policy
