"""The settings that are committed, and what is allowed of them."""

from dataclasses import replace

import pytest

from stacks.settings import ENVIRONMENTS, Settings
from stacks.settings_rules import SettingsError, check, find_faults

DEV = ENVIRONMENTS["dev"]


def _faulty_fields(settings: Settings) -> list[str]:
    return [fault.field for fault in find_faults(settings)]


def test_committed_settings_are_valid() -> None:
    """Every environment can be synthesized as it is."""
    check(ENVIRONMENTS.values())


def test_only_prod_is_protected() -> None:
    """Everything is deletable in dev, staging and sandbox, and nothing that holds data is in prod."""
    for name, settings in ENVIRONMENTS.items():
        protected = name == "prod"
        assert settings.prevent_destroy is protected
        assert settings.deletion_protection is protected
        assert settings.force_destroy is not protected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("processing_concurrency", 1),
        ("processing_concurrency", 1_001),
        ("processing_concurrency", "ten"),
        ("processing_concurrency", True),
        ("max_jobs_in_flight", 0),
        ("max_jobs_in_flight", 100_001),
        ("asset_cap_cents", -1),
        ("day_cap_cents", 1.5),
        ("month_cap_cents", 1_000_000_001),
        ("asset_cap_waits", True),
        ("uploader_caps", ("team/",)),
        ("uploader_caps", ("=5",)),
        ("uploader_caps", ("team/=0",)),
        ("uploader_caps", ("team/=5", "team/=6")),
        ("uploader_caps", tuple(f"team-{number}/=5" for number in range(100))),
        ("environment_suffix", "Dev"),
        ("environment_suffix", "dev-"),
        ("environment_suffix", "x" * 40),
        ("project", "9media"),
        ("provider_version", "~> 6.0"),
        ("region", "cn-north-1"),
        ("notification_email", "no address"),
        ("notification_email", "a b@example.com"),
        ("notification_email", "none"),
        ("alarm_email", "no address"),
        ("alarm_email", "a@example.com none"),
        ("mediaconvert_endpoint", "http://mediaconvert.example.com"),
        ("mediaconvert_endpoint", "https://mediaconvert.example.com/path"),
        ("mediaconvert_endpoint", "https://user:secret@mediaconvert.example.com"),
        ("mediaconvert_endpoint", "https://mediaconvert.example.com:port"),
        ("mediaconvert_endpoint", "ftp://127.0.0.1"),
        ("browser_origins", ("*",)),
        ("browser_origins", ("https://*.example.com",)),
        ("media_suffixes", ()),
        ("media_suffixes", ("mp4",)),
        ("media_suffixes", (".MP4",)),
        ("ignored_names", ("",)),
        ("ignored_names", ("*",)),
        ("ignored_names", ("a**b",)),
        ("ignored_names", ("a,b",)),
        ("ignored_names", (" a",)),
        ("ignored_names", ("/a",)),
        ("ignored_names", tuple(f"*.part{number}" for number in range(200))),
        ("empty_file_grace_seconds", 901),
        ("upload_key_prefix", "/incoming"),
        ("upload_key_prefix", "é" * 257),
        ("uploader_prefix", "incoming/*"),
        ("uploader_prefix", "a?"),
        ("uploader_prefix", "${aws:username}/"),
        ("log_retention_days", 2),
        ("log_level", "LOUD"),
        ("max_receive_count", 4),
        ("dlq_retention_days", 4),
        ("sources_archive_days", 59),
        ("key_deletion_window_days", 6),
        ("stuck_after_seconds", 359),
        ("reconciler_timeout_seconds", 29),
        ("deletion_protection", True),
        ("alarm_thresholds", replace(DEV.alarm_thresholds, job_failure_rate_percent=101)),
    ],
)
def test_fault_names_field_value_and_range(field: str, value: object) -> None:
    """A value that AWS or this project refuses is named, with whose it is and what is allowed."""
    faults = find_faults(replace(DEV, **{field: value}))  # type: ignore[arg-type]
    assert faults
    for fault in faults:
        named = {"deletion_protection": "force_destroy"}.get(field, field)
        assert fault.field.split(".")[0] == named
        text = str(fault)
        assert text.startswith("dev: ")
        assert repr(fault.value) in text
        assert fault.allowed in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("processing_concurrency", 2),
        ("processing_concurrency", 431),
        ("max_jobs_in_flight", 1),
        ("asset_cap_cents", 1),
        ("day_cap_cents", 100_000_000),
        ("month_cap_cents", 1_000_000_000),
        ("uploader_caps", ("team/=5", "team/a/=500000")),
        ("max_jobs_in_flight", 100_000),
        ("notification_email", None),
        ("notification_email", "media-alarms+dev@ops.example.co.uk"),
        ("alarm_email", None),
        ("alarm_email", "none"),
        ("alarm_email", "on-call@ops.example.co.uk"),
        ("mediaconvert_endpoint", "https://abcd1234.mediaconvert.us-east-1.amazonaws.com"),
        ("mediaconvert_endpoint", "http://127.0.0.1:4567"),
        ("mediaconvert_endpoint", "http://[::1]:4567"),
        ("mediaconvert_endpoint", None),
        ("environment_suffix", "pr-1234"),
        ("upload_key_prefix", "incoming/"),
        ("uploader_prefix", "a partner's/2026 ü/"),
        ("asset_retention_days", 0),
    ],
)
def test_allowed_values_have_no_fault(field: str, value: object) -> None:
    """The ends of each range, and what people really write, are accepted."""
    assert not find_faults(replace(DEV, **{field: value}))  # type: ignore[arg-type]


