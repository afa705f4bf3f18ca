"""Hundreds of caption files beside one video delay no other video."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import pytest

from media_pipeline.domain.uploads.upload import UploadedObject
from tests.e2e.pipeline import POLL_SECONDS, Pipeline, Record, wait_for

pytestmark = pytest.mark.phase("operations")

CAPTIONS, NEIGHBOURS = 320, 3
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "sv")
SRT = b"1\n00:00:00,200 --> 00:00:00,900\nGood morning\n"
# A record takes a second or two here, most of it the start of a process, which varies from one to the next.
FLOOR_SECONDS = 2.0
ALL_CAPTIONS_SECONDS = 400.0


def seconds_to_record(pipeline: Pipeline, key: str, body: bytes) -> float:
    """Upload a video; return how long after that its record was there."""
    began = time.monotonic()
    put = pipeline.s3.put_object(Bucket=pipeline.uploads, Key=key, Body=body)
    asset_id = UploadedObject(
        bucket=pipeline.uploads,
        key=key,
        version_id=put["VersionId"],
        etag=put["ETag"],
        size_bytes=len(body),
        sequencer="",
    ).asset_id
    wait_for(lambda: pipeline.record(asset_id), f"the record of {key}")
    return time.monotonic() - began


def test_many_captions_delay_no_neighbour(pipeline: Pipeline, tiny_clip: Path) -> None:
    """Another video's record is there in at most twice the time that it takes alone; no caption is lost."""
    clip = tiny_clip.read_bytes()
    key = "crowd/film.mp4"
    assert pipeline.ended(key, pipeline.put(key, clip))["status"] == "COMPLETE"
    alone = [seconds_to_record(pipeline, f"alone {number}.mp4", clip) for number in range(NEIGHBOURS)]

    names = [f"crowd/film.{language}.srt" for language in LANGUAGES]
    names += [f"crowd/film.draft {number}.srt" for number in range(CAPTIONS - len(names))]
    with ThreadPoolExecutor(8) as uploader:
        list(uploader.map(lambda name: pipeline.put(name, SRT), names))
        crowded, waiting = [], []
        for number in range(NEIGHBOURS):
            crowded.append(seconds_to_record(pipeline, f"other {number}.mp4", clip))
            waiting.append(pipeline.depth(pipeline.captions_queue))
    assert min(waiting) > 0, "the captions were gone before the other videos came: nothing was measured"
    most = 2 * max(median(alone), FLOOR_SECONDS) + POLL_SECONDS
    assert median(crowded) <= most, f"alone {alone}, beside {waiting} captions {crowded}"

    def recorded() -> Record | None:
        (record,) = pipeline.records(key)
        rejected = len(record.get("rejected_captions", [])) + int(record.get("rejected_captions_left_out", 0))
        published = [entry for entry in record["outputs"] if entry["format"] == "CAPTIONS"]
        return record if (len(published), rejected) == (len(LANGUAGES), CAPTIONS - len(LANGUAGES)) else None

    wait_for(recorded, "all captions in the record", lambda: pipeline.records(key), ALL_CAPTIONS_SECONDS)
    wait_for(
        lambda: pipeline.depth(pipeline.captions_queue) == 0,
        "the captions queue to be empty",
        patience_seconds=ALL_CAPTIONS_SECONDS,
    )
    assert (pipeline.depth(pipeline.captions_dlq), pipeline.depth(pipeline.processing_dlq)) == (0, 0)
