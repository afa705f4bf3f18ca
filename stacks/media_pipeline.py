"""MediaPipelineStack: how a video flows, from the uploads bucket to the topic that tells about it."""

from typing import Any

from constructs_lib.bindings import (
    AwsProvider,
    AwsProviderDefaultTags,
    Construct,
    DataAwsCallerIdentity,
    S3Backend,
    TerraformOutput,
    TerraformStack,
)
from constructs_lib.encryption import (
    EncryptionKey,
    alarms_may_publish,
    events_may_send,
    log_groups_may_encrypt,
)
from constructs_lib.function import CodeArchive, Function, FunctionCode
from constructs_lib.iam import Account
from constructs_lib.messaging import EventQueue, EventRule, Topic
from constructs_lib.monitoring import MonitoredFunction, MonitoredQueue, PipelineMonitoring
from constructs_lib.storage import Cors, Index, PrivateBucket, Table, Tier
from constructs_lib.transcoding import JobTemplate, PresetParameters, Transcoder
from stacks.encoding import EncodingDocuments
from stacks.settings import Settings

METRICS_NAMESPACE = "MediaPipeline"

# An upload takes seconds (probe, presets, submission), a job event milliseconds: all of a batch must be
# through within the function's timeout.
UPLOADS_PER_BATCH = 5
JOB_EVENTS_PER_BATCH = 10

