"""Revoke refresh tokens where pages do: at `POST /oauth2/revoke`, which MiniStack doesn't have.

A refresh token opens nothing afterwards, and access tokens made of it no operation of the user pool. Source:
https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.services import cognito

PATH = "/oauth2/revoke"
_Answer = tuple[int, dict[str, str], bytes]


def apply() -> None:
    """Wrap what answers the user pool's forms."""
    handle = app._handle_cognito_body_request

    async def handle_revocation(
        method: str, path: str, headers: dict[str, Any], body: bytes, query_params: dict[str, Any]
    ) -> Any:
        if path == PATH and method == "POST":
            return revoked(headers, body)
        return await handle(method, path, headers, body, query_params)

    app._handle_cognito_body_request = handle_revocation


def revoked(headers: dict[str, Any], body: bytes) -> _Answer:
    """Revoke the refresh token of a form for the client that it was issued to, and return the answer."""
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    client_id, secret = cognito._authenticate_client(headers, form)
    _, _, client = cognito._find_pool_by_client_id(client_id)
    if client is None or (client.get("ClientSecret") or "") != (secret or ""):
        return _error("invalid_client", "The client credentials are not valid.", 401)
    token = form.get("token", "")
    if not token:
        return _error("invalid_request", "The token is missing.")
    claims = cognito._token_claims(token)
    if claims.get("token_use") != "refresh":
        return _error("unsupported_token_type", "Only refresh tokens are revoked.")
    if not client.get("EnableTokenRevocation", True):
        return _error("invalid_request", "Token revocation is not enabled for this client.")
    if claims.get("client_id") != client_id:
        return _error("invalid_request", "The token was issued to another client.")
    cognito._revoke_token({"Token": token})
    return 200, {"Content-Type": "application/json"}, b""


def _error(error: str, description: str, status: int = 400) -> _Answer:
    answer: _Answer = cognito._oauth2_error(error, description, status)
    return answer
