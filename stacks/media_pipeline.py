"""MediaPipelineStack: how a video flows, from the uploads bucket to the topic that announces its end.

    uploads bucket -> rule -> processing queue -> ingest_orchestrator -> MediaConvert -> outputs bucket
                   -> rule -> captions queue   ----^                        |
    notifications topic <- job_status_processor <- job events queue <- rule +
                        <- reconciler <- schedule

Every function reads and writes the assets table, and one key encrypts everything.
"""

from constructs_lib.bindings import Construct, DataAwsCallerIdentity, TerraformStack
from constructs_lib.delivery.http_api import LOG_PREFIX
from constructs_lib.encryption import (
    EncryptionKey,
    alarms_may_publish,
    distributions_may_decrypt,
    events_may_send,
    log_delivery_may_encrypt,
    log_groups_may_encrypt,
)
from constructs_lib.function import CodeArchive, FunctionCode
from constructs_lib.iam import Account
from constructs_lib.messaging import EventQueue, UndeliveredRuns
from constructs_lib.notifications import AlarmTopic, AssetTopic
from constructs_lib.storage import PrivateBucket
from constructs_lib.transcoding import JobTemplate, PresetParameters, Transcoder
from stacks.delivery.parts import add_delivery
from stacks.delivery.site import Site, add_site_files
from stacks.deployment import add_provider, keep_state_in_s3
from stacks.encoding import EncodingDocuments
from stacks.event_routes import route_events
from stacks.functions import (
    PipelineResources,
    add_ingest_orchestrator,
    add_job_status_processor,
    add_reconciler,
)
from stacks.monitoring import add_monitoring
from stacks.people import add_operator_policy, add_outputs, add_uploader_policy
from stacks.settings import Settings
from stacks.storage import add_assets_table, add_outputs_bucket, add_uploads_bucket

ALARM_TOPIC = "alarms"


class MediaPipelineStack(TerraformStack):
    """The pipeline of one environment; `site` is the build of the page, for one with delivery."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        archive: CodeArchive,
        encoding: EncodingDocuments,
        site: Site | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        keep_state_in_s3(self, settings.state, key=settings.state_key)
        add_provider(
            self,
            region=settings.region,
            tags=settings.tags,
            version=settings.provider_version,
            s3_use_path_style=settings.s3_use_path_style,
            skip_aws_checks=settings.skip_aws_checks,
        )
        caller = DataAwsCallerIdentity(self, "Caller")
        self._account = account = Account(account_id=caller.account_id, region=settings.region)
        self._key = key = self._add_key()
        uploads = add_uploads_bucket(self, settings=settings, account=account, key=key)
        outputs = add_outputs_bucket(self, settings=settings, account=account, key=key)
        pipeline = PipelineResources(
            settings=settings,
            account=account,
            key=key,
            code=FunctionCode(self, "Code", archive=archive),
            uploads=uploads,
            processing_queue=self._add_queue("ProcessingQueue", "processing"),
            captions_queue=self._add_queue("CaptionsQueue", "captions"),
            assets=add_assets_table(self, settings=settings, key=key),
            presets=self._add_presets(encoding),
            transcoder=self._add_transcoder(encoding, sources=uploads, outputs=outputs),
            outputs=outputs,
            job_events_queue=self._add_queue("JobEventsQueue", "job-events"),
            undelivered_runs=UndeliveredRuns(
                self, "UndeliveredRuns", name=settings.name("reconciler-schedule-dlq"), key=key
            ),
            topic=self._add_topic(),
            alarm_topic=self._add_alarm_topic(),
        )
        functions = {
            "ingest_orchestrator": add_ingest_orchestrator(self, pipeline),
            "job_status_processor": add_job_status_processor(self, pipeline),
            "reconciler": add_reconciler(self, pipeline),
        }
        delivery = add_delivery(self, pipeline, functions) if settings.delivers else None
        if delivery is not None and site is not None:
            add_site_files(self, site, bucket=delivery.playback.site)
        route_events(self, pipeline)
        monitoring = add_monitoring(self, pipeline, functions=functions, delivery=delivery)
        add_outputs(
            self,
            pipeline,
            functions=functions,
            uploader=add_uploader_policy(self, pipeline),
            operator=add_operator_policy(self, pipeline, delivery),
            delivery=delivery,
            dashboard_url=monitoring.dashboard_url,
        )

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
                log_groups_may_encrypt(self._account, *self._log_group_names()),
                *([distributions_may_decrypt(self._account)] if settings.delivers else []),
                *([log_delivery_may_encrypt(self._account)] if settings.keeps_access_logs else []),
            ],
            deletion_window_days=settings.key_deletion_window_days,
            prevent_destroy=settings.prevent_destroy,
        )

    def _log_group_names(self) -> list[str]:
        name = self._settings.name("*")
        return [f"/aws/lambda/{name}", *([f"{LOG_PREFIX}{name}"] if self._settings.delivers else [])]

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

    def _add_presets(self, encoding: EncodingDocuments) -> PresetParameters:
        settings = self._settings
        return PresetParameters(
            self,
            "Presets",
            account=self._account,
            presets_path=f"/{settings.pipeline_name}/presets",
            presets=encoding.presets,
            profiles_name=f"/{settings.pipeline_name}/profiles",
            profiles=encoding.profiles,
        )

    def _add_transcoder(
        self, encoding: EncodingDocuments, *, sources: PrivateBucket, outputs: PrivateBucket
    ) -> Transcoder:
        settings = self._settings
        transcoder = Transcoder(
            self,
            "Transcoder",
            queue_name=settings.name("jobs"),
            role_name=settings.name("mediaconvert"),
            account=self._account,
            sources=sources,
            outputs=outputs,
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

    def _add_topic(self) -> AssetTopic:
        settings = self._settings
        return AssetTopic(
            self,
            "Notifications",
            name=settings.name("notifications"),
            key=self._key,
            email=settings.notification_email,
        )

    def _add_alarm_topic(self) -> AlarmTopic:
        settings = self._settings
        return AlarmTopic(
            self,
            "AlarmNotifications",
            name=settings.name(ALARM_TOPIC),
            key=self._key,
            account=self._account,
            alarm_names=settings.name("alarm-*"),
            email=settings.alarm_address,
        )
