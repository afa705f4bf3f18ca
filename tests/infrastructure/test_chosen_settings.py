"""What main.py makes of the environment: one environment, with fields changed for one synthesis."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from main import OVERRIDES, select_settings
from stacks.settings import ENVIRONMENTS
from stacks.settings_rules import SettingsError

DEV = ENVIRONMENTS["dev"]


def test_all_environments_are_synthesized_by_default() -> None:
    """Without ENVIRONMENT each environment is synthesized as committed."""
    assert select_settings({}) == list(ENVIRONMENTS.values())


def test_every_parameter_can_be_overridden_for_one_synthesis() -> None:
    """Each environment variable changes its field of the chosen environment, and nothing else."""
    values = {
        "ENVIRONMENT_SUFFIX": "pr-12",
        "PROCESSING_CONCURRENCY": "7",
        "MEDIACONVERT_ENDPOINT": "https://mediaconvert.example.com",
        "NOTIFICATION_EMAIL": "ops@example.com",
        "ALARM_EMAIL": "on-call@example.com",
        "STATE_BUCKET": "another-bucket",
        "DELIVERY": "none",
        "PROVIDER_VERSION": "5.100.0",
        "UPLOAD_ENDPOINT": "https://uploads.example.com",
        "SIGN_IN_URL": "https://login.example.com",
        "PAGE_ORIGINS": "https://one.example.com,https://two.example.com",
    }
    assert set(values) == set(OVERRIDES)
    (settings,) = select_settings({"ENVIRONMENT": "sandbox", **values})
    sandbox = ENVIRONMENTS["sandbox"]
    assert settings == replace(
        sandbox,
        environment_suffix="pr-12",
        processing_concurrency=7,
        mediaconvert_endpoint="https://mediaconvert.example.com",
        notification_email="ops@example.com",
        alarm_email="on-call@example.com",
        delivery="none",
        api=replace(
            sandbox.api,
            upload_endpoint="https://uploads.example.com",
            sign_in_url="https://login.example.com",
            page_origins=("https://one.example.com", "https://two.example.com"),
        ),
        provider_version="5.100.0",
        state=replace(sandbox.state, bucket="another-bucket"),
    )


def test_empty_variables_override_nothing() -> None:
    """A variable that is set to nothing counts as not set, as CI systems leave them."""
    assert select_settings({"ENVIRONMENT": "dev", "NOTIFICATION_EMAIL": ""}) == [DEV]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"ENVIRONMENT": "production"}, "dev, staging, prod, sandbox"),
        ({"NOTIFICATION_EMAIL": "ops@example.com"}, "the one environment to override"),
        (
            {"ENVIRONMENT": "dev", "PROCESSING_CONCURRENCY": "many"},
            r"dev: processing_concurrency is 'many', allowed: 2 to 1000",
        ),
        (
            {"ENVIRONMENT": "dev", "PROCESSING_CONCURRENCY": "1"},
            r"dev: processing_concurrency is 1, allowed: 2 to 1000",
        ),
        # Its bucket is shared with environments that would stay behind.
        ({"ENVIRONMENT": "dev", "ENVIRONMENT_SUFFIX": "prod"}, "environment_suffix is 'prod'"),
    ],
)
def test_wrong_variables_are_explained(environ: Mapping[str, str], message: str) -> None:
    """A variable with an impossible value is refused like the field that it overrides."""
    with pytest.raises(SettingsError, match=message):
        select_settings(environ)


def test_prod_is_not_deployed_before_its_alarms_reach_somebody() -> None:
    """Choosing prod without an address for alarms is refused in a sentence; an address or "none" is taken."""
    with pytest.raises(SettingsError) as raised:
        select_settings({"ENVIRONMENT": "prod"})
    (fault,) = raised.value.faults
    assert (fault.environment, fault.field) == ("prod", "alarm_email")
    assert "ALARM_EMAIL" in str(fault)
    assert "'none'" in str(fault)
    (selected,) = select_settings({"ENVIRONMENT": "prod", "ALARM_EMAIL": "on-call@example.com"})
    assert selected.alarm_address == "on-call@example.com"
    (silent,) = select_settings({"ENVIRONMENT": "prod", "ALARM_EMAIL": "none"})
    assert silent.alarm_address is None
    assert select_settings({"ENVIRONMENT": "dev"}) == [DEV]
