"""The first sign-in of a person who was invited: by a password that works once, on the pool's own pages."""

import re
import ssl
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, build_opener

import pytest

from sandbox.deployment.delivered import Delivered
from sandbox.deployment.deploy import Deployment
from sandbox.local_aws.fixes.delivery.new_passwords import rules_of
from sandbox.runtime.endpoints import Endpoints

Client = Callable[[str], Any]

EMAIL, HOME = "new@example.com", "http://localhost:4568/"
OWN = "Correct-horse-battery-9"
RULES = (
    "Choose a password of your own: at least 14 characters, with an uppercase letter, a lowercase letter, "
    "a number and a symbol."
)


class Browser:
    """What a browser sends to the pool's pages; it follows no redirect."""

    class _Stays(HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> None:
            """Follow none."""

    def __init__(self, endpoints: Endpoints, client_id: str) -> None:
        self._url = f"{endpoints.aws}/login"
        self._about = {"client_id": client_id, "redirect_uri": HOME, "response_type": "code"}
        tls = ssl.create_default_context(cafile=endpoints.ca_bundle)
        self._opener = build_opener(HTTPSHandler(context=tls), self._Stays())

    def sign_in(self, password: str) -> tuple[int, str]:
        """Send the form of the first page; return the status, and the next page or address."""
        return self._send({**self._about, "username": EMAIL, "password": password})

    def choose(self, page: str, password: str) -> tuple[int, str]:
        """Send the form of a page that asks for a new password."""
        token = re.search(r'name="np_token" value="([^"]+)"', page)
        assert token is not None
        return self._send({"np_token": token[1], "new_password": password, "confirm_password": password})

    def _send(self, form: dict[str, str]) -> tuple[int, str]:
        try:
            with self._opener.open(self._url, urlencode(form).encode()) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as answer:
            return answer.code, answer.headers["Location"]


@pytest.fixture
def pool(client: Client) -> str:
    """Return a pool whose passwords are as long as the pipeline's."""
    kinds = {f"Require{kind}": True for kind in ("Lowercase", "Numbers", "Symbols", "Uppercase")}
    policy = {"PasswordPolicy": {"MinimumLength": 14, **kinds}}
    pool_id = str(client("cognito-idp").create_user_pool(PoolName="new", Policies=policy)["UserPool"]["Id"])
    client("cognito-idp").create_group(UserPoolId=pool_id, GroupName="viewer")
    return pool_id


@pytest.fixture
def browser(client: Client, endpoints: Endpoints, pool: str) -> Browser:
    """Return a browser on the pages of the pool."""
    page = client("cognito-idp").create_user_pool_client(
        UserPoolId=pool, ClientName="page", CallbackURLs=[HOME], AllowedOAuthFlows=["code"]
    )
    return Browser(endpoints, page["UserPoolClient"]["ClientId"])


@pytest.fixture
def delivered(endpoints: Endpoints, pool: str) -> Delivered:
    """Return a deployment of which only the pool is looked at."""
    outputs = {"delivery_url": "https://d1/", "distribution_id": "d1", "user_pool_id": pool}
    return Delivered(endpoints, Deployment(outputs, 0))


def test_an_invited_person_chooses_a_password(browser: Browser, delivered: Delivered) -> None:
    """The page says what the pool asks for, refuses less, and then the one-time password is no more."""
    invited = delivered.invite(EMAIL, "viewer")
    status, page = browser.sign_in(invited.password)
    assert (status, RULES in page) == (200, True)
    status, refused = browser.choose(page, "too short")
    assert (status, "did not conform" in refused, RULES in refused) == (200, True, True)
    status, address = browser.choose(refused, OWN)
    assert (status, address.startswith(f"{HOME}?code=")) == (302, True)
    assert "Incorrect username or password" in browser.sign_in(invited.password)[1]
    assert browser.sign_in(OWN)[0] == 302


def test_an_invitation_replaces_the_password(
    browser: Browser, delivered: Delivered, client: Client, pool: str
) -> None:
    """A person who is there already gets a one-time password too, and stays in their group."""
    delivered.add_person(EMAIL, "viewer")
    delivered.invite(EMAIL, "viewer")
    user = {"UserPoolId": pool, "Username": EMAIL}
    assert client("cognito-idp").admin_get_user(**user)["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    groups = client("cognito-idp").admin_list_groups_for_user(**user)["Groups"]
    assert [group["GroupName"] for group in groups] == ["viewer"]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({}, "at least 8 characters."),
        ({"MinimumLength": 6, "RequireNumbers": True}, "at least 6 characters, with a number."),
        ({"RequireNumbers": False, "RequireSymbols": True}, "at least 8 characters, with a symbol."),
    ],
)
def test_rules_are_a_sentence(policy: dict[str, Any], said: str) -> None:
    """Only what a policy asks for is named."""
    assert rules_of(policy) == f"Choose a password of your own: {said}"
