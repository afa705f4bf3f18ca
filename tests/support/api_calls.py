"""Requests to the API's function, as the HTTP API passes them on."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver

from media_pipeline.handlers.api import resolver
from media_pipeline.handlers.api_parts import ApiParts
from media_pipeline.handlers.config import ApiConfig, read_config
from tests.support.lambda_invocation import ENVIRONMENT

RESOURCE_SERVER = "media-pipeline"
API_ENVIRONMENT: Mapping[str, str] = {
    **ENVIRONMENT,
    "RESOURCE_SERVER": RESOURCE_SERVER,
    "SIGN_IN_URL": "https://media-pipeline.auth.us-east-1.amazoncognito.com",
    "USER_POOL_CLIENT_ID": "page-client",
    "PAGE_SIZE": "3",
    "BODY_LIMIT_BYTES": "4000",
    "TIMEOUT_SECONDS": "20",
    **{
        f"{name}_{kind}_URL": f"https://sqs.us-east-1.amazonaws.com/111122223333/{name.lower()}-{kind.lower()}"
        for name in ("PROCESSING", "CAPTIONS", "JOB_EVENTS", "WEBHOOKS")
        for kind in ("QUEUE", "DLQ")
    },
    "ALARM_NAMES": "media-pipeline-alarm-*-test",
    "API_UPLOAD_PREFIX": "incoming/web/",
    "UPLOAD_URL_SECONDS": "3600",
    "PERSON_QUOTA_BYTES": "1000000000",
    "UPLOADS_AT_ONCE": "3",
    "DISTRIBUTION_ID": "E1",
    "MAX_SOURCE_SIZE_BYTES": "500000000",
    "PLAYBACK_DOMAIN": "media.example.com",
    "PLAYBACK_KEY_PAIR_ID": "K2JCJMDEHXQW5F",
    "PLAYBACK_SIGNING_KEY": "arn:aws:kms:us-east-1:111122223333:key/signing",
    "PLAYBACK_HASH_ALGORITHM": "SHA256",
    "PLAYBACK_COOKIE_HOURS": "6",
    "PLAYBACK_URL_HOURS": "4",
}


def api_config() -> ApiConfig:
    """Return the configuration of the function under test."""
    return read_config(ApiConfig, API_ENVIRONMENT)


def person(*groups: str, subject: str = "ann") -> dict[str, str]:
    """Return the claims of a person's access token, as the HTTP API passes them on."""
    claims = {"sub": subject, "username": subject, "token_use": "access", "scope": "openid email"}
    return {**claims, "cognito:groups": f"[{' '.join(groups)}]"} if groups else claims


def machine(*scopes: str) -> dict[str, str]:
    """Return the claims of a machine's access token."""
    scope = " ".join(f"{RESOURCE_SERVER}/{name}" for name in scopes)
    return {"sub": "machine-client", "client_id": "machine-client", "token_use": "access", "scope": scope}


def request(
    method: str,
    path: str,
    *,
    claims: Mapping[str, str] | None = None,
    query: Mapping[str, str] | str = "",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    encoded_body: str | None = None,
) -> dict[str, Any]:
    """Return an event of the HTTP API, payload version 2.0; a body that is no text is sent as JSON.

    `encoded_body` is one of bytes, in base64.
    """
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
        sent.setdefault("content-type", "application/json")
    sent_body = body if encoded_body is None else encoded_body
    context: dict[str, Any] = {"http": {"method": method, "path": path}, "stage": "$default"}
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query if isinstance(query, str) else urlencode(query),
        "headers": sent,
        "requestContext": context,
        **({} if sent_body is None else {"body": sent_body}),
        "isBase64Encoded": encoded_body is not None,
    }


class Api:
    """Call the API's function with parts of one's own."""

    def __init__(self, parts: ApiParts | None = None) -> None:
        self._resolver: APIGatewayHttpResolver = resolver(parts or ApiParts(api_config()))

    def call(self, method: str, path: str, **request_parts: Any) -> "Answered":
        """Return what is answered to a request."""
        event = request(method, path, **request_parts)
        return Answered(self._resolver.resolve(event, None))  # type: ignore[arg-type]


class Answered:
    """Hold what Lambda returns to the HTTP API."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.status: int = answer["statusCode"]
        self.headers: Mapping[str, str] = answer["headers"]
        self.cookies: list[str] = answer["cookies"]
        self.text: str = answer["body"]

    @property
    def body(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """Return the problem's code; checks that it is sent as problem details of the same status."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        return str(self.body["code"])
