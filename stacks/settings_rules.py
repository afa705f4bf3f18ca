"""What settings are allowed to be: every rule, and every fault of every environment at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from constructs_lib.messaging import VISIBILITY_PER_CONSUMER_TIMEOUT
from stacks.rules.addresses import address_faults
from stacks.rules.concurrency import (
    LEAST_ACCOUNT_CONCURRENCY,
    LEAST_CONCURRENCY,
    concurrency_faults,
    overlap_faults,
)
from stacks.rules.delivery import delivery_faults
from stacks.rules.spending import spending_faults
from stacks.rules.uploads import upload_faults
from stacks.settings import NO_ALARM_EMAIL, Settings, StateSettings

# S3 allows 63 characters, the tightest of all; the longest bucket name is
# {project}-uploads-{12 digits of the account}-{suffix}. Source:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
MAX_PROJECT_AND_SUFFIX_CHARACTERS = 63 - len("-uploads-000000000000-")

# Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827),
    *(2192, 2557, 2922, 3288, 3653),
)

# Source: https://docs.aws.amazon.com/powertools/python/latest/core/logger/
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_RANGES: dict[str, tuple[int, int, str]] = {
    # field: least, most, whose limit it is
    # Source: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
    "processing_concurrency": (LEAST_CONCURRENCY, 1_000, "event source mappings"),
    # Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    "max_jobs_in_flight": (1, 100_000, "this project"),
    "account_concurrency": (LEAST_ACCOUNT_CONCURRENCY, 1_000_000, "Lambda"),
    "function_timeout_seconds": (30, 900, "probe and submission of one upload; Lambda"),
    "reconciler_timeout_seconds": (30, 900, "20 seconds of it are kept to end in; Lambda"),
    "function_memory_mb": (128, 10_240, "Lambda"),
    # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    "max_source_size_bytes": (1, 5 * 1024**4, "S3"),
    "asset_cap_cents": (0, 100_000_000, "this project"),
    "day_cap_cents": (0, 100_000_000, "this project"),
    "month_cap_cents": (0, 1_000_000_000, "this project"),
    # Source: SQS API, ChangeMessageVisibility, in one step as long as redelivery waits at most
    "empty_file_grace_seconds": (0, 900, "SQS"),
    "reconciler_interval_minutes": (1, 15, "the stuck assets' alarm: a silence of 15 minutes is news"),
    "stuck_after_seconds": (120, 172_800, "this project"),
    # Fewer than 5 lets throttled messages end in the DLQ. Sources:
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html and
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    "max_receive_count": (5, 1_000, "SQS"),
    "queue_retention_days": (1, 14, "SQS"),
    "dlq_retention_days": (1, 14, "SQS"),
    "asset_retention_days": (0, 36_500, "this project"),
    "leftover_days": (1, 36_500, "this project"),
    "abandoned_upload_days": (1, 365, "this project"),
    "old_version_days": (1, 36_500, "this project"),
    # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    "sources_infrequent_access_days": (30, 36_500, "S3"),
    "sources_archive_days": (60, 36_500, "S3"),
    "outputs_intelligent_tiering_days": (0, 36_500, "S3"),
    # Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
    "key_deletion_window_days": (7, 30, "KMS"),
}

_EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"

_PATTERNS: dict[str, tuple[str, str]] = {
    "project": (r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "lower-case words joined by hyphens"),
    "environment_suffix": (r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by hyphens"),
    # The other partitions have other ARNs.
    "region": (r"(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[1-9]", "a region of the aws partition"),
    "notification_email": (_EMAIL, "an e-mail address, or nothing"),
    "alarm_email": (
        f"{_EMAIL}|{NO_ALARM_EMAIL}",
        f"an e-mail address, {NO_ALARM_EMAIL!r} for no address, or nothing",
    ),
    # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    "state.bucket": (r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "a bucket name of 3 to 63 characters"),
    "state.region": (r"(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[1-9]", "a region of the aws partition"),
    "provider_version": (r"\d+\.\d+\.\d+", "a version such as 5.100.0, or nothing"),
    "state.stack_id": (r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by hyphens"),
}
_OPTIONAL = ("notification_email", "alarm_email", "provider_version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Name what is wrong: whose field has which value, and what is allowed."""

    environment: str
    field: str
    value: object
    allowed: str

    def __str__(self) -> str:
        return f"{self.environment}: {self.field} is {self.value!r}, allowed: {self.allowed}"


