"""Spell each function's settings once: the stack writes them as environment variables, functions read them.

A field's name in capitals is its variable, and its type says how its value becomes text and is read again.
`stacks/functions.py` builds these dataclasses and asks them for the environment; the handlers read them back.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from media_pipeline.domain.errors import ConfigError
from media_pipeline.domain.spending.caps import NO_CAPS
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfig:
    """Configure what all functions share; a retention of 0 days keeps records for ever.

    Powertools and boto3 read the variables in their names by themselves.
    """

    pipeline_name: str
    assets_table: str
    uploads_bucket: str
    outputs_bucket: str
    notifications_topic_arn: str
    mediaconvert_queue_arn: str
    media_suffixes: tuple[str, ...]
    caption_suffixes: tuple[str, ...]
    asset_retention_days: int
    powertools_service_name: str
    powertools_metrics_namespace: str
    powertools_log_level: str
    aws_endpoint_url_mediaconvert: str | None = None

    def environment(self) -> dict[str, str]:
        """Return the environment variables from which `read_config` reads the same config.

        Names of files are read in lower case, however they are written here.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name.upper(): ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in values.items()
            if value is not None
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerConfig(FunctionConfig):
    """Configure a function that consumes a queue.

    A message is received at most `max_receive_count` times, and postponed by at most `max_delay_seconds`.
    """

    consumed_queue_url: str
    max_receive_count: int
    max_delay_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorConfig(ConsumerConfig):
    """Configure ingest_orchestrator; `claim_seconds` is how long an invocation owns an asset it began.

    `spending_caps` says what may be spent, as `domain.spending.caps` writes it.
    It consumes two queues, of uploads (`consumed_queue_url`) and of caption files, with the same bounds.
    """

    captions_queue_url: str
    mediaconvert_role_arn: str
    presets_path: str
    profiles_parameter: str
    max_source_size_bytes: int
    ignored_names: tuple[str, ...]
    empty_file_grace_seconds: int
    claim_seconds: int
    max_jobs_in_flight: int
    spending_caps: str = NO_CAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatusProcessorConfig(ConsumerConfig):
    """Configure job_status_processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilerConfig(FunctionConfig):
    """Configure reconciler; assets unchanged for `stuck_after_seconds` are looked into.

    What failed and replayed attempts left behind is removed after `leftover_days`.
    """

    processing_queue_url: str
    captions_queue_url: str
    stuck_after_seconds: int
    leftover_days: int
    ignored_names: tuple[str, ...]
    upload_key_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig(FunctionConfig):
    """Configure api; what the page needs to sign people in is in it, and none of it is secret.

    `resource_server` is what the scopes of machines begin with. A page of a listing has at most
    `page_size` assets, a request's body at most `body_limit_bytes`. `playback_signing_key` signs for the
    distribution at `playback_domain`: the ARN of a KMS key, or the name of an SSM parameter.

    Uploads through the API lie below `api_upload_prefix`; their parts are sent to `upload_endpoint` (S3's
    own, where there is none) within `upload_url_seconds`. One person has up to `person_quota_bytes` of them,
    and `uploads_at_once` that are not ended.

    Alarms are called as `alarm_names` says, in which `*` stands for what the runbook calls them.
    """

    presets_path: str
    profiles_parameter: str
    resource_server: str
    sign_in_url: str
    user_pool_client_id: str
    page_size: int
    body_limit_bytes: int
    timeout_seconds: int
    processing_queue_url: str
    processing_dlq_url: str
    captions_queue_url: str
    captions_dlq_url: str
    job_events_queue_url: str
    job_events_dlq_url: str
    webhooks_queue_url: str
    webhooks_dlq_url: str
    alarm_names: str
    max_jobs_in_flight: int
    spending_caps: str = NO_CAPS
    upload_key_prefix: str = ""
    api_upload_prefix: str
    upload_endpoint: str | None = None
    upload_url_seconds: int
    person_quota_bytes: int
    uploads_at_once: int
    max_source_size_bytes: int
    ignored_names: tuple[str, ...]
    playback_domain: str
    playback_key_pair_id: str
    playback_signing_key: str
    playback_hash_algorithm: str
    playback_cookie_hours: int
    playback_url_hours: int
    distribution_id: str


Config = TypeVar("Config", bound=FunctionConfig)


def read_config(config: type[Config], environment: Mapping[str, str]) -> Config:
    """Read a config out of environment variables.

    Raises ConfigError naming every variable that is missing or malformed.
    """
    faults: list[str] = []
    values: dict[str, Any] = {}
    for field in fields(config):
        name = field.name.upper()
        text = environment.get(name, "").strip()
        if text:
            try:
                values[field.name] = _PARSERS[field.type](text)
            except ValueError as error:
                faults.append(f"{name} is {text!r}: {error}")
        elif field.default is MISSING:
            faults.append(f"{name} is missing")
    if faults:
        raise ConfigError(faults)
    return config(**values)


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("must be a whole number of at least 0")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


_PARSERS: Mapping[Any, Callable[[str], Any]] = {
    int: _whole_number,
    str: str,
    str | None: str,
    tuple[str, ...]: _names,
}
