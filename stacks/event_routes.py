"""Which events go to which queue: of uploads by what their keys end in, and of this pipeline's jobs."""

from typing import Any

from constructs_lib.bindings import Construct
from constructs_lib.messaging import EventRule
from media_pipeline.domain.uploads.filter import spellings
from media_pipeline.domain.uploads.ignored_names import rule_suffixes
from stacks.functions import PipelineResources

JOB_STATUSES = ("PROGRESSING", "STATUS_UPDATE", "COMPLETE", "ERROR", "CANCELED", "NEW_WARNING")


def route_events(scope: Construct, pipeline: PipelineResources) -> None:
    """Add the rules: each caption file goes to its queue, every other upload and the jobs' news to theirs."""
    settings = pipeline.settings
    captions = spellings(settings.caption_suffixes)
    elsewhere = [*rule_suffixes(settings.ignored_names), *captions]
    captions_uploaded = EventRule(
        scope,
        "CaptionsUploaded",
        name=settings.name("captions-uploaded"),
        description="Caption files that were uploaded go to the captions queue",
        pattern=_pattern_of_uploads(pipeline, [{"suffix": end} for end in captions]),
        queue=pipeline.captions_queue,
    )
    EventRule(
        scope,
        "UploadsCreated",
        name=settings.name("uploads-created"),
        description="Other files that were uploaded go to the processing queue, but for ignored names",
        pattern=_pattern_of_uploads(pipeline, [{"anything-but": {"suffix": elsewhere}}]),
        queue=pipeline.processing_queue,
        after=captions_uploaded,
    )
    EventRule(
        scope,
        "JobStateChanged",
        name=settings.name("job-state-changed"),
        description="State changes of this pipeline's MediaConvert jobs go to the job events queue",
        pattern={
            "source": ["aws.mediaconvert"],
            "detail-type": ["MediaConvert Job State Change"],
            "detail": {"queue": [pipeline.transcoder.queue_arn], "status": list(JOB_STATUSES)},
        },
        queue=pipeline.job_events_queue,
    )


def _pattern_of_uploads(pipeline: PipelineResources, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what matches the events of uploads with such keys."""
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [pipeline.uploads.name]}, "object": {"key": keys}},
    }
