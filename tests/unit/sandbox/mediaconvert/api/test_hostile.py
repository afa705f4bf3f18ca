"""Requests that no SDK sends: the endpoint refuses them or hangs up, in time, and goes on for the others."""

import json
import socket
import time
from pathlib import Path

import pytest

from sandbox.mediaconvert import server as service
from sandbox.mediaconvert.api import app as api
from sandbox.mediaconvert.isolation.limits import MAX_BODY_BYTES, MAX_HEADER_BYTES
from tests.unit.sandbox.mediaconvert.api.endpoint import Endpoint

JOBS = b"POST /2017-08-29/jobs HTTP/1.1\r\nHost: a\r\n"
WAIT_SECONDS = 4.0


def answer_to(endpoint: Endpoint, request: bytes) -> bytes:
    """Send bytes and give all that comes back until the endpoint hangs up, falls silent, or is too slow."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=WAIT_SECONDS) as connection:
        answer = b""
        try:
            connection.sendall(request)
            while chunk := connection.recv(65_536):
                answer += chunk
                if b"}" in chunk:
                    break
        except (ConnectionError, TimeoutError):
            pass
    return answer


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"\x00" * 5_000,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
        b"BREW /2017-08-29/jobs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\x00\x01\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /2017-08-29/jobs/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /2017-08-29/jobs/%2e%2e%2f%00%ff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * (2 * MAX_HEADER_BYTES) + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /2017-08-29/jobs HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
        JOBS + b"Content-Length: -5\r\n\r\n{}",
        JOBS + b"Content-Length: 99999999999999999999\r\n\r\n{}" + bytes(2 * MAX_BODY_BYTES),
        JOBS + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}",
        JOBS + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        JOBS + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
        JOBS + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_bytes_that_are_no_request(endpoint: Endpoint, request_: bytes) -> None:
    """Whatever is sent is refused with a 4xx or hung up on; the next client is answered."""
    answer = answer_to(endpoint, request_)
    statuses = [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/")]
    assert all(status.startswith((b"1", b"2", b"4")) for status in statuses), answer[:200]
    assert endpoint.health()["status"] == "ok"
    assert endpoint.finished(endpoint.submit()["Id"])["Status"] == "COMPLETE"


def test_a_body_beyond_the_limit_is_refused(endpoint: Endpoint) -> None:
    """One byte more than the limit is a bad request, however valid what it says."""
    body = json.dumps({"role": "r" * MAX_BODY_BYTES}).encode()
    answer = answer_to(endpoint, JOBS + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert b" 400 " in answer.splitlines()[0]
    assert b"longer than" in answer


def test_a_slow_body_is_refused(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who announces a body and doesn't send it gets an error after a while."""
    monkeypatch.setattr(api, "BODY_SECONDS", 0.3)
    begun = time.monotonic()
    answer = answer_to(endpoint, JOBS + b"Content-Length: 100\r\n\r\n{")
    assert b"did not arrive" in answer
    assert time.monotonic() - begun < WAIT_SECONDS / 2


def test_a_slow_request_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who begins a request and falls silent loses the connection."""
    monkeypatch.setattr(service, "IDLE_SECONDS", 0.5)
    with Endpoint(tmp_path).running() as endpoint:
        begun = time.monotonic()
        answer_to(endpoint, b"GET /health HTTP/1.1\r\nHost: ")
        assert time.monotonic() - begun < WAIT_SECONDS / 2
