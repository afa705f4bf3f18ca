"""What differs between environments: one `Settings` value per environment, and nothing else does.

The values are plain data. `settings_rules.py` says what is allowed; `main.py` overrides single fields for one
synthesis.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from constructs_lib.observability.alarms import AlarmThresholds
from stacks.delivery_settings import (
    CLOUDFRONT,
    NO_DELIVERY,
    ApiSettings,
    PlaybackSettings,
    WebhookSettings,
)

NO_ALARM_EMAIL = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSettings:
    """Say where Terraform keeps its state; environments with the same `stack_id` share one bucket."""

    stack_id: str
    environment: str = "shared"
    """Tags the bucket."""
    bucket: str
    region: str = "us-east-1"
    use_path_style: bool = False
    skip_aws_checks: bool = False
    force_destroy: bool = False
    prevent_destroy: bool = True
    old_version_days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Describe one environment."""

    environment: str
    environment_suffix: str
    """Ends every physical name; two environments of one account differ in it."""
    project: str = "media-pipeline"
    region: str = "us-east-1"
    state: StateSettings
    provider_version: str | None = None
    """The AWS provider's version that plans and applies; None: the one that the bindings were made for."""

    processing_concurrency: int
    """So many uploads, and so many job events, are handled at a time."""
    max_jobs_in_flight: int = 200
    """Further uploads wait in the processing queue while MediaConvert has so many jobs that wait or run."""
    account_concurrency: int = 1_000
    """The account's quota of concurrent executions in the region; new accounts may have less."""
    reserve_concurrency: bool = True
    """Keep executions of the account for the functions; an account with a quota below 105 can't."""
    notification_email: str | None = None
    """E-mail address for notifications of every ended asset; None: no subscription."""
    alarm_email: str | None = None
    """E-mail address for alarms alone; "none": deliberately no address."""
    requires_alarm_email: bool = False
    """An environment that may not be deployed before `alarm_email` says something."""
    mediaconvert_endpoint: str | None = None
    """Where the functions call MediaConvert; None means AWS's regional endpoint."""

    upload_key_prefix: str = ""
    """Uploads outside of it are left alone; empty means that the whole bucket is processed."""
    uploader_prefix: str | None = None
    """Below which keys the uploader policy lets people put objects; None stands for upload_key_prefix."""
    media_suffixes: tuple[str, ...] = (
        *(".264", ".265", ".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aiff", ".asf", ".avi", ".divx"),
        *(".dv", ".eac3", ".ec3", ".f4v", ".flac", ".flv", ".gif", ".gsm", ".h264", ".h265", ".hevc"),
        *(".m1v", ".m2t", ".m2ts", ".m2v", ".m4a", ".m4v", ".mka", ".mkv", ".mov", ".mp3", ".mp4"),
        *(".mpe", ".mpeg", ".mpg", ".mts", ".mxf", ".oga", ".ogg", ".ogv", ".opus", ".qt", ".ts"),
        *(".vob", ".wav", ".webm", ".wma", ".wmv"),
    )
    """What files of the containers that MediaConvert reads end in, in any letter case; other uploads fail.

    Source: AWS Elemental MediaConvert User Guide, "Supported input formats".
    """
    ignored_names: tuple[str, ...] = (
        # macOS, Windows, Synology
        *("._*", ".DS_Store", ".Spotlight-V100/*", ".Trashes/*", ".fseventsd/*", "Thumbs.db", "desktop.ini"),
        *("$RECYCLE.BIN/*", "System Volume Information/*", "@eaDir/*"),
        # browsers, WinSCP, rclone, torrents
        *("*.crdownload", "*.part", "*.partial", "*.filepart", "*.tmp", "*.!ut", "*.!qB", "*.aria2"),
        # Office, LibreOffice, editors
        *("~$*", ".~lock.*", "*.swp", ".goutputstream-*"),
        # Dropbox, Syncthing, Nextcloud and ownCloud, Google Drive, Resilio, FUSE, NFS, Hadoop
        *(".dropbox*", ".syncthing.*", "~syncthing~*", ".stfolder*", ".stversions/*", ".*.~*", ".sync_*.db*"),
        *(".tmp.driveupload/*", ".sync/*", ".fuse_hidden*", ".nfs0*", "*_$folder$"),
    )
    """Names that are ignored without a record; `domain.uploads.ignored_names` says what `*` means."""
    caption_suffixes: tuple[str, ...] = (".srt", ".vtt")
    """Files that are captions of the video beside them; matched in any letter case."""
    max_source_size_bytes: int = 100 * 1024**3
    empty_file_grace_seconds: int = 120
    """So long an empty file may be replaced by its content (as mounts do) before it fails."""
    browser_origins: tuple[str, ...]
    """Web pages that may upload to, and play from, the buckets."""

    delivery: str = NO_DELIVERY
    """How videos reach people: "none" ends at the outputs bucket, "cloudfront" adds all of delivery."""
    playback: PlaybackSettings = field(default_factory=PlaybackSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)

    asset_cap_cents: int = 0
    """Encoding one asset may cost so much by its quote; 0: no cap."""
    asset_cap_waits: bool = False
    """What is dearer waits in the queue for a higher cap, instead of failing with TOO_EXPENSIVE."""
    day_cap_cents: int = 0
    """The quotes of a day's jobs (UTC) may add up to so much, further uploads wait; 0: no cap."""
    month_cap_cents: int = 0
    """The same of a month."""
    uploader_caps: tuple[str, ...] = ()
    """`PREFIX=CENTS`: the same of a month's uploads below a prefix; of several the longest counts."""

    function_timeout_seconds: int = 60
    function_memory_mb: int = 512
    reconciler_timeout_seconds: int = 300
    reconciler_interval_minutes: int = 5
    stuck_after_seconds: int = 1_800
    max_receive_count: int = 5
    queue_retention_days: int = 4
    dlq_retention_days: int = 14
    log_level: str = "INFO"
    log_retention_days: int

    asset_retention_days: int = 0
    """Records of ended assets are kept so long; 0 keeps them for ever."""
    leftover_days: int = 14
    """What failed, superseded and replayed attempts left in the outputs bucket is removed after so long."""
    abandoned_upload_days: int = 2
    old_version_days: int = 30
    sources_infrequent_access_days: int = 30
    sources_archive_days: int = 90
    """Glacier Instant Retrieval: cheap, and still readable at once for another attempt."""
    outputs_intelligent_tiering_days: int = 30

    alarm_thresholds: AlarmThresholds = field(default_factory=AlarmThresholds)

    force_destroy: bool
    """Destroying the stack empties its buckets."""
    deletion_protection: bool
    """DynamoDB refuses to delete the table."""
    prevent_destroy: bool
    """Terraform refuses every plan that would destroy a bucket, the table or the key."""
    key_deletion_window_days: int = 7

    s3_use_path_style: bool = False
    skip_aws_checks: bool = False
    """Don't let Terraform check credentials, region and metadata service against the real AWS."""

    @property
    def pipeline_name(self) -> str:
        """Return the name under which the pipeline knows itself in paths, metrics and job metadata."""
        return f"{self.project}-{self.environment_suffix}"

    @property
    def delivers(self) -> bool:
        """Tell whether the environment has playback, an API and webhooks."""
        return self.delivery != NO_DELIVERY

    @property
    def keeps_access_logs(self) -> bool:
        """Tell whether the distribution's requests are logged."""
        return self.delivers and self.playback.access_log_days > 0

    @property
    def uploader_key_prefix(self) -> str:
        """Return what the keys begin with that the uploader policy is about."""
        return self.upload_key_prefix if self.uploader_prefix is None else self.uploader_prefix

    @property
    def api_upload_prefix(self) -> str:
        """Return what the keys of uploads through the API begin with."""
        return f"{self.uploader_key_prefix}{self.api.upload_folder}"

    @property
    def alarm_address(self) -> str | None:
        """Return the address that is subscribed to alarms, None where there is none."""
        return None if self.alarm_email == NO_ALARM_EMAIL else self.alarm_email

    @property
    def state_key(self) -> str:
        """Return the key of this environment's state in the state bucket."""
        return f"{self.project}/{self.environment_suffix}/terraform.tfstate"

    @property
    def tags(self) -> Mapping[str, str]:
        """Return the tags that everything carries."""
        return {"Project": self.project, "Environment": self.environment, "ManagedBy": "cdktf"}

    def name(self, component: str) -> str:
        """Return the physical name of a component: project, component, suffix."""
        return f"{self.project}-{component}-{self.environment_suffix}"


