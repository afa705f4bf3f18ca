"""Refresh tokens that were revoked at the local AWS's `/oauth2/revoke`: they open nothing any more."""

import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client

PASSWORD = "Correct-horse-battery-9"


@dataclass(frozen=True)
class Pool:
    """Hold a user pool's endpoint, and two of its clients: one of a page, and one that revokes nothing."""

    url: str
    tls: ssl.SSLContext
    cognito: Any
    page: str
    lasting: str

    def session(self, client_id: str) -> dict[str, str]:
        """Return the tokens of a person who has just signed in."""
        answer = self.cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann@example.com", "PASSWORD": PASSWORD},
        )
        tokens: dict[str, str] = answer["AuthenticationResult"]
        return tokens

    def post(self, path: str, **form: str) -> tuple[int, str]:
        """Return status and error of a form's answer."""
        request = Request(f"{self.url}{path}", urlencode(form).encode(), method="POST")
        request.add_header("Content-Type", "application/x-www-form-urlencoded")
        try:
            with urlopen(request, context=self.tls) as answer:
                return answer.status, ""
        except HTTPError as error:
            return error.code, json.loads(error.read())["error"]

    def refreshed(self, client_id: str, token: str) -> tuple[int, str]:
        """Return what asking for new tokens is answered."""
        return self.post(
            "/oauth2/token", grant_type="refresh_token", client_id=client_id, refresh_token=token
        )


@pytest.fixture(scope="module")
def pool(client: Client, endpoints: Endpoints) -> Pool:
    """Return a pool with one person."""
    cognito = client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    ids = [
        cognito.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName=name,
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            EnableTokenRevocation=name == "page",
        )["UserPoolClient"]["ClientId"]
        for name in ("page", "lasting")
    ]
    user = {"UserPoolId": pool_id, "Username": "ann@example.com"}
    cognito.admin_create_user(**user, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
    tls = ssl.create_default_context(cafile=endpoints.ca_bundle)
    return Pool(url=endpoints.aws, tls=tls, cognito=cognito, page=ids[0], lasting=ids[1])


def test_a_revoked_session_is_not_renewed(pool: Pool) -> None:
    """The token is good until it is revoked, and another session of the person goes on."""
    first, second = (pool.session(pool.page)["RefreshToken"] for _ in range(2))
    assert pool.refreshed(pool.page, first) == (200, "")
    assert pool.post("/oauth2/revoke", token=first, client_id=pool.page) == (200, "")
    assert pool.refreshed(pool.page, first) == (400, "invalid_grant")
    assert pool.refreshed(pool.page, second) == (200, "")
    # Revoking it once more changes nothing.
    assert pool.post("/oauth2/revoke", token=first, client_id=pool.page) == (200, "")


def test_what_can_not_be_revoked_is_refused(pool: Pool) -> None:
    """Tokens of other kinds and of other clients, and clients that are unknown or may not, get an error."""
    tokens, lasting = pool.session(pool.page), pool.session(pool.lasting)["RefreshToken"]
    refresh = tokens["RefreshToken"]
    for form, refused in (
        ({"token": tokens["AccessToken"], "client_id": pool.page}, (400, "unsupported_token_type")),
        ({"token": "no token", "client_id": pool.page}, (400, "unsupported_token_type")),
        ({"client_id": pool.page}, (400, "invalid_request")),
        ({"token": lasting, "client_id": pool.page}, (400, "invalid_request")),
        ({"token": lasting, "client_id": pool.lasting}, (400, "invalid_request")),
        ({"token": refresh, "client_id": "nobody"}, (401, "invalid_client")),
        ({"token": refresh}, (401, "invalid_client")),
    ):
        assert pool.post("/oauth2/revoke", **form) == refused
    assert pool.refreshed(pool.page, refresh) == (200, "")
