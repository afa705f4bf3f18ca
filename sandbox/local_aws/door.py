"""A plain HTTP door for browsers, which trust no certificate of the sandbox's own authority.

On a port of its own, requests are answered as if they had come over TLS:

- `http://localhost:PORT` is the one distribution, under its own domain name: page, API and media. A browser
  takes this origin for trustworthy, so that it keeps `Secure` cookies and has `crypto.subtle`. Source: W3C
  Secure Contexts, section 3.1, "Is origin potentially trustworthy?"
- `http://127.0.0.1:PORT` is everything else that browsers call: S3 for the parts of uploads, and the pages
  where people sign in. It is another origin, as on AWS.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

# As ASGI defines them.
Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_DISTRIBUTION = "localhost"


class Door:
    """An ASGI application in front of another one: what comes in at one port has come over TLS."""

    def __init__(self, application: Application, port: int) -> None:
        self._application = application
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; one that came in at the door under the name of a distribution."""
        if scope["type"] == "http" and scope["server"][1] == self._port:
            scope = {**scope, "scheme": "https"}
            if _host(scope) == _DISTRIBUTION:
                names = _distributions()
                if len(names) != 1:
                    await _refuse(send, names)
                    return
                scope["headers"] = [
                    (name, names[0].encode() if name == b"host" else value)
                    for name, value in scope["headers"]
                ]
        await self._application(scope, receive, send)


def _host(scope: Scope) -> str:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return str(host.decode("latin-1")).partition(":")[0].lower()


def _distributions() -> list[str]:
    # MiniStack reads the environment while it is imported: not before the server has set it.
    from ministack.services import cloudfront

    return [str(each["DomainName"]) for each in cloudfront._distributions.values()]


async def _refuse(send: Send, names: list[str]) -> None:
    said = f"There are {len(names)} distributions: {', '.join(names)}." if names else "Nothing is delivered."
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": f"{said}\n".encode()})