_AWS_STATE = StateSettings(stack_id="state-backend", bucket="media-pipeline-tfstate")

_DEV = Settings(
    environment="dev",
    environment_suffix="dev",
    state=_AWS_STATE,
    processing_concurrency=5,
    browser_origins=("http://localhost:3000",),
    delivery=CLOUDFRONT,
    log_retention_days=14,
    asset_retention_days=30,
    force_destroy=True,
    deletion_protection=False,
    prevent_destroy=False,
)

_STAGING = replace(
    _DEV,
    environment="staging",
    environment_suffix="staging",
    processing_concurrency=10,
    browser_origins=("https://staging.media.example.com",),
    log_retention_days=30,
    asset_retention_days=90,
)

_PROD = replace(
    _STAGING,
    environment="prod",
    environment_suffix="prod",
    processing_concurrency=50,
    max_jobs_in_flight=1_000,
    browser_origins=("https://media.example.com",),
    log_retention_days=365,
    asset_retention_days=0,
    old_version_days=90,
    force_destroy=False,
    deletion_protection=True,
    prevent_destroy=True,
    key_deletion_window_days=30,
    requires_alarm_email=True,
)

_SANDBOX = replace(
    _DEV,
    environment="sandbox",
    environment_suffix="sandbox",
    state=StateSettings(
        stack_id="state-backend-sandbox",
        environment="sandbox",
        bucket="media-pipeline-tfstate-sandbox",
        use_path_style=True,
        skip_aws_checks=True,
        force_destroy=True,
        prevent_destroy=False,
    ),
    processing_concurrency=2,
    mediaconvert_endpoint="http://127.0.0.1:4567",
    function_timeout_seconds=30,
    empty_file_grace_seconds=5,
    reconciler_interval_minutes=1,
    stuck_after_seconds=180,
    playback=PlaybackSettings(waits_until_deployed=False),
    api=ApiSettings(
        upload_endpoint="http://127.0.0.1:4568",
        sign_in_url="http://127.0.0.1:4568",
        page_origins=("http://localhost:4568",),
    ),
    webhooks=WebhookSettings(allow_loopback=True),
    s3_use_path_style=True,
    skip_aws_checks=True,
)

ENVIRONMENTS: Mapping[str, Settings] = MappingProxyType(
    {settings.environment: settings for settings in (_DEV, _STAGING, _PROD, _SANDBOX)}
)
