"""The functions' configuration, read from their environments."""

from dataclasses import MISSING, fields

import pytest

from media_pipeline.domain.errors import ConfigError
from media_pipeline.handlers.config import (
    FunctionConfig,
    JobStatusProcessorConfig,
    OrchestratorConfig,
    ReconcilerConfig,
    read_config,
)
from tests.support.lambda_invocation import ENVIRONMENT

CONFIGS = (OrchestratorConfig, JobStatusProcessorConfig, ReconcilerConfig)


@pytest.mark.parametrize("config", CONFIGS)
def test_a_function_needs_just_its_variables(config: type[FunctionConfig]) -> None:
    """Each config is read from exactly the variables that it names."""
    needed = {field.name.upper() for field in fields(config) if field.default is MISSING}
    assert read_config(config, {name: ENVIRONMENT[name] for name in needed}) is not None
    for name in needed:
        with pytest.raises(ConfigError, match=f"{name} is missing"):
            read_config(config, {other: ENVIRONMENT[other] for other in needed - {name}})


@pytest.mark.parametrize("config", CONFIGS)
def test_a_config_is_what_its_environment_says(config: type[FunctionConfig]) -> None:
    """What a config writes is read back as the same config, an endpoint of MediaConvert included."""
    for more in ({}, {"AWS_ENDPOINT_URL_MEDIACONVERT": "http://127.0.0.1:4567"}):
        read = read_config(config, {**ENVIRONMENT, **more})
        assert read_config(config, read.environment()) == read
        assert more.items() <= read.environment().items()


def test_only_prefix_endpoint_and_caps_may_be_missing() -> None:
    """No prefix, or an empty one as Lambda hands on what is set to nothing, means the whole bucket."""
    without = {name: value for name, value in ENVIRONMENT.items() if name != "UPLOAD_KEY_PREFIX"}
    for environment in (without, {**without, "UPLOAD_KEY_PREFIX": ""}):
        assert read_config(ReconcilerConfig, environment).upload_key_prefix == ""
    assert read_config(ReconcilerConfig, ENVIRONMENT).upload_key_prefix == "incoming/"
    optional = {field.name for config in CONFIGS for field in fields(config) if field.default is not MISSING}
    assert optional == {"upload_key_prefix", "aws_endpoint_url_mediaconvert", "spending_caps"}


def test_variables_become_typed_values() -> None:
    """Numbers are numbers, and suffixes a list in lower case."""
    config = read_config(OrchestratorConfig, ENVIRONMENT)
    assert (config.max_source_size_bytes, config.media_suffixes) == (1000, (".mp4", ".mov"))


def test_all_faults_of_an_environment_are_named_at_once() -> None:
    """A wrong deployment is repaired once, not variable by variable."""
    with pytest.raises(ConfigError) as invalid:
        read_config(JobStatusProcessorConfig, {"ASSET_RETENTION_DAYS": "-1", "PIPELINE_NAME": "p"})
    assert invalid.value.faults == (
        "ASSETS_TABLE is missing",
        "UPLOADS_BUCKET is missing",
        "OUTPUTS_BUCKET is missing",
        "NOTIFICATIONS_TOPIC_ARN is missing",
        "MEDIACONVERT_QUEUE_ARN is missing",
        "MEDIA_SUFFIXES is missing",
        "CAPTION_SUFFIXES is missing",
        "ASSET_RETENTION_DAYS is '-1': must be a whole number of at least 0",
        "POWERTOOLS_SERVICE_NAME is missing",
        "POWERTOOLS_METRICS_NAMESPACE is missing",
        "POWERTOOLS_LOG_LEVEL is missing",
        "CONSUMED_QUEUE_URL is missing",
        "MAX_RECEIVE_COUNT is missing",
        "MAX_DELAY_SECONDS is missing",
    )
