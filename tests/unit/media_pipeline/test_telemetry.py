"""Metrics, as CloudWatch reads them from the log."""

from typing import Any

import pytest

from media_pipeline.telemetry import PipelineMetrics
from tests.support.json_lines import lines


def test_metrics_are_written_in_the_embedded_format(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, units and dimensions are those that dashboard and alarms look for."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "media-pipeline-test")
    metrics = PipelineMetrics()
    with metrics.published():
        metrics.asset_received()
        metrics.asset_received()
        metrics.asset_submitted()
        metrics.asset_completed(processing_seconds=90.0, output_minutes=2.5)
        metrics.asset_failed(reason="EMPTY_FILE", processing_seconds=None)
        metrics.asset_canceled()
        metrics.asset_repaired(kind="missed_complete")
        metrics.message_slowed_down()
        metrics.assets_stuck(0)
    by_dimensions: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines(capsys.readouterr().out):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "MediaPipeline"
        (dimensions,) = directive["Dimensions"]
        assert line["service"] == "media-pipeline-test"
        by_dimensions.setdefault(tuple(sorted(dimensions)), {}).update(
            {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}
        )
    assert by_dimensions == {
        ("service",): {
            "AssetsReceived": [1.0, 1.0],
            "AssetsSubmitted": [1.0],
            "AssetsCompleted": [1.0, 0.0],
            "ProcessingSeconds": [90.0],
            "OutputMinutes": [2.5],
            "AssetsFailed": [0.0, 1.0],
            "AssetsCanceled": [1.0],
            "AssetsRepaired": [1.0],
            "MessagesSlowedDown": [1.0],
            "StuckAssets": [0.0],
        },
        ("reason", "service"): {"AssetsFailedByReason": [1.0]},
        ("kind", "service"): {"AssetsRepairedByKind": [1.0]},
    }


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_each_end_is_a_value_of_both_counts(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where all assets fail, there are completions to compute a rate with: zero of them; and the reverse."""
    metrics = PipelineMetrics()
    with metrics.published():
        if end == "completed":
            metrics.asset_completed(processing_seconds=1.0, output_minutes=1.0)
        else:
            metrics.asset_failed(reason="EMPTY_FILE", processing_seconds=None)
    line = next(line for line in lines(capsys.readouterr().out) if "AssetsCompleted" in line)
    completed, failed = line["AssetsCompleted"], line["AssetsFailed"]
    assert (completed, failed) == (([1.0], [0.0]) if end == "completed" else ([0.0], [1.0]))


def test_nothing_counted_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A batch of which nothing is counted leaves no metric and no warning behind."""
    with PipelineMetrics().published():
        pass
    assert capsys.readouterr().out == ""
