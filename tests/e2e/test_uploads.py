"""Uploads as people, mounts and sync clients put them: unreadable, empty at first, of any type."""

import time
import unicodedata
from pathlib import Path

import pytest

from tests.e2e.pipeline import Pipeline, Record

pytestmark = pytest.mark.phase("operations")

CUSTOMER_KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
SRT = b"1\n00:00:00,200 --> 00:00:00,900\nHello\n"


@pytest.mark.parametrize(
    ("headers", "code", "what_to_do"),
    [
        ({"StorageClass": "DEEP_ARCHIVE"}, "SOURCE_ARCHIVED", "Restore it"),
        ({"StorageClass": "GLACIER"}, "SOURCE_ARCHIVED", "Restore it"),
        (CUSTOMER_KEY, "SOURCE_ENCRYPTED_BY_CUSTOMER", "without such a key"),
    ],
    ids=["deep archive", "glacier", "customer's key"],
)
def test_a_video_that_cannot_be_read_fails_soon(
    pipeline: Pipeline, tiny_clip: Path, headers: dict[str, str], code: str, what_to_do: str
) -> None:
    """It ends FAILED, of its source, with what to do; no job is made, and no message is given up."""
    dead = pipeline.depth(pipeline.processing_dlq)
    key = f"unreadable/{code}-{headers.get('StorageClass', 'key')}.mp4"
    record = pipeline.ended(key, pipeline.put(key, tiny_clip.read_bytes(), **headers))
    assert (record["status"], record["error"]["code"], record["error"]["category"]) == (
        "FAILED",
        code,
        "source",
    )
    assert what_to_do in record["error"]["message"]
    assert pipeline.jobs(record["asset_id"]) == []
    assert pipeline.depth(pipeline.processing_dlq) == dead


def test_captions_that_cannot_be_read_do_not_hold_up_their_video(pipeline: Pipeline, tiny_clip: Path) -> None:
    """A cold one and one under a customer's key are rejected in words; the readable one is published."""
    pipeline.put("cold/film.de.srt", SRT, StorageClass="DEEP_ARCHIVE")
    pipeline.put("cold/film.fr.srt", SRT, **CUSTOMER_KEY)
    pipeline.put("cold/film.en.srt", SRT)
    record = pipeline.ended("cold/film.mp4", pipeline.put("cold/film.mp4", tiny_clip.read_bytes()))
    assert record["status"] == "COMPLETE", record.get("error")
    rejected = {entry["key"]: entry["message"] for entry in record["rejected_captions"]}
    assert "STANDARD" in rejected["cold/film.de.srt"]
    assert "SSE-C" in rejected["cold/film.fr.srt"]
    captions = [entry["language"] for entry in record["outputs"] if entry["format"] == "CAPTIONS"]
    assert captions == ["en"]


def test_names_that_are_ignored_leave_no_trace(pipeline: Pipeline, tiny_clip: Path) -> None:
    """What macOS and sync clients put beside a video gets no record, while the video itself is done."""
    ignored = ("mac/._film.mp4", "mac/.DS_Store", "mac/film.mp4.part", "mac/folder/", "mac/~$film.docx")
    for key in ignored:
        pipeline.put(key, b"\0\5\26\7" * 10)
    record = pipeline.ended("mac/film.mp4", pipeline.put("mac/film.mp4", tiny_clip.read_bytes()))
    assert record["status"] == "COMPLETE", record.get("error")
    # Their messages, where they have any, came before the video's, or come about now.
    time.sleep(3)
    assert [pipeline.records(key) for key in ignored] == [[]] * len(ignored)


def test_an_empty_file_that_is_replaced_soon_is_no_news(pipeline: Pipeline, tiny_clip: Path) -> None:
    """The empty version that a mount makes before it writes is superseded, without a notification."""
    empty = pipeline.put("mount/film.mp4", b"")
    time.sleep(1)
    whole = pipeline.put("mount/film.mp4", tiny_clip.read_bytes())
    assert pipeline.ended("mount/film.mp4", whole)["status"] == "COMPLETE"
    record = pipeline.ended("mount/film.mp4", empty)
    assert (record["status"], record["error"]["code"]) == ("CANCELED", "SUPERSEDED")
    # No notification was sent: the write that ended it says that none is due.
    assert record["notified_at"] == record["completed_at"]


def test_every_other_file_has_a_record(pipeline: Pipeline) -> None:
    """Files that no transcoder takes are FAILED in words, each with one write: no job, no dead letter."""
    dead = pipeline.depth(pipeline.processing_dlq)
    keys = [f"logs/{number}.log" for number in range(20)]
    versions = {key: pipeline.put(key, b"line\n") for key in keys}
    records: list[Record] = [pipeline.ended(key, version) for key, version in versions.items()]
    assert {record["error"]["code"] for record in records} == {"UNSUPPORTED_FILE_TYPE"}
    assert all(len(record["history"]) == 2 and "notified_at" in record for record in records)
    assert pipeline.depth(pipeline.processing_dlq) == dead


def test_a_name_in_decomposed_letters_is_a_name(pipeline: Pipeline, tiny_clip: Path) -> None:
    """macOS writes NFD and others NFC: a video keeps its very key, and captions in either are beside it."""
    stem = unicodedata.normalize("NFD", "nfd/Été à Zürich")
    assert stem != unicodedata.normalize("NFC", stem)
    pipeline.put(f"{stem}.de.srt", SRT)
    pipeline.put(f"{unicodedata.normalize('NFC', stem)}.fr.srt", SRT)
    record = pipeline.ended(f"{stem}.mp4", pipeline.put(f"{stem}.mp4", tiny_clip.read_bytes()))
    assert (record["status"], record["key"]) == ("COMPLETE", f"{stem}.mp4")
    captions = [entry["language"] for entry in record["outputs"] if entry["format"] == "CAPTIONS"]
    assert sorted(captions) == ["de", "fr"]
