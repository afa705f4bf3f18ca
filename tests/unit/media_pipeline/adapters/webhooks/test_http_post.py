"""Posts over real sockets: signatures, times, redirects, and addresses that nothing is sent to."""

import base64
import hmac
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import trustme

from media_pipeline.adapters.webhooks.http_post import HttpPost
from media_pipeline.domain.clock import utc_now
from media_pipeline.domain.errors import EndpointForbiddenError, EndpointUnavailableError
from tests.support.webhook_world import OLDER_SECRET, SECRET

PAYLOAD = '{"type":"asset.completed"}'


class Receiver:
    """Receive webhooks on loopback and answer as `answer` says."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        self.answer: tuple[int, dict[str, str]] = (204, {})
        self.seconds = 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.received.append((dict(self.headers), body))
                time.sleep(receiver.seconds)
                status, headers = receiver.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop receiving."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver without TLS."""
    started = Receiver()
    yield started
    started.close()


def _sender(
    *,
    deadline_seconds: float = 5,
    allow_loopback: bool = True,
    resolve: Callable[[str, int], Sequence[str]] | None = None,
    tls: ssl.SSLContext | None = None,
) -> HttpPost:
    return HttpPost(
        user_agent="media-pipeline-test/1",
        clock=utc_now,
        allow_loopback=allow_loopback,
        deadline_seconds=deadline_seconds,
        resolve=resolve or (lambda host, port: ["127.0.0.1"]),
        tls=tls,
    )


def _post(sender: HttpPost, url: str, *secrets: str) -> int:
    return sender.post(url, webhook_id="a/1/COMPLETE", payload=PAYLOAD, secrets=secrets or (SECRET,))


def test_a_receiver_verifies_it(receiver: Receiver) -> None:
    """Id, time and body are signed as Standard Webhooks has it, with each secret in force."""
    assert _post(_sender(), f"http://localhost:{receiver.port}/hook?a=1", SECRET, OLDER_SECRET) == 204
    ((headers, body),) = receiver.received
    assert headers["webhook-id"] == "a/1/COMPLETE"
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == f"localhost:{receiver.port}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"a/1/COMPLETE.{headers['webhook-timestamp']}.{PAYLOAD}".encode()
    # The secrets' bytes are 32 times the same letter.
    expected = [
        base64.b64encode(hmac.new(key * 32, signed, "sha256").digest()).decode() for key in (b"s", b"o")
    ]
    assert headers["webhook-signature"] == f"v1,{expected[0]} v1,{expected[1]}"
    assert body == PAYLOAD


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    """A receiver can't send the sender on to an address of its choice."""
    other = Receiver()
    receiver.answer = (302, {"Location": f"http://127.0.0.1:{other.port}/"})
    assert _post(_sender(), f"http://localhost:{receiver.port}/") == 302
    other.close()
    assert other.received == []


def test_a_receiver_that_takes_its_time_is_given_up(receiver: Receiver) -> None:
    """All of a delivery has one bound."""
    receiver.seconds = 3
    began = time.monotonic()
    with pytest.raises(EndpointUnavailableError):
        _post(_sender(deadline_seconds=0.5), f"http://localhost:{receiver.port}/")
    assert time.monotonic() - began < 2


def test_a_receiver_that_drips_bytes_is_given_up() -> None:
    """A byte now and then never runs into a socket's own timeout, and still ends at the bound."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    for character in b"HTTP/1.1 200 OK\r\nX-Header: " + b"x" * 60:
                        connection.sendall(bytes([character]))
                        time.sleep(0.05)
                except OSError:
                    return

        thread = Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(EndpointUnavailableError):
            _post(_sender(deadline_seconds=0.5), f"http://localhost:{server.getsockname()[1]}/")
        assert time.monotonic() - began < 2
        thread.join(5)


def test_nobody_listening_is_unavailable() -> None:
    """A refused connection is tried again later."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(EndpointUnavailableError):
        _post(_sender(), f"http://localhost:{port}/")


def test_a_name_without_address_is_unavailable() -> None:
    """A name that does not resolve, or not in time, is tried again later."""

    def fails(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("no such name")

    def hangs(host: str, port: int) -> Sequence[str]:
        time.sleep(2)
        return ["127.0.0.1"]

    for resolve in (fails, hangs):
        with pytest.raises(EndpointUnavailableError, match="has no address"):
            _post(_sender(resolve=resolve, deadline_seconds=0.3), "http://shop.example/")


@pytest.mark.parametrize(
    "addresses",
    [["169.254.169.254"], ["127.0.0.1"], ["10.1.2.3"], ["::1"], ["fe80::1%eth0"], ["8.8.8.8", "10.0.0.1"]],
)
def test_a_name_that_means_an_inner_address_is_forbidden(
    receiver: Receiver, addresses: Sequence[str]
) -> None:
    """Where any address of a name is not public, nothing is sent to it: no connection is made."""
    with pytest.raises(EndpointForbiddenError):
        _post(
            _sender(allow_loopback=False, resolve=lambda host, port: addresses),
            f"https://shop.example:{receiver.port}/",
        )
    assert receiver.received == []


@pytest.mark.parametrize("url", ["https://169.254.169.254/", "http://127.0.0.1/", "https://2130706433/"])
def test_an_inner_address_in_the_url_is_forbidden(url: str) -> None:
    """Written as an address or a number, it is refused without and with a look-up."""
    with pytest.raises(EndpointForbiddenError):
        _post(_sender(allow_loopback=False), url)


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """A name is resolved once: what it means a moment later reaches nothing (DNS rebinding)."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    asked = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers.pop(0)

    receiver = Receiver()
    assert _post(_sender(resolve=resolve), f"http://shop.example:{receiver.port}/") == 204
    receiver.close()
    assert asked == ["shop.example"]
    assert len(receiver.received) == 1


def test_a_certificate_of_another_name_is_refused() -> None:
    """Over TLS the receiver's certificate is that of the URL's host, though the address was chosen here."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("shop.example").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    receiver = Receiver(server)
    assert _post(_sender(tls=client), f"https://shop.example:{receiver.port}/hook") == 204
    with pytest.raises(EndpointUnavailableError):
        _post(_sender(tls=client), f"https://other.example:{receiver.port}/hook")
    with pytest.raises(EndpointUnavailableError):
        _post(_sender(), f"https://shop.example:{receiver.port}/hook")
    receiver.close()
    assert len(receiver.received) == 1