class SettingsError(Exception):
    """Report every fault of all settings at once, one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("settings are not valid:\n" + "\n".join(f"  {fault}" for fault in self.faults))


def check(environments: Iterable[Settings], *, deployed: Settings | None = None) -> None:
    """Check settings one by one and against each other, and whether one environment may be deployed.

    Raises SettingsError with every fault.
    """
    environments = tuple(environments)
    faults = [fault for settings in environments for fault in find_faults(settings)]
    faults.extend(_faults_between(environments))
    if deployed is not None:
        faults.extend(_deployment_faults(deployed))
    if faults:
        raise SettingsError(faults)


def find_faults(settings: Settings) -> list[Fault]:
    """Return every fault of one environment's settings."""
    return [
        Fault(environment=settings.environment, field=name, value=value, allowed=allowed)
        for name, value, allowed in (
            *_range_faults(settings),
            *_pattern_faults(settings),
            *_choice_faults(settings),
            *address_faults(settings),
            *upload_faults(settings),
            *spending_faults(settings),
            *delivery_faults(settings),
            *_relation_faults(settings),
            *_protection_faults(settings),
            *_threshold_faults(settings),
        )
    ]


def _deployment_faults(settings: Settings) -> Iterator[Fault]:
    """Yield what an environment lacks that is needed to deploy it, though not to look at its stack."""
    if settings.requires_alarm_email and settings.alarm_email is None:
        yield Fault(
            environment=settings.environment,
            field="alarm_email",
            value=settings.alarm_email,
            allowed="an e-mail address to which alarms go, in stacks/settings.py or as ALARM_EMAIL; "
            f"{NO_ALARM_EMAIL!r} where they reach people by another subscription of the alarm topic",
        )


_Found = Iterator[tuple[str, object, str]]


def _range_faults(settings: Settings) -> _Found:
    for name, (least, most, owner) in _RANGES.items():
        value = getattr(settings, name)
        if not _is_whole(value) or not least <= value <= most:
            yield name, value, f"{least} to {most} ({owner})"
    if not _is_whole(settings.state.old_version_days) or settings.state.old_version_days < 1:
        yield "state.old_version_days", settings.state.old_version_days, "1 or more"


def _pattern_faults(settings: Settings) -> _Found:
    for name, (pattern, allowed) in _PATTERNS.items():
        owner: Settings | StateSettings = settings.state if name.startswith("state.") else settings
        value = getattr(owner, name.removeprefix("state."))
        if name in _OPTIONAL and value is None:
            continue
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield name, value, allowed
    if len(settings.project) + len(settings.environment_suffix) > MAX_PROJECT_AND_SUFFIX_CHARACTERS:
        room = MAX_PROJECT_AND_SUFFIX_CHARACTERS - len(settings.project)
        yield (
            "environment_suffix",
            settings.environment_suffix,
            f"at most {max(room, 0)} characters beside the project {settings.project!r} (S3 bucket names)",
        )


def _choice_faults(settings: Settings) -> _Found:
    if settings.log_level not in LOG_LEVELS:
        yield "log_level", settings.log_level, f"one of {', '.join(LOG_LEVELS)}"
    if settings.log_retention_days not in LOG_RETENTION_DAYS:
        days = ", ".join(str(days) for days in LOG_RETENTION_DAYS)
        yield "log_retention_days", settings.log_retention_days, f"one of {days} (CloudWatch Logs)"


