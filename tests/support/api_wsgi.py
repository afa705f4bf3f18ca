"""The API's function as a WSGI application, with what the HTTP API does in front of it."""

import base64
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from tests.support.api_calls import Api, machine, person

Start = Callable[[str, list[tuple[str, str]]], Any]

OPEN = frozenset({"/api/health", "/api/config", "/api/openapi.json"})
# Who comes with which token; the HTTP API knows others by their signature.
CLAIMS: Mapping[str, Mapping[str, str]] = {
    "operator": person("operator"),
    "viewer": person("viewer"),
    "machine": machine("read", "upload", "operate"),
    "nobody": person(),
}


class Gateway:
    """Answer requests as the HTTP API does: 401 for a token that it does not know, else the function."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def __call__(self, environ: Mapping[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        # WSGI has a path's bytes as the characters of Latin-1, decoded from %XX.
        path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")
        claims = CLAIMS.get(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "))
        if path not in OPEN and claims is None:
            return _answer(
                start_response, 401, {"Content-Type": "application/json"}, '{"message":"Unauthorized"}'
            )
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw = environ["wsgi.input"].read(length)
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["content-type"] = environ["CONTENT_TYPE"]
        answered = self._api.call(
            str(environ["REQUEST_METHOD"]),
            path,
            claims=claims,
            query=str(environ.get("QUERY_STRING", "")),
            headers=headers,
            encoded_body=base64.b64encode(raw).decode() if raw else None,
        )
        return _answer(start_response, answered.status, answered.headers, answered.text, answered.cookies)


def _answer(
    start_response: Start,
    status: int,
    headers: Mapping[str, str],
    text: str,
    cookies: Iterable[str] = (),
) -> Iterable[bytes]:
    body = text.encode()
    sent = [*headers.items(), *(("Set-Cookie", cookie) for cookie in cookies)]
    start_response(f"{status} {HTTPStatus(status).phrase}", [*sent, ("Content-Length", str(len(body)))])
    return [body]
