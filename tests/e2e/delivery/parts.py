"""Parts of uploads as a browser sends them to S3: whole, or with the network lost on the way."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60.0


def send_part(url: str, body: bytes) -> int:
    """PUT a part to its URL and return the answer's status."""
    connection, target = _opened(url)
    try:
        connection.request("PUT", target, body=body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def send_half_of_part(url: str, body: bytes) -> None:
    """Begin to PUT a part, and lose the connection in the middle of it."""
    connection, target = _opened(url)
    try:
        connection.putrequest("PUT", target)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        connection.send(body[: len(body) // 2])
    finally:
        connection.close()


def _opened(url: str) -> tuple[HTTPConnection, str]:
    parts = urlsplit(url)
    # The sandbox's door for browsers.
    assert parts.scheme == "http"
    return HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS), f"{parts.path}?{parts.query}"
