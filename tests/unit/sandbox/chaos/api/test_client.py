"""The client of the API: what it sends again, under which key, and when it gives up."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.chaos.api.client import ApiClient, ApiError

UNDER_WAY = (409, {"code": "REQUEST_IN_PROGRESS"}, {"Retry-After": "1"})


class Api:
    """Give scripted answers, one after another; None closes the connection without one."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any], dict[str, str]] | None] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.slept: list[float] = []
        self.tokens = iter(range(100))
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                api.requests.append((self.command, self.path, dict(self.headers)))
                found = api.answers.pop(0)
                if found is None:
                    self.close_connection = True
                    return
                status, document, headers = found
                body = json.dumps(document).encode() if status != 204 else b""
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serving.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.serving.server_address[1]}"

    def client(self, patience_seconds: float = 60.0) -> ApiClient:
        """Return a client that does not sleep, and has another token each time it asks for one."""
        return ApiClient(
            self.url,
            lambda: f"token-{next(self.tokens)}",
            sleep=self.slept.append,
            patience_seconds=patience_seconds,
        )


@pytest.fixture
def api() -> Iterator[Api]:
    """Serve scripted answers."""
    made = Api()
    yield made
    made.serving.shutdown()
    made.serving.server_close()


def test_a_request_is_sent_again_under_the_same_key_until_it_is_answered(api: Api) -> None:
    """After no answer, an error of the server, throttling, and while the first one is under way."""
    api.answers = [None, (503, {}, {}), (429, {}, {"Retry-After": "7"}), UNDER_WAY, (201, {"id": "u"}, {})]
    client = api.client()
    answer = client.post("/uploads", {"name": "a.mp4"}, key="k-1")
    assert (answer.status, answer.document) == (201, {"id": "u"})
    assert [headers["Idempotency-Key"] for _, _, headers in api.requests] == ["k-1"] * 5
    assert [path for _, path, _ in api.requests] == ["/api/uploads"] * 5
    assert client.repeated == {"not answered": 1, "answered 503": 1, "throttled": 1, "under way": 1}
    # It waits as long as it was told to.
    assert api.slept[2:] == [7.0, pytest.approx(1.5, abs=1.0)]


def test_a_refusal_is_not_sent_again(api: Api) -> None:
    """What is wrong with a request stays wrong; the problem is said."""
    api.answers = [(409, {"code": "QUOTA_EXCEEDED", "detail": "You have too many."}, {})]
    with pytest.raises(ApiError, match="409 You have too many"):
        api.client().post("/uploads", {})
    assert len(api.requests) == 1


def test_a_client_gives_up_in_the_end(api: Api) -> None:
    """It says what it was answered last."""
    api.answers = [(500, {}, {})] * 3
    with pytest.raises(ApiError, match="GET /assets: 500"):
        api.client(patience_seconds=0.0).get("/assets")


def test_an_expired_token_is_renewed_once(api: Api) -> None:
    """A new one that is refused too is a refusal."""
    api.answers = [(401, {}, {}), (200, {}, {}), (200, {}, {}), (401, {}, {}), (401, {}, {})]
    client = api.client()
    client.get("/assets")
    client.get("/assets")
    assert [headers["Authorization"][-1] for _, _, headers in api.requests] == ["0", "1", "1"]
    with pytest.raises(ApiError, match="401"):
        client.get("/assets")


def test_what_is_gone_is_removed(api: Api) -> None:
    """A removal whose answer got lost finds nothing the second time."""
    api.answers = [None, (404, {}, {}), (204, {}, {})]
    assert api.client().delete("/uploads/u").status == 404
    assert api.client().delete("/uploads/u").status == 204


def test_a_part_is_sent_once(api: Api) -> None:
    """Whether S3 took it is all that is said; who sends it knows whether to sign it again."""
    api.answers = [(200, {}, {}), (403, {}, {}), None]
    client = api.client()
    assert [client.put_part(f"{api.url}/part", b"x") for _ in range(3)] == [True, False, False]
    assert all("Authorization" not in headers for _, _, headers in api.requests)
