"""Decide which alarms watch what is known of uploads before they are encoded, as plain data."""

from constructs_lib.observability.alarms import Alarm, AlarmThresholds, rate_alarm, rate_metric
from constructs_lib.observability.metrics import asset_metric


def source_alarms(*, pipeline_name: str, thresholds: AlarmThresholds) -> tuple[Alarm, ...]:
    """Return the alarms over uploads that can't be looked into."""
    return (
        _sources_refused(pipeline_name),
        _unknown_sources(pipeline_name, thresholds),
        _cap_reached(pipeline_name),
    )


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


def _cap_reached(pipeline_name: str) -> Alarm:
    return Alarm(
        component="alarm-cap-reached",
        description=(
            "What may be spent on encoding is spent: new uploads wait, for as long as it takes, and nothing "
            "is lost. The log of ingest_orchestrator names the cap. Raise it for what is left of the day or "
            "month with the operator's `caps raise`, or for good by its setting (asset_cap_cents, "
            "day_cap_cents, month_cap_cents, uploader_caps) and a deployment; or wait for the next day or "
            "month: what waits is then processed by itself."
        ),
        # A single upload that waits comes back within 15 minutes: the alarm stays on until then.
        signal=asset_metric(pipeline_name, "CapReached", period_seconds=1_800),
        threshold=1,
        periods=1,
        # A function counts only when there is something to count.
        silence="notBreaching",
    )


def _unknown_sources(pipeline_name: str, thresholds: AlarmThresholds) -> Alarm:
    return rate_alarm(
        component="alarm-unknown-sources",
        description=(
            "Too large a share of jobs is submitted without a look into the source: they keep its size, and "
            "have one rung. MediaConvert's Probe fails or takes too long for half an hour by then. Read the "
            "reasons (`fallback` of source_info) in the log of ingest_orchestrator; replay them afterwards."
        ),
        metrics={
            "unknown": rate_metric(pipeline_name, "SourcesUnknown"),
            "submitted": rate_metric(pipeline_name, "AssetsSubmitted"),
        },
        part=("without", "FILL(unknown, 0)"),
        whole=("jobs", "FILL(submitted, 0)"),
        minimum=thresholds.unknown_source_rate_minimum_jobs,
        label="Jobs without a look into the source (percent)",
        percent=thresholds.unknown_source_rate_percent,
    )
