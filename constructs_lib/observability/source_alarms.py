"""Decide which alarms watch what is known of uploads before they are encoded, as plain data."""

from constructs_lib.observability.alarms import (
    Alarm,
    AlarmThresholds,
    MetricMath,
    asset_metric,
)


def source_alarms(*, pipeline_name: str, thresholds: AlarmThresholds) -> tuple[Alarm, ...]:
    """Return the alarms over uploads that can't be looked into."""
    return _sources_refused(pipeline_name), _unknown_sources(pipeline_name, thresholds)


def _sources_refused(pipeline_name: str) -> Alarm:
    return Alarm(
        component="alarm-sources-refused",
        description=(
            "AWS does not let the pipeline look into uploads: they wait, and nothing is lost. The log of "
            "ingest_orchestrator says who refuses what. If it is all of them, repair the permissions of its "
            "role (mediaconvert:Probe, s3:GetObject, the key); if it is some, allow the key that they were "
            "encrypted with. What waits is then processed by itself."
        ),
        # A single upload that waits comes back within 15 minutes: the alarm stays on until then.
        signal=asset_metric(pipeline_name, "SourcesRefused", period_seconds=1_800),
        threshold=1,
        periods=1,
        # A function counts only when there is something to count.
        silence="notBreaching",
    )


def _unknown_sources(pipeline_name: str, thresholds: AlarmThresholds) -> Alarm:
    window_seconds = 900
    return Alarm(
        component="alarm-unknown-sources",
        description=(
            "Too large a share of jobs is submitted without a look into the source: they keep its size, and "
            "have one rung. MediaConvert's Probe fails or takes too long for half an hour by then. Read the "
            "reasons (`fallback` of source_info) in the log of ingest_orchestrator; replay them afterwards."
        ),
        signal=MetricMath(
            metrics={
                "unknown": asset_metric(pipeline_name, "SourcesUnknown", period_seconds=window_seconds),
                "submitted": asset_metric(pipeline_name, "AssetsSubmitted", period_seconds=window_seconds),
            },
            steps={
                "without": "FILL(unknown, 0)",
                "jobs": "FILL(submitted, 0)",
                "rate": (
                    f"IF(jobs >= {thresholds.unknown_source_rate_minimum_jobs}, 100 * without / jobs, 0)"
                ),
            },
            label="Jobs without a look into the source (percent)",
        ),
        threshold=thresholds.unknown_source_rate_percent,
        periods=1,
        # Nothing was submitted.
        silence="notBreaching",
    )