def _relation_faults(settings: Settings) -> _Found:
    impossible = {name for name, _, _ in _range_faults(settings)}

    def comparable(*names: str) -> bool:
        """Tell whether values are possible by themselves; if not, their relation says nothing more."""
        return impossible.isdisjoint(names)

    if comparable("processing_concurrency", "account_concurrency"):
        yield from concurrency_faults(settings)
    if comparable("reconciler_timeout_seconds", "reconciler_interval_minutes"):
        yield from overlap_faults(settings)
    earliest_archive = settings.sources_infrequent_access_days + 30
    if comparable("sources_infrequent_access_days", "sources_archive_days") and (
        settings.sources_archive_days < earliest_archive
    ):
        yield (
            "sources_archive_days",
            settings.sources_archive_days,
            f"at least {earliest_archive}: 30 days after sources_infrequent_access_days (S3)",
        )
    if comparable("dlq_retention_days", "queue_retention_days") and (
        settings.dlq_retention_days <= settings.queue_retention_days
    ):
        # A message keeps its age when it moves to the DLQ. Source:
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
        yield (
            "dlq_retention_days",
            settings.dlq_retention_days,
            f"more than queue_retention_days ({settings.queue_retention_days})",
        )
    days = settings.asset_retention_days
    if comparable("leftover_days", "asset_retention_days") and 0 < days <= settings.leftover_days:
        # A record that has expired names no attempts any more.
        yield "leftover_days", settings.leftover_days, f"less than asset_retention_days ({days})"
    second_attempt_seconds = VISIBILITY_PER_CONSUMER_TIMEOUT * settings.function_timeout_seconds
    if comparable("stuck_after_seconds", "function_timeout_seconds") and (
        settings.stuck_after_seconds < second_attempt_seconds
    ):
        yield (
            "stuck_after_seconds",
            settings.stuck_after_seconds,
            f"at least {second_attempt_seconds}, when SQS delivers a failed message again",
        )


def _protection_faults(settings: Settings) -> _Found:
    if settings.force_destroy and (settings.prevent_destroy or settings.deletion_protection):
        yield (
            "force_destroy",
            settings.force_destroy,
            "False where prevent_destroy or deletion_protection is set",
        )
    if settings.state.force_destroy and settings.state.prevent_destroy:
        yield "state.force_destroy", settings.state.force_destroy, "False where state.prevent_destroy is set"


def _threshold_faults(settings: Settings) -> _Found:
    thresholds = settings.alarm_thresholds
    for threshold in fields(thresholds):
        value = getattr(thresholds, threshold.name)
        most = 100 if threshold.name.endswith("_percent") else 1_000_000
        if not _is_whole(value) or not 1 <= value <= most:
            yield f"alarm_thresholds.{threshold.name}", value, f"1 to {most}"


def _faults_between(environments: tuple[Settings, ...]) -> Iterator[Fault]:
    """Yield what environments do to each other: the same names, or two ideas of one state bucket."""
    pipelines: dict[str, Settings] = {}
    states: dict[str, Settings] = {}
    state_stacks = {settings.state.stack_id for settings in environments}
    for settings in environments:
        if settings.environment_suffix in state_stacks:
            yield Fault(
                environment=settings.environment,
                field="environment_suffix",
                value=settings.environment_suffix,
                allowed=f"other than {', '.join(sorted(state_stacks))}, which name stacks",
            )
        other = pipelines.setdefault(settings.environment_suffix, settings)
        if other is not settings:
            yield Fault(
                environment=settings.environment,
                field="environment_suffix",
                value=settings.environment_suffix,
                allowed=f"other than that of {other.environment}",
            )
        sharer = states.setdefault(settings.state.stack_id, settings)
        if sharer.state != settings.state:
            yield Fault(
                environment=settings.environment,
                field="state",
                value=settings.state,
                allowed=f"the same as that of {sharer.environment}, with which it shares a stack",
            )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
