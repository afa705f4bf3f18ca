"""The audit of a load test: each kind of fault in what is left is found, and what is right is no fault."""

from dataclasses import asdict, replace

import pytest

from sandbox.chaos.audit import audit, explanation, seconds_to_end
from sandbox.chaos.evidence import AssetRecord
from tests.unit.sandbox.chaos.evidence_left import (
    COMPLETE,
    FAILED,
    JOB,
    SOUND,
    job_event,
    letter,
    upload_event,
)


def test_what_is_right_is_no_fault() -> None:
    """One ended record for each version, one job for each attempt, all outputs: nothing is found."""
    assert not any(asdict(audit(SOUND)).values())
    assert audit(SOUND).is_clean


@pytest.mark.parametrize(
    "records",
    [
        [FAILED],
        [FAILED, replace(COMPLETE, status="PROCESSING")],
        [FAILED, COMPLETE, replace(COMPLETE, asset_id="asset-3")],
        [FAILED, replace(COMPLETE, version_id="other")],
    ],
    ids=["no record", "still open", "two records", "a record of another version"],
)
def test_a_version_without_exactly_one_ended_record_is_lost(records: list[AssetRecord]) -> None:
    """It is named, with what became of it."""
    findings = audit(replace(SOUND, records=records, jobs=[]))
    assert len(findings.lost) == 1
    assert findings.lost[0].startswith("a.mp4 (1): ")
    assert not findings.is_clean


def test_a_version_without_acknowledgement_counts_too() -> None:
    """An upload whose answer got lost is in S3 all the same, and must not be lost."""
    findings = audit(replace(SOUND, stored=SOUND.stored | {("b.mp4", "9")}))
    assert findings.lost == ["b.mp4 (9): no record"]


def test_an_acknowledged_version_that_is_gone_is_the_local_aws_fault() -> None:
    """It is distinguished from what the pipeline loses."""
    findings = audit(replace(SOUND, stored=frozenset({("t.mp4", "2")})))
    assert findings.forgotten == ["a.mp4 (1)"]
    assert findings.lost == []
    assert not findings.is_clean


def test_two_jobs_of_one_attempt_are_doubled() -> None:
    """Also where both ended well, and where one was cancelled; jobs of two attempts are not."""
    second = replace(JOB, job_id="job-2", status="CANCELED")
    assert audit(replace(SOUND, jobs=[JOB, second])).doubled == ["asset-1, attempt 1: jobs job-1, job-2"]
    replayed = replace(COMPLETE, attempt=2, job_id="job-2")
    evidence = replace(SOUND, records=[replayed, FAILED], jobs=[JOB, replace(second, attempt="2")])
    assert audit(evidence).doubled == []


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        (frozenset({"asset-1/1/a.m3u8"}), "asset-1: asset-1/1/a.mp4"),
        (frozenset(), "asset-1: asset-1/1/a.m3u8, asset-1/1/a.mp4"),
    ],
)
def test_complete_without_its_outputs_is_found(outputs: frozenset[str], said: str) -> None:
    """Each output that the record names and the bucket lacks is named."""
    findings = audit(replace(SOUND, outputs=outputs))
    assert findings.incomplete == [said]
    assert not findings.is_clean


def test_complete_that_names_no_outputs_is_found() -> None:
    """An asset that is done has something to show."""
    findings = audit(replace(SOUND, records=[replace(COMPLETE, outputs=()), FAILED]))
    assert findings.incomplete == ["asset-1: names no outputs"]


@pytest.mark.parametrize(
    ("body", "because"),
    [
        (upload_event("a.mp4", "1"), "asset-1 is COMPLETE"),
        (job_event("asset-2"), "asset-2 is FAILED"),
        ('{"poison": 1}', "sent by the load test"),
    ],
)
def test_a_dead_letter_about_what_has_ended_is_explained(body: str, because: str) -> None:
    """As is one that the load test itself sent."""
    evidence = replace(SOUND, letters=[letter(body)], poison=frozenset({'{"poison": 1}'}))
    assert explanation(evidence.letters[0], evidence) == because
    assert audit(evidence).is_clean


@pytest.mark.parametrize(
    "body",
    [
        upload_event("a.mp4", "another version"),
        upload_event("unknown.mp4", "1"),
        job_event("unknown"),
        '{"poison": 2}',
        "not JSON",
        "[]",
        '{"detail": 1}',
        '{"detail": {"userMetadata": {}}}',
    ],
)
def test_any_other_dead_letter_is_unexplained(body: str) -> None:
    """What it says is shown, with the queue's name."""
    findings = audit(replace(SOUND, letters=[letter(body)], poison=frozenset({'{"poison": 1}'})))
    assert findings.unexplained == [f"processing-dlq: {body}"]
    assert not findings.is_clean


def test_a_dead_letter_about_an_open_asset_is_unexplained() -> None:
    """The asset may wait for this very message."""
    open_record = replace(COMPLETE, status="SUBMITTED")
    evidence = replace(SOUND, records=[open_record, FAILED], letters=[letter(job_event("asset-1"))])
    assert len(audit(evidence).unexplained) == 1


def test_what_must_not_be_is_strange() -> None:
    """A record of something that was never uploaded, and a text that became a video."""
    ghost = replace(COMPLETE, asset_id="asset-9", key="ghost.mp4")
    text = replace(FAILED, status="COMPLETE", outputs=COMPLETE.outputs)
    findings = audit(replace(SOUND, records=[COMPLETE, text, ghost], jobs=[JOB]))
    assert [case.partition(" ")[0] for case in findings.strange] == ["asset-9", "asset-2"]
    assert not findings.is_clean


def test_a_job_that_no_record_names_is_reported_of_but_no_fault() -> None:
    """Its asset ended while it was being submitted."""
    cancelled = replace(COMPLETE, status="CANCELED", job_id=None, outputs=())
    findings = audit(replace(SOUND, records=[cancelled, FAILED]))
    assert len(findings.unrecorded) == 1
    assert findings.is_clean


def test_times_run_from_the_acknowledgement_to_the_end() -> None:
    """Shortest first, never negative; what has not ended has no time."""
    early = replace(FAILED, completed_at=99.9)
    assert seconds_to_end(replace(SOUND, records=[COMPLETE, early])) == [0.0, 4.0]
    assert seconds_to_end(replace(SOUND, records=[replace(COMPLETE, completed_at=None)])) == []