JOB_STATUSES = ("PROGRESSING", "STATUS_UPDATE", "COMPLETE", "ERROR", "CANCELED", "NEW_WARNING")


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
        self._account = self._deploy_where_settings_say()
        self._key = self._add_key()
        self._uploads = self._add_uploads()
        self._outputs = self._add_outputs_bucket()
        self._assets = self._add_assets_table()
        self._topic = Topic(
            self,
            "Notifications",
            name=settings.name("notifications"),
            key=self._key,
            account=self._account,
            email=settings.notification_email,
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
        self._job_events_queue = self._add_queue("JobEventsQueue", "job-events")
        self._code = FunctionCode(self, "Code", archive=archive)
        self._orchestrator = self._add_ingest_orchestrator()
        self._status_processor = self._add_job_status_processor()
        self._reconciler = self._add_reconciler()
        self._route_events()
        self._monitoring = self._watch()
        self._add_outputs()

    def _deploy_where_settings_say(self) -> Account:
        settings, state = self._settings, self._settings.state
        S3Backend(
            self,
            bucket=state.bucket,
            key=settings.state_key,
            region=state.region,
            encrypt=True,
            use_path_style=state.use_path_style or None,
            skip_credentials_validation=state.skip_aws_checks or None,
            skip_metadata_api_check=state.skip_aws_checks or None,
            skip_region_validation=state.skip_aws_checks or None,
        )
        # Terraform has had the lock file since 1.10; cdktf's S3Backend does not know of it.
        self.add_override("terraform.backend.s3.use_lockfile", True)
        self.add_override("terraform.required_version", ">= 1.11")
        AwsProvider(
            self,
            "Aws",
            region=settings.region,
            default_tags=[AwsProviderDefaultTags(tags=dict(settings.tags))],
            s3_use_path_style=settings.s3_use_path_style or None,
            skip_credentials_validation=settings.skip_aws_checks or None,
            skip_metadata_api_check="true" if settings.skip_aws_checks else None,
            skip_region_validation=settings.skip_aws_checks or None,
        )
        caller = DataAwsCallerIdentity(self, "Caller")
        return Account(account_id=caller.account_id, region=settings.region)

    def _add_key(self) -> EncryptionKey:
        settings = self._settings
        return EncryptionKey(
            self,
            "Key",
            name=settings.name("key"),
            account=self._account,
            services=[
                events_may_send(self._account),
                alarms_may_publish(self._account),
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
        return self._add_bucket(
            "Outputs",
            "outputs",
            tiers=[Tier(days=settings.outputs_intelligent_tiering_days, storage_class="INTELLIGENT_TIERING")],
            cors=Cors(
                origins=settings.browser_origins,
                methods=["GET", "HEAD"],
                exposed_headers=["Content-Length", "Content-Range", "ETag"],
            ),
        )

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

    def _add_assets_table(self) -> Table:
        settings = self._settings
        return Table(
            self,
            "Assets",
            name=settings.name("assets"),
            key=self._key,
            partition_key="asset_id",
            indexes=[
                Index(name="by_status", partition_key="status", sort_key="updated_at"),
                Index(name="by_job", partition_key="job_id"),
            ],
            ttl_attribute="expires_at",
            deletion_protection=settings.deletion_protection,
            prevent_destroy=settings.prevent_destroy,
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
            account=self._account,
            consumer_timeout_seconds=settings.function_timeout_seconds,
            max_receive_count=settings.max_receive_count,
            retention_days=settings.queue_retention_days,
            dlq_retention_days=settings.dlq_retention_days,
        )

    def _add_ingest_orchestrator(self) -> Function:
        settings = self._settings
        function = self._add_function(
            "IngestOrchestrator",
            "ingest_orchestrator",
            description="Claims an uploaded source, inspects it and submits its MediaConvert job",
            reserved_concurrency=settings.processing_concurrency,
            environment={
                "UPLOADS_BUCKET": self._uploads.name,
                "MEDIACONVERT_QUEUE_ARN": self._transcoder.queue_arn,
                "MEDIACONVERT_ROLE_ARN": self._transcoder.role_arn,
                "PRESETS_PATH": self._presets.presets_path,
                "PROFILES_PARAMETER": self._presets.profiles_name,
                "MAX_SOURCE_SIZE_BYTES": str(settings.max_source_size_bytes),
                "MEDIA_SUFFIXES": ",".join(settings.media_suffixes),
                "CLAIM_SECONDS": str(settings.function_timeout_seconds),
            },
        )
        role = function.role
        self._uploads.grant_read(role)
        self._uploads.grant_list(role)
        self._assets.grant_read_write(role)
        self._presets.grant_read(role)
        self._transcoder.grant_probe(role)
        self._transcoder.grant_submit(role)
        self._transcoder.grant_list(role)
        self._topic.grant_publish(role)
        prefix = settings.upload_key_prefix
        function.consume(
            self._processing_queue,
            batch_size=UPLOADS_PER_BATCH,
            maximum_concurrency=settings.processing_concurrency,
            # The rule sees to the suffix. Within one rule, prefix and suffix of a key are alternatives.
            body_filter={"detail": {"object": {"key": [{"prefix": prefix}]}}} if prefix else None,
        )
        return function

    def _add_job_status_processor(self) -> Function:
        settings = self._settings
        function = self._add_function(
            "JobStatusProcessor",
            "job_status_processor",
            description="Records what MediaConvert says of its jobs and verifies their outputs",
            reserved_concurrency=settings.processing_concurrency,
            environment={},
        )
        role = function.role
        self._outputs.grant_read(role)
        self._outputs.grant_list(role)
        self._assets.grant_update(role)
        self._assets.grant_query(role, index="by_job")
        self._transcoder.grant_describe(role)
        self._topic.grant_publish(role)
        function.consume(
            self._job_events_queue,
            batch_size=JOB_EVENTS_PER_BATCH,
            maximum_concurrency=settings.processing_concurrency,
        )
        return function

    def _add_reconciler(self) -> Function:
        settings = self._settings
        function = self._add_function(
            "Reconciler",
            "reconciler",
            description="Finds assets that are overdue, asks MediaConvert for the truth and repairs them",
            # Runs never overlap.
            reserved_concurrency=1,
            timeout_seconds=settings.reconciler_timeout_seconds,
            environment={
                "UPLOADS_BUCKET": self._uploads.name,
                "MEDIACONVERT_QUEUE_ARN": self._transcoder.queue_arn,
                "PROCESSING_QUEUE_URL": self._processing_queue.url,
                "STUCK_AFTER_SECONDS": str(settings.stuck_after_seconds),
            },
        )
        role = function.role
        self._uploads.grant_read(role)
        self._uploads.grant_list(role)
        self._outputs.grant_read(role)
        self._outputs.grant_list(role)
        self._assets.grant_update(role)
        self._assets.grant_query(role, index="by_status")
        self._transcoder.grant_describe(role)
        self._transcoder.grant_list(role)
        self._processing_queue.grant_send(role)
        self._topic.grant_publish(role)
        function.run_every(
            settings.reconciler_interval_minutes, rule_name=settings.name("reconciler-schedule")
        )
        return function

    def _add_function(
        self,
        id_: str,
        module: str,
        *,
        description: str,
        reserved_concurrency: int,
        environment: dict[str, str],
        timeout_seconds: int | None = None,
    ) -> Function:
        settings = self._settings
        common = {
            "PIPELINE_NAME": settings.pipeline_name,
            "ASSETS_TABLE": self._assets.name,
            "OUTPUTS_BUCKET": self._outputs.name,
            "NOTIFICATIONS_TOPIC_ARN": self._topic.arn,
            "ASSET_RETENTION_DAYS": str(settings.asset_retention_days),
            # One service for all functions, so that their metrics share one dimension.
            "POWERTOOLS_SERVICE_NAME": settings.pipeline_name,
            "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
            "POWERTOOLS_LOG_LEVEL": settings.log_level,
        }
        if settings.mediaconvert_endpoint is not None:
            common["AWS_ENDPOINT_URL_MEDIACONVERT"] = settings.mediaconvert_endpoint
        return Function(
            self,
            id_,
            name=settings.name(module.replace("_", "-")),
            description=description,
            handler=f"media_pipeline.{module}.handler",
            code=self._code,
            environment={**common, **environment},
            timeout_seconds=timeout_seconds or settings.function_timeout_seconds,
            memory_mb=settings.function_memory_mb,
            reserved_concurrency=reserved_concurrency,
            log_retention_days=settings.log_retention_days,
            key=self._key,
            account=self._account,
        )

    def _route_events(self) -> None:
        settings = self._settings
        EventRule(
            self,
            "UploadsCreated",
            name=settings.name("uploads-created"),
            description="Media files that were uploaded go to the processing queue",
            pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [self._uploads.name]},
                    "object": {
                        "key": [
                            {"suffix": {"equals-ignore-case": suffix}} for suffix in settings.media_suffixes
                        ]
                    },
                },
            },
            queue=self._processing_queue,
        )
        EventRule(
            self,
            "JobStateChanged",
            name=settings.name("job-state-changed"),
            description="State changes of this pipeline's MediaConvert jobs go to the job events queue",
            pattern={
                "source": ["aws.mediaconvert"],
                "detail-type": ["MediaConvert Job State Change"],
                "detail": {"queue": [self._transcoder.queue_arn], "status": list(JOB_STATUSES)},
            },
            queue=self._job_events_queue,
        )

    def _watch(self) -> PipelineMonitoring:
        settings = self._settings
        queues = {"processing": self._processing_queue, "job events": self._job_events_queue}
        functions = {
            "ingest_orchestrator": self._orchestrator,
            "job_status_processor": self._status_processor,
            "reconciler": self._reconciler,
        }
        return PipelineMonitoring(
            self,
            "Monitoring",
            name=settings.name,
            pipeline_name=settings.pipeline_name,
            region=settings.region,
            topic_arn=self._topic.arn,
            queues=[
                MonitoredQueue(label=label, name=queue.name, dlq_name=queue.dlq_name)
                for label, queue in queues.items()
            ],
            functions=[
                MonitoredFunction(label=label, name=function.name) for label, function in functions.items()
            ],
            mediaconvert_queue_arn=self._transcoder.queue_arn,
            thresholds=settings.alarm_thresholds,
        )

    def _add_outputs(self) -> None:
        """Name what people and programs look for; these names are a contract."""
        outputs: dict[str, Any] = {
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
            "job_events_queue_url": self._job_events_queue.url,
            "job_events_dlq_url": self._job_events_queue.dlq_url,
            "notifications_topic_arn": self._topic.arn,
            "mediaconvert_queue_arn": self._transcoder.queue_arn,
            "mediaconvert_role_arn": self._transcoder.role_arn,
            "presets_path": self._presets.presets_path,
            "profiles_parameter": self._presets.profiles_name,
            "ingest_orchestrator_function": self._orchestrator.name,
            "job_status_processor_function": self._status_processor.name,
            "reconciler_function": self._reconciler.name,
            "dashboard_url": self._monitoring.dashboard_url,
        }
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value).override_logical_id(name)
