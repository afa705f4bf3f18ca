"""What was counted is compared with what was submitted, and each difference is said."""

from dataclasses import replace

import pytest

from sandbox.chaos.evidence import Evidence, Job, asset_record
from sandbox.chaos.spending.day_cap import CapReport
from sandbox.chaos.spending.sums import misspent, quoted
from tests.unit.sandbox.chaos.evidence_left import COMPLETE, FAILED, JOB, SOUND

QUOTED = replace(SOUND, records=[replace(COMPLETE, quotes={"1": 6_500}), FAILED])
KEPT = CapReport(
    cap_micro_usd=10_000,
    reached_micro_usd=6_500,
    waiting=3,
    dead_letters=0,
    waited_seconds=90.0,
    counted_micro_usd=6_500,
)


def test_each_job_counts_once_at_its_attempts_quote() -> None:
    """One that no record names was given back, and one without a quote is nothing."""
    unrecorded = Job(job_id="job-9", asset_id=COMPLETE.asset_id, attempt="1", status="COMPLETE")
    assert quoted(replace(QUOTED, jobs=[JOB, unrecorded])) == 6_500
    assert quoted(SOUND) == 0
    assert list(misspent(QUOTED, KEPT)) == []
    assert list(misspent(QUOTED, None)) == []


@pytest.mark.parametrize(
    ("cap", "evidence", "said"),
    [
        (replace(KEPT, counted_micro_usd=13_000), QUOTED, "$0.0130 was counted, and the jobs'"),
        (replace(KEPT, reached_micro_usd=10_001), QUOTED, "$0.0100 was spent under a cap of $0.0100"),
        (replace(KEPT, reached_micro_usd=None), QUOTED, "never reached"),
        (replace(KEPT, waiting=0), QUOTED, "no upload waited"),
        (replace(KEPT, dead_letters=2), QUOTED, "2 messages became dead letters"),
        (
            KEPT,
            replace(QUOTED, records=[*QUOTED.records, replace(FAILED, error_code="NEVER_SUBMITTED")]),
            "(t.mp4): NEVER_SUBMITTED",
        ),
    ],
    ids=["counted twice", "overspent", "not reached", "nothing waited", "dead letters", "given up"],
)
def test_what_is_wrong_is_said(cap: CapReport, evidence: Evidence, said: str) -> None:
    """Each has a sentence of its own."""
    (case,) = misspent(evidence, cap)
    assert said in case


def test_quotes_are_read_of_every_attempt() -> None:
    """A replayed asset has one for each, and a refused one has none."""
    record = {"asset_id": "a", "key": "a.mp4", "status": "COMPLETE", "attempt": 2, "quote_usd": "0.006500"}
    past = [{"attempt": 1, "quote_usd": "0.013000"}]
    assert asset_record({**record, "past_attempts": past}).quotes == {"1": 13_000, "2": 6_500}
    del record["quote_usd"]
    assert asset_record(record).quotes == {}
