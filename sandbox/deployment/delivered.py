"""What a deployed sandbox delivers, as people and their programs reach it: addresses, the API, users.

    delivered = Delivered(endpoints, deployer.deployment())
    ann = delivered.add_person("ann@example.com", "uploader")
    answer = delivered.call("POST", "/api/uploads", token=delivered.sign_in(ann), body={...})

Everything goes through the distribution, by the plain HTTP door that browsers use.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.runtime.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.deployment.deploy import Deployment
    from sandbox.runtime.endpoints import Endpoints

TIMEOUT_SECONDS = 60.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the deployed pool, with what they sign in with."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP, whatever its status."""

    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    def cookies(self) -> dict[str, str]:
        """Return the values of the cookies that the answer sets, by their names."""
        pairs = (header.partition(";")[0].partition("=") for header in self.headers.get_all("Set-Cookie", []))
        return {name: value for name, _, value in pairs}


def has_delivery(deployment: Deployment) -> bool:
    """Tell whether a deployment has a distribution with page, API and media."""
    return "delivery_url" in deployment.outputs


class Delivered:
    """The distribution, its API and its people."""

    def __init__(self, endpoints: Endpoints, deployment: Deployment) -> None:
        """Find what is deployed.

        Args:
            endpoints: The running sandbox.
            deployment: A deployment with delivery.

        Raises:
            SandboxError: It has none.
        """
        self._endpoints = endpoints
        self.url = deployment.output("delivery_url")
        """The distribution under its own name, as answers of the API name it: `https://{domain}/`."""
        self.distribution_id = deployment.output("distribution_id")
        self.user_pool_id = deployment.output("user_pool_id")

    @property
    def page_url(self) -> str:
        """The page's address for a browser on this machine."""
        return f"{self._endpoints.page}/"

    @property
    def api_url(self) -> str:
        """What the addresses of all routes of the API begin with, for a browser on this machine."""
        return f"{self._endpoints.page}/api"

    def local(self, url: str) -> str:
        """Return where a browser on this machine finds a URL of the distribution, or a path on it."""
        parts = urlsplit(url)
        return f"{self._endpoints.page}{parts.path}{'?' if parts.query else ''}{parts.query}"

    def add_person(self, email: str, group: str) -> Person:
        """Add a user to the pool and to a group, with a new password; one who is there gets the password.

        Args:
            email: Their address, which is their user name.
            group: viewer, uploader or operator.
        """
        return self._add(email, group, permanent=True)

    def invite(self, email: str, group: str) -> Person:
        """Add a user like `add_person`, with a password for one sign-in, at which they choose their own.

        The user's status is FORCE_CHANGE_PASSWORD. Source: Amazon Cognito API Reference,
        AdminSetUserPassword, Permanent.
        """
        return self._add(email, group, permanent=False)

    def _add(self, email: str, group: str, *, permanent: bool) -> Person:
        cognito = self._endpoints.session().any("cognito-idp")
        # All kinds of characters, which the pool's policy asks for.
        person = Person(email, f"{secrets.token_urlsafe(12)}-Aa1")
        user = {"UserPoolId": self.user_pool_id, "Username": email}
        verified = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(**user, MessageAction="SUPPRESS", UserAttributes=verified)
        cognito.admin_set_user_password(**user, Password=person.password, Permanent=permanent)
        cognito.admin_add_user_to_group(**user, GroupName=group)
        return person

    def sign_in(self, person: Person) -> str:
        """Return a new access token: by the code flow with PKCE, on the pool's own page, as the page does.

        Raises:
            SandboxError: A step was refused.
        """
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        client = {"client_id": self._config["client_id"], "redirect_uri": self.page_url}
        wanted = {
            **client,
            "response_type": "code",
            "scope": " ".join(self._config["scopes"]),
            "state": secrets.token_urlsafe(8),
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        form = _Form(self._at_sign_in("GET", f"/oauth2/authorize?{urlencode(wanted)}", 200).body.decode())
        filled = {**form.hidden, "username": person.email, "password": person.password}
        sent = self._at_sign_in("POST", form.action, 302, filled)
        (code,) = parse_qs(urlsplit(sent.headers["Location"]).query)["code"]
        grant = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, **client}
        return str(self._at_sign_in("POST", "/oauth2/token", 200, grant).json()["access_token"])

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request to the distribution; return the answer, whatever its status.

        Args:
            method: GET, POST and so on.
            path: On the distribution, with the query: `/api/assets?limit=2`.
            token: An access token, for a route that asks for one.
            body: Sent as JSON.
            headers: Further ones.
        """
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        return _request(self._endpoints.page, method, path, data, sent)

    @cached_property
    def _config(self) -> Mapping[str, Any]:
        answer = self.call("GET", "/api/config")
        if answer.status != 200:
            raise SandboxError(f"The deployed API answers {answer.status}: {answer.body.decode()}")
        config: Mapping[str, Any] = answer.json()
        return config

    def _at_sign_in(
        self, method: str, path: str, expected: int, form: Mapping[str, str] | None = None
    ) -> Answer:
        data = None if form is None else urlencode(form).encode()
        answer = _request(self._config["sign_in_url"], method, path, data, _FORM if form else {})
        if answer.status != expected:
            said = answer.body.decode(errors="replace")
            raise SandboxError(f"Signing in failed at {path.partition('?')[0]}: {answer.status} {said[:400]}")
        return answer


class _Form(HTMLParser):
    """Read where the form of a page goes, and what it has for its hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form, and a hidden field."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action", "")
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found.get("value", "")


def _request(origin: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    # To the address itself: "localhost" may be IPv6 first.
    connection = HTTPConnection("127.0.0.1", urlsplit(origin).port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, {"Host": urlsplit(origin).netloc, **headers})
        found = connection.getresponse()
        return Answer(found.status, found.headers, found.read())
    finally:
        connection.close()
