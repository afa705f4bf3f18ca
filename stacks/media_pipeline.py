"""MediaPipelineStack: how a video flows, from the uploads bucket to the topic that tells about it."""

import json

from constructs_lib.bindings import (
    Construct,
    DataAwsCallerIdentity,
    SsmParameter,
    TerraformOutput,
    TerraformStack,
)
from constructs_lib.encryption import (
    EncryptionKey,
    alarms_may_publish,
    events_may_send,
    log_groups_may_encrypt,
)
from constructs_lib.function import CodeArchive, FunctionCode
from constructs_lib.iam import Account
from constructs_lib.lint import accept_finding
from constructs_lib.messaging import EventQueue, UndeliveredRuns
from constructs_lib.notifications import AlarmTopic, AssetTopic
from constructs_lib.observability.alarms import METRICS_NAMESPACE
from constructs_lib.storage import Cors, PrivateBucket, Tier
from constructs_lib.transcoding import JobTemplate, PresetParameters, Transcoder
from stacks.assets_table import add_assets_table
from stacks.deployment import add_provider, keep_state_in_s3
from stacks.encoding import EncodingDocuments
from stacks.event_routes import route_events
from stacks.functions import (
    Parts,
    add_ingest_orchestrator,
    add_job_status_processor,
    add_reconciler,
)
from stacks.monitoring import add_monitoring
from stacks.people import add_operator_policy, add_uploader_policy
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
ALARM_TOPIC = "alarms"


