"""What people and programs are given: policies for uploading and operating, and the names of resources."""

import json
from collections.abc import Mapping

from constructs_lib.bindings import Construct, SsmParameter, TerraformOutput
from constructs_lib.function import Function
from constructs_lib.iam import ManagedPolicy, Statement
from constructs_lib.lint import accept_finding
from constructs_lib.observability.metrics import METRICS_NAMESPACE
from media_pipeline.domain.status_index import STATUS_INDEX
from stacks.delivery.parts import Delivery
from stacks.functions import PipelineResources
from stacks.rules.spending import caps_of
from stacks.settings import Settings

OPERATED_RESOURCES = (
    "pipeline_name",
    "assets_table",
    "uploads_bucket",
    "outputs_bucket",
    "processing_queue_url",
    "processing_dlq_url",
    "captions_queue_url",
    "captions_dlq_url",
    "job_events_queue_url",
    "job_events_dlq_url",
    "mediaconvert_queue_arn",
    "presets_path",
    "profiles_parameter",
    "notifications_topic_arn",
    "alarms_topic_arn",
    "reconciler_function",
)


def add_uploader_policy(scope: Construct, pipeline: PipelineResources) -> ManagedPolicy:
    """Add the policy that lets a producer put uploads below one prefix, and nothing else."""
    settings = pipeline.settings
    policy = ManagedPolicy(
        scope,
        "UploaderPolicy",
        name=settings.name("uploader"),
        description=f"Put uploads of {settings.pipeline_name}",
    )
    pipeline.uploads.grant_write(policy, prefix=settings.uploader_key_prefix, in_parts=True)
    return policy


def add_operator_policy(
    scope: Construct, pipeline: PipelineResources, delivery: Delivery | None
) -> ManagedPolicy:
    """Add the policy that lets an operator run every command of `tools.ops`, and nothing else."""
    settings = pipeline.settings
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
            resources=[pipeline.account.arn("ssm", f"parameter{_resources_parameter(settings)}")],
        )
    )
    # list, show, cost and caps
    pipeline.assets.grant_query(policy, index=STATUS_INDEX)
    pipeline.uploads.grant_list_versions(policy)
    # replay, cancel, and backfill, which makes records where there are none
    pipeline.assets.grant_read_write(policy)
    pipeline.assets.grant_read_many(policy)
    pipeline.transcoder.grant_search(policy)
    pipeline.transcoder.grant_cancel(policy)
    # redrive; replay and backfill announce uploads on the processing queue as well
    pipeline.processing_queue.grant_redrive(policy)
    pipeline.captions_queue.grant_redrive(policy)
    pipeline.job_events_queue.grant_redrive(policy)
    # presets
    pipeline.presets.grant_read(policy)
    # remove, which drops copies, tells people and counts; metrics have no resources
    if delivery is not None:
        delivery.playback.distribution.grant_invalidate(policy)
        delivery.webhooks.grant_operate(policy)
    pipeline.outputs.grant_list_versions(policy)
    pipeline.outputs.grant_delete_versions(policy)
    pipeline.uploads.grant_delete_versions(policy)
    pipeline.topic.grant_publish(policy)
    policy.allow(
        Statement(
            sid="CountRemovals",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": METRICS_NAMESPACE}},
        )
    )
    return policy


def add_outputs(
    scope: Construct,
    pipeline: PipelineResources,
    *,
    functions: Mapping[str, Function],
    uploader: ManagedPolicy,
    operator: ManagedPolicy,
    delivery: Delivery | None,
    dashboard_url: str,
) -> None:
    """Name what people and programs look for; these names are a contract.

    The operator's command line finds them in a parameter, since it does not read Terraform's state.
    """
    outputs: dict[str, str] = {
        "pipeline_name": pipeline.settings.pipeline_name,
        "key_arn": pipeline.key.arn,
        "uploads_bucket": pipeline.uploads.name,
        "uploads_bucket_arn": pipeline.uploads.arn,
        "outputs_bucket": pipeline.outputs.name,
        "outputs_bucket_arn": pipeline.outputs.arn,
        "assets_table": pipeline.assets.name,
        "assets_table_arn": pipeline.assets.arn,
        "processing_queue_url": pipeline.processing_queue.url,
        "processing_dlq_url": pipeline.processing_queue.dlq_url,
        "captions_queue_url": pipeline.captions_queue.url,
        "captions_dlq_url": pipeline.captions_queue.dlq_url,
        "job_events_queue_url": pipeline.job_events_queue.url,
        "job_events_dlq_url": pipeline.job_events_queue.dlq_url,
        "notifications_topic_arn": pipeline.topic.arn,
        "alarms_topic_arn": pipeline.alarm_topic.arn,
        "mediaconvert_queue_arn": pipeline.transcoder.queue_arn,
        "mediaconvert_role_arn": pipeline.transcoder.role_arn,
        "presets_path": pipeline.presets.presets_path,
        "profiles_parameter": pipeline.presets.profiles_name,
        **{f"{label}_function": function.name for label, function in functions.items()},
        "uploader_policy_arn": uploader.arn,
        "operator_policy_arn": operator.arn,
        "dashboard_url": dashboard_url,
    }
    delivered = delivery.names if delivery is not None else {}
    outputs |= delivered
    for name, value in outputs.items():
        TerraformOutput(scope, name, value=value).override_logical_id(name)
    operated = [*OPERATED_RESOURCES, *delivered]
    _add_resources_parameter(scope, pipeline.settings, {name: outputs[name] for name in operated})


def _add_resources_parameter(scope: Construct, settings: Settings, resources: Mapping[str, str]) -> None:
    parameter = SsmParameter(
        scope,
        "Resources",
        name=_resources_parameter(settings),
        description="Where the operator's command line finds this pipeline's resources",
        type="String",
        tier="Standard",
        value=json.dumps(
            {
                **resources,
                "upload_key_prefix": settings.upload_key_prefix,
                "media_suffixes": ",".join(settings.media_suffixes),
                "caption_suffixes": ",".join(settings.caption_suffixes),
                "ignored_names": ",".join(settings.ignored_names),
                "asset_retention_days": str(settings.asset_retention_days),
                "spending_caps": caps_of(settings),
                "metrics_namespace": METRICS_NAMESPACE,
            }
        ),
    )
    accept_finding(parameter, "CKV2_AWS_34", reason="It holds the names of resources and no secret.")


def _resources_parameter(settings: Settings) -> str:
    """Return the name of the parameter in which the operator's commands find the pipeline."""
    return f"/{settings.pipeline_name}/resources"
