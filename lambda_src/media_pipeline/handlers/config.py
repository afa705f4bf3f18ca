"""Read each function's environment variables into a frozen dataclass.

A field's name in capitals is its variable, and its type says how the text is read, so the dataclass is the
contract that the stack keeps (a test compares both).
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from media_pipeline.domain.errors import ConfigError

# What Powertools reads by itself.
POWERTOOLS_VARIABLES = frozenset(
    {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrchestratorConfig:
    """Configure ingest_orchestrator; `claim_seconds` is how long an invocation owns an asset it began.

    It consumes two queues, of uploads (`consumed_queue_url`) and of caption files, with the same bounds:
    a message is received at most `max_receive_count` times, and postponed by at most `max_delay_seconds`.
    """

    pipeline_name: str
    assets_table: str
    outputs_bucket: str
    uploads_bucket: str
    mediaconvert_queue_arn: str
    mediaconvert_role_arn: str
    presets_path: str
    profiles_parameter: str
    notifications_topic_arn: str
    max_source_size_bytes: int
    media_suffixes: tuple[str, ...]
    caption_suffixes: tuple[str, ...]
    ignored_names: tuple[str, ...]
    empty_file_grace_seconds: int
    asset_retention_days: int
    claim_seconds: int
    max_jobs_in_flight: int
    consumed_queue_url: str
    captions_queue_url: str
    max_receive_count: int
    max_delay_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatusProcessorConfig:
    """Configure job_status_processor; a retention of 0 days keeps records for ever."""

    pipeline_name: str
    assets_table: str
    outputs_bucket: str
    uploads_bucket: str
    mediaconvert_queue_arn: str
    notifications_topic_arn: str
    media_suffixes: tuple[str, ...]
    caption_suffixes: tuple[str, ...]
    asset_retention_days: int
    consumed_queue_url: str
    max_receive_count: int
    max_delay_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilerConfig:
    """Configure reconciler; assets unchanged for `stuck_after_seconds` are looked into.

    What failed and replayed attempts left behind is removed after `leftover_days`.
    """

    pipeline_name: str
    assets_table: str
    outputs_bucket: str
    uploads_bucket: str
    mediaconvert_queue_arn: str
    notifications_topic_arn: str
    asset_retention_days: int
    processing_queue_url: str
    captions_queue_url: str
    stuck_after_seconds: int
    leftover_days: int
    media_suffixes: tuple[str, ...]
    caption_suffixes: tuple[str, ...]
    ignored_names: tuple[str, ...]
    upload_key_prefix: str = ""


Config = TypeVar("Config", OrchestratorConfig, JobStatusProcessorConfig, ReconcilerConfig)


def environment_variables(config: type[Any]) -> frozenset[str]:
    """Return the names of the variables that the function with this config needs."""
    return frozenset(field.name.upper() for field in fields(config)) | POWERTOOLS_VARIABLES


def read_config(config: type[Config], environment: Mapping[str, str]) -> Config:
    """Read a config out of environment variables.

    Raises ConfigError naming every variable that is missing or malformed.
    """
    faults: list[str] = []
    values: dict[str, Any] = {}
    for field in fields(config):
        name = field.name.upper()
        text = environment.get(name, "").strip()
        if not text and field.default is not MISSING:
            values[field.name] = field.default
        elif not text:
            faults.append(f"{name} is missing")
        elif field.type is int:
            if text.isascii() and text.isdigit():
                values[field.name] = int(text)
            else:
                faults.append(f"{name} is {text!r}: must be a whole number of at least 0")
        elif field.type is str:
            values[field.name] = text
        else:
            values[field.name] = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if faults:
        raise ConfigError(faults)
    return config(**values)
