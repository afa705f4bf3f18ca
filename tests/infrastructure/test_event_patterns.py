"""What rules let through: uploads, captions, job events and the schedule."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from tests.infrastructure.messaging import component_of, targets_of
from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.stack import Stack


@pytest.mark.parametrize(
    ("key", "queue"),
    [
        *((key, "processing") for key in ("a/video.mp4", "video.MP4", "a.MoV", "a/notes.txt", "README")),
        *((key, "processing") for key in ("film.srt.mp4", "srt", "film.srt.txt", "film.ass")),
        *((key, "captions") for key in ("film.en.srt", "folder/film.VTT", "Film.De.Srt", "film.sRT", ".vtt")),
    ],
)
def test_an_upload_goes_to_the_queue_of_its_kind_alone(pipeline: Stack, key: str, queue: str) -> None:
    """Of the uploads bucket alone, caption files go to their queue, every other file to the processing queue.

    So no video waits behind captions; and the functions' own word for a caption file is the rules' word.
    """
    uploads = next(b for b in pipeline.of("aws_s3_bucket") if "-uploads-" in b["bucket"])
    admitting = []
    for component, pattern in _upload_patterns(pipeline).items():
        assert pattern["source"] == ["aws.s3"]
        assert pattern["detail"]["bucket"]["name"] == [uploads["bucket"]]
        if _admits(pattern, key):
            admitting.append(component)
    assert admitting == [queue]
    suffixes = SETTINGS[pipeline.name].caption_suffixes
    wanted = UploadFilter(prefix="", caption_suffixes=suffixes, ignored=IgnoredNames())
    assert wanted.is_caption(key) == (queue == "captions")


@pytest.mark.parametrize("key", ["folder/", "a.mp4.part", "folder/.DS_Store", "x.crdownload"])
def test_upload_rules_keep_back_what_is_no_upload(pipeline: Stack, key: str) -> None:
    """Folder markers and temporary names cost no message."""
    assert not any(_admits(pattern, key) for pattern in _upload_patterns(pipeline).values())


def test_upload_rules_are_valid_patterns(pipeline: Stack) -> None:
    """Suffixes alone, none empty, within the length of a pattern: no wildcards to be refused.

    Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns" and "Quotas".
    """
    for pattern in _upload_patterns(pipeline).values():
        assert all(_ends(pattern))
        assert len(json.dumps(pattern)) <= 2048


def _upload_patterns(stack: Stack) -> dict[str, dict[str, Any]]:
    """Return the patterns of the rules on uploads, by the queue that they feed."""
    return {
        component_of(stack, queue): rule["event_pattern"]
        for _, rule, queue in targets_of(stack)
        if "Object Created" in str(rule.get("event_pattern"))
    }


def _ends(pattern: Mapping[str, Any]) -> list[str]:
    """Return the ends of keys that a pattern is about."""
    tests = pattern["detail"]["object"]["key"]
    return [end for test in tests for end in test.get("anything-but", {}).get("suffix", [test.get("suffix")])]


def _admits(pattern: Mapping[str, Any], key: str) -> bool:
    is_about: bool = key.endswith(tuple(_ends(pattern)))
    (operator,) = {operator for test in pattern["detail"]["object"]["key"] for operator in test}
    return is_about == bool(operator == "suffix")


def test_job_rule_listens_to_our_queue_alone(pipeline: Stack) -> None:
    """Events of other MediaConvert queues of the account don't reach the pipeline."""
    (queue,) = pipeline.of("aws_media_convert_queue")
    (rule,) = (
        r for r in pipeline.of("aws_cloudwatch_event_rule") if "MediaConvert" in str(r.get("event_pattern"))
    )
    pattern = rule["event_pattern"]
    assert pattern["source"] == ["aws.mediaconvert"]
    assert pattern["detail-type"] == ["MediaConvert Job State Change"]
    assert pattern["detail"]["queue"] == [pipeline.arn(queue)]
    assert len(pattern["detail"]["status"]) == len(set(pattern["detail"]["status"]))
    assert set(pattern["detail"]["status"]) == {
        "PROGRESSING",
        "STATUS_UPDATE",
        "COMPLETE",
        "ERROR",
        "CANCELED",
        "NEW_WARNING",
    }


def test_schedule_is_a_rate(pipeline: Stack) -> None:
    """The reconciler runs at a rate that EventBridge can read, often enough for the alarm on its silence."""
    (rule,) = (r for r in pipeline.of("aws_cloudwatch_event_rule") if r.get("schedule_expression"))
    rate = re.fullmatch(r"rate\((?:1 minute|(\d+) minutes)\)", rule["schedule_expression"])
    assert rate, rule["schedule_expression"]
    (alarm,) = (
        a for a in pipeline.of("aws_cloudwatch_metric_alarm") if a.get("metric_name") == "StuckAssets"
    )
    assert 1 <= int(rate[1] or 1) * 60 <= alarm["period"]
