"""What endpoints were told, compared with how assets ended."""

from sandbox.chaos.webhooks.announcements import End, doubled, endpoint_report, unverified
from sandbox.chaos.webhooks.receipts import Outcome, Receipt

END = End(asset_id="a", attempt=1, status="COMPLETE", at=100.0)


def receipt(
    outcome: Outcome = Outcome.TAKEN,
    *,
    at: float = 101.0,
    endpoint: str = "prompt",
    webhook_id: str = END.webhook_id,
    digest: str = "d",
    status: str = "COMPLETE",
) -> Receipt:
    """Make the receipt of a webhook about one end."""
    return Receipt(
        at=at,
        endpoint=endpoint,
        webhook_id=webhook_id,
        digest=digest,
        asset_id="a",
        attempt=1,
        status=status,
        outcome=outcome,
    )


def test_repetitions_under_one_id_are_not_doubled() -> None:
    """However often, and whichever endpoint: receivers recognize them."""
    assert doubled([receipt(), receipt(), receipt(endpoint="slow")]) == []


def test_an_end_under_two_ids_and_an_id_with_two_payloads_are_doubled() -> None:
    """Also where an attempt is said to have ended in two ways."""
    other = receipt(webhook_id="a/1/FAILED", status="FAILED")
    assert doubled([receipt(), other]) == ["a, attempt 1: a/1/COMPLETE, a/1/FAILED"]
    assert doubled([receipt(), receipt(digest="e")]) == ["a/1/COMPLETE: 2 payloads"]


def test_requests_that_do_not_verify_are_named() -> None:
    """They say nothing of any asset."""
    bad = receipt(Outcome.UNVERIFIED)
    assert unverified([receipt(), bad]) == ["prompt: a/1/COMPLETE"]
    assert (
        doubled([receipt(), Receipt(at=1.0, endpoint="p", webhook_id="x", digest="e", outcome=bad.outcome)])
        == []
    )


def test_an_endpoints_report_counts_what_came_again_and_why() -> None:
    """A repetition is one after a taken webhook; time runs from the end to the first that was taken."""
    receipts = [
        receipt(Outcome.DROPPED, at=100.5),
        receipt(Outcome.UNANSWERED, at=102.0),
        receipt(Outcome.TAKEN, at=110.0),
        receipt(Outcome.TAKEN, at=115.0),
        receipt(endpoint="slow", at=900.0),
    ]
    found = endpoint_report("prompt", [END], receipts)
    assert (found.announced, found.repeats, found.unknowing) == (1, 2, 1)
    assert (found.p50, found.p99) == (2.0, 2.0)
    assert found.outcomes == {"dropped": 1, "taken, not answered": 1, "taken": 2}
    nothing = endpoint_report("other", [END], receipts)
    assert (nothing.announced, nothing.p50) == (0, None)
