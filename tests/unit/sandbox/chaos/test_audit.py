"""The audit of a load test: each kind of fault in what is left is found, and what is right is no fault."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.chaos.api.sender import Completed
from sandbox.chaos.audit import audit, caption_files, caption_key, explanation, seconds_to_end
from sandbox.chaos.evidence import AssetRecord, DeadLetter, Evidence, Job, in_s3
from sandbox.chaos.kinds import CAPTION_FILES, Kind
from sandbox.chaos.uploads import Acknowledged
from sandbox.chaos.webhooks.receipts import Outcome, Receipt
from sandbox.runtime.percentiles import percentile

QUEUE = "http://127.0.0.1:4566/000000000000/processing-dlq"
FIRST = Acknowledged(key="a.mp4", version_id="1", kind=Kind.SOUND, at=100.0)
TEXT = Acknowledged(key="t.mp4", version_id="2", kind=Kind.TEXT, at=100.0)
COMPLETE = AssetRecord(
    asset_id="asset-1",
    key="a.mp4",
    version_id="1",
    status="COMPLETE",
    job_id="job-1",
    completed_at=104.0,
    outputs=("asset-1/1/a.m3u8", "asset-1/1/a.mp4"),
)
FAILED = AssetRecord(
    asset_id="asset-2", key="t.mp4", version_id="2", status="FAILED", completed_at=101.0, error_code="1010"
)
JOB = Job(job_id="job-1", asset_id="asset-1", attempt="1", status="COMPLETE")

SOUND = Evidence(
    acknowledged=[FIRST, TEXT],
    stored=frozenset({("a.mp4", "1"), ("t.mp4", "2")}),
    records=[COMPLETE, FAILED],
    jobs=[JOB],
    outputs=frozenset(COMPLETE.outputs),
)


def upload_event(key: str, version_id: str) -> str:
    """Write what S3 says of an upload."""
    return json.dumps({"detail": {"bucket": {"name": "b"}, "object": {"key": key, "version-id": version_id}}})


def job_event(asset_id: str) -> str:
    """Write what MediaConvert says of a job."""
    return json.dumps({"detail": {"jobId": "job-1", "userMetadata": {"asset_id": asset_id, "attempt": "1"}}})


def letter(body: str) -> DeadLetter:
    """Make a dead letter."""
    return DeadLetter(queue_url=QUEUE, body=body)


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


@pytest.mark.parametrize(
    ("ordered", "percent", "value"),
    [([7.0], 50, 7.0), ([1.0, 2.0, 3.0, 4.0], 50, 2.0), (list(range(1, 101)), 95, 95), ([1.0, 2.0], 99, 2.0)],
)
def test_percentiles_are_values_that_were_measured(ordered: Any, percent: float, value: float) -> None:
    """By the nearest rank, nothing is made up between two of them."""
    assert percentile(ordered, percent) == value


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.1, 100))
def test_a_percentile_is_not_exceeded_by_its_share(values: list[float], percent: float) -> None:
    """At least so many percent are no greater, and with the next smaller value fewer would be."""
    ordered = sorted(values)
    found = percentile(ordered, percent)
    assert found is not None
    within = sum(value <= found for value in ordered)
    below = sum(value < found for value in ordered)
    assert 100 * within / len(ordered) >= percent - 1e-9
    assert 100 * below / len(ordered) < percent + 1e-9


def test_nothing_has_no_percentile() -> None:
    """Where nothing ended, no time is claimed."""
    assert percentile([], 50) is None


# --- what is no ordinary video


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.may_complete])
def test_what_can_not_be_transcoded_must_not_complete(kind: Kind) -> None:
    """A cold, locked or foreign file that is COMPLETE is strange, whatever made it so."""
    evidence = replace(SOUND, acknowledged=[replace(FIRST, kind=kind), TEXT])
    assert [kind.value in each for each in audit(evidence).strange] == [True]


def test_clutter_needs_no_record_and_must_have_none() -> None:
    """A file that a computer left behind is not lost without a record, and one with a record is strange."""
    clutter = Acknowledged(key="._a.mp4", version_id="3", kind=Kind.CLUTTER, at=100.0)
    evidence = replace(
        SOUND,
        acknowledged=[FIRST, TEXT, clutter],
        stored=SOUND.stored | {("._a.mp4", "3")},
        without_record=frozenset({"._a.mp4"}),
    )
    assert audit(evidence).is_clean
    record = replace(FAILED, asset_id="asset-3", key="._a.mp4", version_id="3")
    found = audit(replace(evidence, records=[COMPLETE, FAILED, record]))
    assert len(found.strange) == 1
    assert found.lost == []


VIDEO = replace(FIRST, kind=Kind.CAPTIONED)
FILES = [
    Acknowledged(key=file.key("a"), version_id=str(number), kind=file.kind, at=100.0)
    for number, file in enumerate(CAPTION_FILES)
]
COLD_FILE = next(file.key("a") for file in CAPTION_FILES if file.kind is Kind.UNREADABLE_CAPTIONS)
CYRILLIC_FILE = next(file.key("a") for file in CAPTION_FILES if file.encoding != "utf-8")


@pytest.mark.parametrize(
    ("published", "rejected", "missing"),
    [
        (("en", "ru"), (COLD_FILE,), 0),
        (("en",), (COLD_FILE, CYRILLIC_FILE), 0),
        (("en",), (COLD_FILE,), 1),
        (("ru",), (COLD_FILE, CAPTION_FILES[0].key("a")), 1),
        (("en", "ru", "de"), (), 1),
        ((), (), 3),
    ],
)
def test_every_caption_file_is_published_or_rejected_in_words(
    published: tuple[str, ...], rejected: tuple[str, ...], missing: int
) -> None:
    """UTF-8 is published, a cold file is rejected, another encoding is either; none is passed over."""
    stored = SOUND.stored | {(each.key, each.version_id) for each in FILES}
    evidence = replace(
        SOUND,
        acknowledged=[VIDEO, TEXT, *FILES],
        stored=stored,
        records=[replace(COMPLETE, captions=published, rejected_captions=rejected), FAILED],
        without_record=frozenset(each.key for each in FILES),
    )
    found = audit(evidence)
    assert len(found.uncaptioned) == missing
    assert found.is_clean is (missing == 0)
    assert audit(replace(evidence, acknowledged=[VIDEO, TEXT, *FILES[1:]], stored=SOUND.stored)).is_clean is (
        False
    ), "what S3 no longer has is forgotten"


@pytest.mark.parametrize("code", ["OUTPUTS_MISSING", "OUTPUTS_INVALID"])
def test_outputs_that_verification_refused_are_named(code: str) -> None:
    """The endpoint makes what was planned, so that an asset that failed for its outputs was misjudged."""
    failed = replace(COMPLETE, status="FAILED", outputs=(), error_code=code)
    found = audit(replace(SOUND, records=[failed, FAILED]))
    assert found.misjudged == [f"asset-1 (a.mp4): {code}"]
    assert not found.is_clean


def test_a_video_that_failed_needs_no_captions() -> None:
    """Captions are published for what plays."""
    failed = replace(COMPLETE, status="FAILED", outputs=(), error_code="1999")
    evidence = replace(
        SOUND,
        acknowledged=[VIDEO, TEXT, *FILES],
        stored=SOUND.stored | {(each.key, each.version_id) for each in FILES},
        records=[failed, FAILED],
        without_record=frozenset(each.key for each in FILES),
    )
    assert audit(evidence).is_clean


THROUGH_API = Completed(name="b.mp4", kind=Kind.SOUND, asset_id="asset-3", at=100.0)
OF_API = replace(COMPLETE, asset_id="asset-3", key="web/ann/0-9/b.mp4", version_id="3", job_id=None)


@pytest.mark.parametrize(
    ("records", "is_lost"),
    [
        ([OF_API], False),
        ([], True),
        ([replace(OF_API, status="PROCESSING")], True),
        ([replace(OF_API, key="web/ann/0-9/other.mp4")], True),
        ([replace(OF_API, asset_id="asset-4")], True),
    ],
    ids=["ended", "no record", "still open", "of another file", "of another asset"],
)
def test_what_the_api_said_is_complete_and_has_not_ended_is_lost(
    records: list[AssetRecord], is_lost: bool
) -> None:
    """The asset that the API named has to have ended, and to be of that file."""
    evidence = replace(SOUND, completed=[THROUGH_API], records=[*SOUND.records, *records])
    lost = [each for each in audit(evidence).lost if each.startswith("b.mp4")]
    assert bool(lost) is is_lost


def test_uploads_through_the_api_are_found_in_s3_by_their_names() -> None:
    """One that S3 does not have is not acknowledged by it."""
    stored = {("web/ann/0-9/b.mp4", "3"), ("a.mp4", "1")}
    gone = replace(THROUGH_API, name="c.mp4")
    [found] = in_s3([THROUGH_API, gone], stored)
    assert (found.key, found.version_id, found.through_api) == ("web/ann/0-9/b.mp4", "3", True)


def test_captions_through_the_api_lie_beside_their_video_in_the_normal_form_c() -> None:
    """Those in a cold storage class never come that way."""
    video = Acknowledged(
        key="web/ann/0-9/1 café.mp4", version_id="1", kind=Kind.CAPTIONED, at=1.0, through_api=True
    )
    files = caption_files(video)
    assert [caption_key(video, file) for file in files] == [
        "web/ann/0-9/1 café.en.srt",
        "web/ann/0-9/1 café.ru.srt",
    ]
    assert len(caption_files(replace(video, through_api=False))) == len(CAPTION_FILES)


def told(endpoint: str, record: AssetRecord, outcome: Outcome = Outcome.TAKEN) -> Receipt:
    """Return the receipt of a webhook about a record."""
    return Receipt(
        at=105.0,
        endpoint=endpoint,
        webhook_id=record.end.webhook_id,
        digest="d",
        asset_id=record.asset_id,
        attempt=record.attempt,
        status=record.status,
        outcome=outcome,
    )


def test_every_end_has_to_be_taken_by_every_endpoint() -> None:
    """A webhook that was dropped was not taken; one that was not answered was."""
    receipts = [
        told("prompt", COMPLETE),
        told("prompt", FAILED, Outcome.UNANSWERED),
        told("slow", COMPLETE, Outcome.DROPPED),
        told("slow", FAILED, Outcome.LATE),
    ]
    evidence = replace(SOUND, receipts=receipts, endpoints=["prompt", "slow"])
    assert audit(evidence).unannounced == ["slow: asset-1/1/COMPLETE"]
    assert not audit(evidence).is_clean
    heard = replace(evidence, receipts=[*receipts, told("slow", COMPLETE)])
    assert audit(heard).is_clean


def test_an_end_that_no_record_has_is_strange() -> None:
    """An endpoint was told of an asset of the load test what did not happen."""
    untrue = told("prompt", replace(COMPLETE, status="FAILED"))
    found = audit(replace(SOUND, receipts=[untrue])).strange
    assert found == ["an endpoint was told of asset-1/1/FAILED, which no record has"]


def test_what_the_api_did_not_keep_is_a_fault() -> None:
    """It is named."""
    broken = audit(replace(SOUND, broken=["a.mp4: one request began two uploads"]))
    assert broken.broken
    assert not broken.is_clean


def test_a_dead_webhook_is_explained_by_its_asset() -> None:
    """Whether it was announced is another question."""
    body = json.dumps({"endpoint": "slow", "asset_id": "asset-1", "attempt": 1, "status": "COMPLETE"})
    assert explanation(letter(body), SOUND) == "asset-1 is COMPLETE"
    assert explanation(letter(body.replace("asset-1", "asset-9")), SOUND) is None