def test_uploads_go_where_the_pipeline_looks() -> None:
    """People may be given less than the pipeline takes, and nothing that it would never look at."""
    narrower = replace(DEV, upload_key_prefix="incoming/", uploader_prefix="incoming/partner/")
    assert not find_faults(narrower)
    assert narrower.uploader_key_prefix == "incoming/partner/"
    assert replace(narrower, uploader_prefix=None).uploader_key_prefix == "incoming/"
    for elsewhere in ("", "incoming", "outgoing/"):
        assert _faulty_fields(replace(narrower, uploader_prefix=elsewhere)) == ["uploader_prefix"]
    assert _faulty_fields(replace(DEV, upload_key_prefix="in*/")) == ["uploader_prefix"]


def test_concurrency_leaves_the_account_its_reserve() -> None:
    """Two functions reserve it, captions and the reconciler 3 more, and 100 must stay unreserved."""
    small = replace(DEV, account_concurrency=133, delivery="none")
    assert not find_faults(replace(small, processing_concurrency=15))
    (fault,) = find_faults(replace(small, processing_concurrency=16))
    assert fault.field == "processing_concurrency"
    assert fault.allowed.startswith("at most 15 ")


def test_a_new_account_is_used_without_a_reservation() -> None:
    """Of a quota of 10 nothing can be reserved: the functions share it, and the rule says how far it goes."""
    new = replace(DEV, account_concurrency=10, processing_concurrency=3, delivery="none")
    (fault,) = find_faults(new)
    assert (fault.field, fault.value) == ("reserve_concurrency", True)
    assert fault.allowed.startswith("False where account_concurrency is 10")
    assert not find_faults(replace(new, reserve_concurrency=False))
    (fault,) = find_faults(replace(new, reserve_concurrency=False, processing_concurrency=4))
    assert fault.field == "processing_concurrency"
    assert fault.allowed.startswith("at most 3 ")
    (fault,) = find_faults(replace(new, reserve_concurrency=False, delivery="cloudfront"))
    assert (fault.field, fault.value) == ("delivery", "cloudfront")
    assert fault.allowed.startswith("none where account_concurrency is 10")
    assert _faulty_fields(replace(new, account_concurrency=6)) == ["account_concurrency"]


def test_runs_of_the_reconciler_are_kept_apart() -> None:
    """Without a reservation of one execution, its timeout must not exceed the schedule's interval."""
    free = replace(DEV, reserve_concurrency=False)
    assert not find_faults(free)
    assert _faulty_fields(replace(free, reconciler_interval_minutes=4)) == ["reconciler_timeout_seconds"]
    assert not find_faults(replace(DEV, reconciler_interval_minutes=4))


def test_longest_names_fit_a_bucket() -> None:
    """The suffix may be as long as the uploads bucket's name permits, and no longer."""
    longest = "x" * (63 - len("media-pipeline-uploads-000000000000-"))
    assert not find_faults(replace(DEV, environment_suffix=longest))
    assert _faulty_fields(replace(DEV, environment_suffix=longest + "x")) == ["environment_suffix"]


def test_independent_faults_hide_nothing() -> None:
    """A relation between sound values is reported although another value is out of its range."""
    settings = replace(DEV, function_memory_mb=1, sources_archive_days=60, sources_infrequent_access_days=60)
    assert _faulty_fields(settings) == ["function_memory_mb", "sources_archive_days"]


def test_all_faults_of_all_environments_come_at_once() -> None:
    """All errors of a file are reported in one run."""
    dev = replace(DEV, max_receive_count=0, log_level="LOUD")
    prod = replace(ENVIRONMENTS["prod"], notification_email="no address")
    with pytest.raises(SettingsError) as raised:
        check([dev, prod])
    found = [(fault.environment, fault.field) for fault in raised.value.faults]
    assert found == [("dev", "max_receive_count"), ("dev", "log_level"), ("prod", "notification_email")]
    assert len(str(raised.value).splitlines()) == 1 + len(found)


def test_environments_must_differ_in_suffix() -> None:
    """Two environments with one suffix would fight over the same names and the same state."""
    with pytest.raises(SettingsError, match="staging: environment_suffix is 'dev'"):
        check([DEV, replace(ENVIRONMENTS["staging"], environment_suffix="dev")])


def test_stack_names_stay_distinct() -> None:
    """A suffix can't take the name of the stack that holds the state bucket."""
    with pytest.raises(SettingsError, match="other than state-backend"):
        check([replace(DEV, environment_suffix="state-backend")])


def test_sharers_of_a_state_bucket_agree_on_it() -> None:
    """Environments that share the state's stack can't have two ideas of its bucket."""
    other = replace(DEV.state, bucket="somewhere-else")
    with pytest.raises(SettingsError, match="the same as that of dev"):
        check([DEV, replace(ENVIRONMENTS["prod"], state=other)])
