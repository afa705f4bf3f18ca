"""Rules of the settings that hold for any values, not only for examples."""

from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from constructs_lib.observability.alarms import AlarmThresholds
from stacks.settings import ENVIRONMENTS, Settings
from stacks.settings_rules import Fault, SettingsError, check, find_faults

DEV = ENVIRONMENTS["dev"]

INTEGER_FIELDS = (
    "processing_concurrency",
    "account_concurrency",
    "function_timeout_seconds",
    "function_memory_mb",
    "reconciler_timeout_seconds",
    "reconciler_interval_minutes",
    "stuck_after_seconds",
    "max_receive_count",
    "queue_retention_days",
    "dlq_retention_days",
    "log_retention_days",
    "asset_retention_days",
    "abandoned_upload_days",
    "old_version_days",
    "sources_infrequent_access_days",
    "sources_archive_days",
    "outputs_intelligent_tiering_days",
    "key_deletion_window_days",
)

any_settings = st.builds(
    lambda integers, texts: replace(DEV, **integers, **texts),
    st.fixed_dictionaries({}, optional={name: st.integers(-5, 2_000) for name in INTEGER_FIELDS}),
    st.fixed_dictionaries(
        {},
        optional={
            "project": st.text(max_size=30),
            "environment_suffix": st.text(max_size=30) | st.from_regex(r"[a-z0-9-]{1,30}", fullmatch=True),
            "region": st.text(max_size=12),
            "notification_email": st.none() | st.text() | st.emails(),
            "mediaconvert_endpoint": st.none() | st.text() | st.from_regex(r"https?://[a-z0-9.:@/-]*"),
            "upload_key_prefix": st.text(),
            "uploader_prefix": st.none() | st.text(),
            "media_suffixes": st.lists(st.text(max_size=12), max_size=50).map(tuple),
            "caption_suffixes": st.lists(st.sampled_from([".srt", ".vtt", ".txt"]), max_size=3).map(tuple),
            "ignored_names": st.lists(st.text(max_size=12), max_size=50).map(tuple),
            "browser_origins": st.lists(st.text()).map(tuple),
        },
    ),
)


@given(any_settings)
def test_any_settings_are_judged_without_an_exception(settings: Settings) -> None:
    """For any values the result is a list of errors and never a traceback."""
    for fault in find_faults(settings):
        assert fault.environment == "dev"
        assert fault.allowed


def _changed(changes: dict[str, Any]) -> Settings:
    return replace(DEV, **changes)


names = st.from_regex(r"[a-z][a-z0-9]{0,24}", fullmatch=True)
around_the_limits = {
    "project": names,
    "environment_suffix": names,
    "processing_concurrency": st.integers(1, 500),
    "account_concurrency": st.integers(1, 1_100),
    "reserve_concurrency": st.booleans(),
    "reconciler_timeout_seconds": st.integers(10, 900),
    "reconciler_interval_minutes": st.integers(1, 15),
    "function_timeout_seconds": st.integers(5, 1_000),
    "stuck_after_seconds": st.integers(60, 8_000),
    "max_receive_count": st.integers(3, 8),
    "queue_retention_days": st.integers(0, 15),
    "dlq_retention_days": st.integers(0, 15),
    "sources_infrequent_access_days": st.integers(25, 70),
    "sources_archive_days": st.integers(50, 110),
}
likely_settings = (
    st.lists(st.sampled_from(sorted(around_the_limits)), max_size=3, unique=True)
    .flatmap(lambda chosen: st.fixed_dictionaries({name: around_the_limits[name] for name in chosen}))
    .map(_changed)
)


@given(likely_settings)
def test_sound_settings_keep_what_aws_enforces(settings: Settings) -> None:
    """Settings without a fault fit AWS's limits on names, concurrency, retries and retention."""
    assume(not find_faults(settings))
    assert len(settings.name("uploads-000000000000")) <= 63
    assert len(settings.name("job-status-processor")) <= 64
    assert 2 <= settings.processing_concurrency <= 1_000
    unreserved = settings.account_concurrency - (2 * settings.processing_concurrency + 1)
    assert unreserved >= (100 if settings.reserve_concurrency else 0)
    if not settings.reserve_concurrency:
        assert settings.reconciler_timeout_seconds <= 60 * settings.reconciler_interval_minutes
    assert 6 * settings.function_timeout_seconds <= 43_200
    assert settings.max_receive_count >= 5
    assert settings.queue_retention_days < settings.dlq_retention_days <= 14
    assert settings.sources_archive_days - settings.sources_infrequent_access_days >= 30


@given(any_settings, any_settings)
def test_no_fault_hides_another(dev: Settings, other: Settings) -> None:
    """Checking environments together reports every fault that checking them apart does."""
    prod = replace(other, environment="prod")
    apart = {*find_faults(dev), *find_faults(prod)}
    assert apart <= _reported(dev, prod)


def _reported(*environments: Settings) -> set[Fault]:
    try:
        check(environments)
    except SettingsError as error:
        return set(error.faults)
    return set()


@given(st.integers())
def test_concurrency_is_accepted_exactly_in_its_range(concurrency: int) -> None:
    """With the default quota of 1,000, ProcessingConcurrency is 2 to 449 and nothing else."""
    accepted = not find_faults(replace(DEV, processing_concurrency=concurrency))
    assert accepted is (2 <= concurrency <= 449)


@given(st.integers(-10, 200))
def test_percentages_stay_percentages(percent: int) -> None:
    """A threshold in percent is 1 to 100: beyond, its alarm could never, or would always, go off."""
    thresholds = AlarmThresholds(job_failure_rate_percent=percent)
    accepted = not find_faults(replace(DEV, alarm_thresholds=thresholds))
    assert accepted is (1 <= percent <= 100)
