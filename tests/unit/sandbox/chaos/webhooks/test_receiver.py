"""The receiver of webhooks: what it takes, how it fails, and what it keeps of each request."""

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from sandbox.chaos.webhooks.receipts import Outcome, Receipt, ReceiptLog
from sandbox.chaos.webhooks.receiver import EndpointFaults, Receiver, server

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "asset-1/1/COMPLETE"
PAYLOAD = json.dumps(
    {"type": "asset.completed", "data": {"asset_id": "asset-1", "attempt": 1, "status": "COMPLETE"}}
)


class Endpoint:
    """An endpoint that is served on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.described = folder / "endpoints.json"
        self.log = ReceiptLog(folder / "receipts.jsonl")
        self.describe()
        self.serving = server(0, Receiver(self.described, folder / "receipts.jsonl"))
        threading.Thread(target=self.serving.serve_forever, daemon=True).start()

    def describe(self, **faults: object) -> None:
        """Say what the endpoint does wrong."""
        endpoints = {"prompt": {"secret": SECRET, **faults}}
        self.described.write_text(json.dumps({"seed": 1, "endpoints": endpoints}))

    def post(self, *, path: str = "/hook/prompt", payload: str = PAYLOAD, secret: str = SECRET) -> int:
        """Send a signed webhook; return the status, 0 where the connection is closed without one."""
        now = datetime.now(UTC)
        headers = {
            "webhook-id": ID,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(ID, now, payload),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.serving.server_address[1], timeout=10)
        try:
            connection.request("POST", path, payload, headers)
            return connection.getresponse().status
        except (http.client.HTTPException, OSError):
            return 0
        finally:
            connection.close()


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    """Serve an endpoint without faults."""
    made = Endpoint(tmp_path)
    yield made
    made.serving.shutdown()
    made.serving.server_close()


def test_a_webhook_that_verifies_is_taken_and_kept(endpoint: Endpoint) -> None:
    """The receipt has its id, and what the payload says of the asset."""
    assert endpoint.post() == 204
    [receipt] = endpoint.log.read()
    assert (receipt.endpoint, receipt.webhook_id, receipt.outcome) == ("prompt", ID, Outcome.TAKEN)
    assert (receipt.asset_id, receipt.attempt, receipt.status) == ("asset-1", 1, "COMPLETE")


def test_a_webhook_that_does_not_verify_is_refused_and_kept(endpoint: Endpoint) -> None:
    """It says nothing that could be believed."""
    other = "whsec_" + "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
    assert endpoint.post(secret=other) == 401
    [receipt] = endpoint.log.read()
    assert (receipt.outcome, receipt.asset_id) == (Outcome.UNVERIFIED, "")


@pytest.mark.parametrize(
    ("faults", "status", "outcome"),
    [
        ({"drop": 1.0}, 0, Outcome.DROPPED),
        ({"server_error": 1.0}, 503, Outcome.SERVER_ERROR),
        ({"lose_answer": 1.0}, 0, Outcome.UNANSWERED),
        ({"answer_late": 1.0, "late_seconds": 0.2}, 204, Outcome.LATE),
    ],
    ids=["drop", "server error", "lost answer", "late answer"],
)
def test_each_fault_is_done_and_kept(
    endpoint: Endpoint, faults: dict[str, float], status: int, outcome: Outcome
) -> None:
    """A sender sees the fault; the receipt says whether the webhook was taken all the same."""
    endpoint.describe(**faults)
    assert endpoint.post() == status
    [receipt] = endpoint.log.read()
    assert receipt.outcome is outcome


def test_nothing_is_kept_of_a_test_or_of_an_unknown_endpoint(endpoint: Endpoint) -> None:
    """A test is about no asset; what nobody has added does not exist."""
    assert endpoint.post(payload=json.dumps({"type": "webhook.test", "data": {}})) == 204
    assert endpoint.post(path="/hook/other") == 404
    assert endpoint.log.read() == []


def test_faults_come_in_their_shares() -> None:
    """One number decides on a request, so that no two faults befall it."""
    faults = EndpointFaults(drop=0.1, server_error=0.2, lose_answer=0.3, answer_late=0.1)
    drawn = [faults.drawn((number + 0.5) / 100) for number in range(100)]
    counts = {outcome: drawn.count(outcome) for outcome in drawn}
    assert counts == {
        Outcome.DROPPED: 10,
        Outcome.SERVER_ERROR: 20,
        Outcome.UNANSWERED: 30,
        Outcome.LATE: 10,
        Outcome.TAKEN: 30,
    }


def test_a_log_is_read_on_as_it_grows(tmp_path: Path) -> None:
    """Half a line, which is being written, is read when it is whole."""
    path = tmp_path / "log"
    log = ReceiptLog(path)
    assert log.read() == []
    line = Receipt(at=1.0, endpoint="e", webhook_id="w", digest="d", outcome=Outcome.TAKEN).line()
    path.write_text(line + line[:9])
    assert len(log.read()) == 1
    path.write_text(line + line)
    found: list[Any] = log.read()
    assert [each.outcome for each in found] == [Outcome.TAKEN, Outcome.TAKEN]