class MediaPipelineStack(TerraformStack):
    """The pipeline of one environment."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        archive: CodeArchive,
        encoding: EncodingDocuments,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        keep_state_in_s3(self, settings.state, key=settings.state_key)
        add_provider(
            self,
            region=settings.region,
            tags=settings.tags,
            s3_use_path_style=settings.s3_use_path_style,
            skip_aws_checks=settings.skip_aws_checks,
        )
        caller = DataAwsCallerIdentity(self, "Caller")
        self._account = Account(account_id=caller.account_id, region=settings.region)
        self._key = self._add_key()
        self._uploads = self._add_uploads()
        self._outputs = self._add_outputs_bucket()
        self._assets = add_assets_table(self, settings=settings, key=self._key)
        self._topic = AssetTopic(
            self,
            "Notifications",
            name=settings.name("notifications"),
            key=self._key,
            email=settings.notification_email,
        )
        self._alarm_topic = AlarmTopic(
            self,
            "AlarmNotifications",
            name=settings.name(ALARM_TOPIC),
            key=self._key,
            account=self._account,
            alarm_names=settings.name("alarm-*"),
            email=settings.alarm_address,
        )
        self._presets = PresetParameters(
            self,
            "Presets",
            account=self._account,
            presets_path=f"/{settings.pipeline_name}/presets",
            presets=encoding.presets,
            profiles_name=f"/{settings.pipeline_name}/profiles",
            profiles=encoding.profiles,
        )
        self._transcoder = self._add_transcoder(encoding)
        self._processing_queue = self._add_queue("ProcessingQueue", "processing")
        self._captions_queue = self._add_queue("CaptionsQueue", "captions")
        self._job_events_queue = self._add_queue("JobEventsQueue", "job-events")
        self._undelivered_runs = UndeliveredRuns(
            self, "UndeliveredRuns", name=settings.name("reconciler-schedule-dlq"), key=self._key
        )
        parts = Parts(
            settings=settings,
            account=self._account,
            key=self._key,
            code=FunctionCode(self, "Code", archive=archive),
            uploads=self._uploads,
            outputs=self._outputs,
            assets=self._assets,
            topic=self._topic,
            presets=self._presets,
            transcoder=self._transcoder,
            processing_queue=self._processing_queue,
            captions_queue=self._captions_queue,
            job_events_queue=self._job_events_queue,
            undelivered_runs=self._undelivered_runs,
        )
        self._orchestrator = add_ingest_orchestrator(self, parts)
        self._status_processor = add_job_status_processor(self, parts)
        self._reconciler = add_reconciler(self, parts)
        self._resources_parameter = f"/{settings.pipeline_name}/resources"
        self._uploader_policy = add_uploader_policy(self, parts)
        self._operator_policy = add_operator_policy(
            self, parts, resources_parameter=self._resources_parameter
        )
        route_events(self, parts)
        self._monitoring = add_monitoring(
            self,
            parts,
            functions={
                "ingest_orchestrator": self._orchestrator,
                "job_status_processor": self._status_processor,
                "reconciler": self._reconciler,
            },
            alarm_topic=self._alarm_topic,
        )
        self._add_outputs()

    def _add_key(self) -> EncryptionKey:
        settings = self._settings
        return EncryptionKey(
            self,
            "Key",
            name=settings.name("key"),
            account=self._account,
            services=[
                events_may_send(self._account),
                alarms_may_publish(self._account.arn("sns", settings.name(ALARM_TOPIC))),
                log_groups_may_encrypt(self._account, f"/aws/lambda/{settings.name('*')}"),
            ],
            deletion_window_days=settings.key_deletion_window_days,
            prevent_destroy=settings.prevent_destroy,
        )

    def _add_uploads(self) -> PrivateBucket:
        settings = self._settings
        uploads = self._add_bucket(
            "Uploads",
            "uploads",
            tiers=[
                Tier(days=settings.sources_infrequent_access_days, storage_class="STANDARD_IA"),
                Tier(days=settings.sources_archive_days, storage_class="GLACIER_IR"),
            ],
            cors=Cors(origins=settings.browser_origins, methods=["PUT", "POST"], exposed_headers=["ETag"]),
        )
        uploads.notify_eventbridge()
        return uploads

    def _add_outputs_bucket(self) -> PrivateBucket:
        settings = self._settings
        outputs = self._add_bucket(
            "Outputs",
            "outputs",
            tiers=[Tier(days=settings.outputs_intelligent_tiering_days, storage_class="INTELLIGENT_TIERING")],
            cors=Cors(
                origins=settings.browser_origins,
                methods=["GET", "HEAD"],
                exposed_headers=["Content-Length", "Content-Range", "ETag"],
            ),
        )
        outputs.ignore_events(reason="Outputs are complete when their job ends, and MediaConvert tells that.")
        return outputs

    def _add_bucket(self, id_: str, component: str, *, tiers: list[Tier], cors: Cors) -> PrivateBucket:
        settings = self._settings
        return PrivateBucket(
            self,
            id_,
            # Bucket names are global: the account keeps them apart from everybody else's.
            name=settings.name(f"{component}-{self._account.account_id}"),
            key=self._key,
            force_destroy=settings.force_destroy,
            prevent_destroy=settings.prevent_destroy,
            abandoned_upload_days=settings.abandoned_upload_days,
            old_version_days=settings.old_version_days,
            tiers=tiers,
            cors=cors,
        )

    def _add_transcoder(self, encoding: EncodingDocuments) -> Transcoder:
        settings = self._settings
        transcoder = Transcoder(
            self,
            "Transcoder",
            queue_name=settings.name("jobs"),
            role_name=settings.name("mediaconvert"),
            account=self._account,
            sources=self._uploads,
            outputs=self._outputs,
        )
        for profile, job_settings in encoding.job_templates.items():
            JobTemplate(
                self,
                f"{profile.capitalize()}JobTemplate",
                name=settings.name(profile),
                description=f"What {settings.pipeline_name} makes of an upload with the profile {profile}",
                queue_arn=transcoder.queue_arn,
                settings=job_settings,
            )
        return transcoder

    def _add_queue(self, id_: str, component: str) -> EventQueue:
        settings = self._settings
        return EventQueue(
            self,
            id_,
            name=settings.name(component),
            dlq_name=settings.name(f"{component}-dlq"),
            key=self._key,
            consumer_timeout_seconds=settings.function_timeout_seconds,
            max_receive_count=settings.max_receive_count,
            retention_days=settings.queue_retention_days,
            dlq_retention_days=settings.dlq_retention_days,
        )

    def _add_outputs(self) -> None:
        """Name what people and programs look for; these names are a contract.

        The operator's command line finds them in a parameter, since it does not read Terraform's state.
        """
        outputs: dict[str, str] = {
            "pipeline_name": self._settings.pipeline_name,
            "key_arn": self._key.arn,
            "uploads_bucket": self._uploads.name,
            "uploads_bucket_arn": self._uploads.arn,
            "outputs_bucket": self._outputs.name,
            "outputs_bucket_arn": self._outputs.arn,
            "assets_table": self._assets.name,
            "assets_table_arn": self._assets.arn,
            "processing_queue_url": self._processing_queue.url,
            "processing_dlq_url": self._processing_queue.dlq_url,
            "captions_queue_url": self._captions_queue.url,
            "captions_dlq_url": self._captions_queue.dlq_url,
            "job_events_queue_url": self._job_events_queue.url,
            "job_events_dlq_url": self._job_events_queue.dlq_url,
            "notifications_topic_arn": self._topic.arn,
            "alarms_topic_arn": self._alarm_topic.arn,
            "mediaconvert_queue_arn": self._transcoder.queue_arn,
            "mediaconvert_role_arn": self._transcoder.role_arn,
            "presets_path": self._presets.presets_path,
            "profiles_parameter": self._presets.profiles_name,
            "ingest_orchestrator_function": self._orchestrator.name,
            "job_status_processor_function": self._status_processor.name,
            "reconciler_function": self._reconciler.name,
            "uploader_policy_arn": self._uploader_policy.arn,
            "operator_policy_arn": self._operator_policy.arn,
            "dashboard_url": self._monitoring.dashboard_url,
        }
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value).override_logical_id(name)
        told = {name: outputs[name] for name in OPERATED_RESOURCES}
        resources = SsmParameter(
            self,
            "Resources",
            name=self._resources_parameter,
            description="Where the operator's command line finds this pipeline's resources",
            type="String",
            tier="Standard",
            value=json.dumps(
                {
                    **told,
                    "upload_key_prefix": self._settings.upload_key_prefix,
                    "media_suffixes": ",".join(self._settings.media_suffixes),
                    "caption_suffixes": ",".join(self._settings.caption_suffixes),
                    "ignored_names": ",".join(self._settings.ignored_names),
                    "asset_retention_days": str(self._settings.asset_retention_days),
                    "metrics_namespace": METRICS_NAMESPACE,
                }
            ),
        )
        accept_finding(
            resources,
            "CKV2_AWS_34",
            reason="It holds the names of resources and no secret.",
        )
