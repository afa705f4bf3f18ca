"""Tokens at an HTTP API of the local AWS: those of its pool's clients alone get through, as on AWS."""

import base64
import io
import json
import ssl
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from sandbox.runtime.endpoints import Endpoints

Client = Callable[[str], Any]

CODE = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"].get("authorizer"))}
"""
PASSWORD = "Correct-horse-battery-9"


@dataclass(frozen=True)
class Pool:
    """Hold a user pool with a page's and a machine's client; `secret` is the machine's."""

    id: str
    page: str
    machine: str
    secret: str


class World:
    """An HTTP API in front of a function, and two pools of which it takes the tokens of one."""

    def __init__(self, client: Client, endpoints: Endpoints) -> None:
        self._cognito = client("cognito-idp")
        self.url = endpoints.aws
        self._tls = ssl.create_default_context(cafile=endpoints.ca_bundle)
        self.pool, self.other_pool = self._add_pool("people"), self._add_pool("strangers")
        self._api = client("apigatewayv2")
        api = self._api.create_api(Name="api", ProtocolType="HTTP")
        self.api_id: str = api["ApiId"]
        self._host = urlsplit(api["ApiEndpoint"]).netloc
        self._serve(client)

    def person(self, pool: Pool, client_id: str, kind: str = "AccessToken") -> str:
        """Return a token of the pool's one user."""
        answer = self._cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann@example.com", "PASSWORD": PASSWORD},
        )
        return str(answer["AuthenticationResult"][kind])

    def machine(self, pool: Pool, scope: str) -> str:
        """Return a machine's token, by its id and secret."""
        credentials = base64.b64encode(f"{pool.machine}:{pool.secret}".encode()).decode()
        body = urlencode({"grant_type": "client_credentials", "scope": scope}).encode()
        request = Request(f"{self.url}/oauth2/token", data=body, method="POST")
        request.add_header("Authorization", f"Basic {credentials}")
        request.add_header("Content-Type", "application/x-www-form-urlencoded")
        with urlopen(request, context=self._tls) as answer:
            return str(json.loads(answer.read())["access_token"])

    def call(self, path: str, token: str | None) -> tuple[int, Any]:
        """Return the status and body of an answer of the API."""
        request = Request(f"{self.url}{path}")
        request.add_header("Host", self._host)
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urlopen(request, context=self._tls) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    def authorizer(self) -> Mapping[str, Any]:
        """Return the authorizer as the API describes it."""
        (found,) = self._api.get_authorizers(ApiId=self.api_id)["Items"]
        return dict(self._api.get_authorizer(ApiId=self.api_id, AuthorizerId=found["AuthorizerId"]))

    def _add_pool(self, name: str) -> Pool:
        pool_id = self._cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]
        self._cognito.admin_create_user(
            UserPoolId=pool_id, Username="ann@example.com", MessageAction="SUPPRESS"
        )
        self._cognito.admin_set_user_password(
            UserPoolId=pool_id, Username="ann@example.com", Password=PASSWORD, Permanent=True
        )
        for group in ("viewer", "uploader"):
            self._cognito.create_group(UserPoolId=pool_id, GroupName=group)
            self._cognito.admin_add_user_to_group(
                UserPoolId=pool_id, Username="ann@example.com", GroupName=group
            )
        scopes = [{"ScopeName": scope, "ScopeDescription": scope} for scope in ("read", "upload", "operate")]
        self._cognito.create_resource_server(
            UserPoolId=pool_id, Identifier="media", Name="media", Scopes=scopes
        )
        machine = self._cognito.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName="machine",
            GenerateSecret=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=["media/read", "media/upload"],
        )["UserPoolClient"]
        return Pool(
            id=pool_id,
            page=self.add_page(pool_id),
            machine=machine["ClientId"],
            secret=machine["ClientSecret"],
        )

    def add_page(self, pool_id: str) -> str:
        """Add a page's client to a pool and return its id."""
        answer = self._cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName="page", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        return str(answer["UserPoolClient"]["ClientId"])

    def _serve(self, client: Client) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("app.py", CODE)
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = client("iam").create_role(
            RoleName="behind-api",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["Arn"]
        function = client("lambda").create_function(
            FunctionName="behind-api",
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": archive.getvalue()},
        )["FunctionArn"]
        integration = self._api.create_integration(
            ApiId=self.api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function,
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        authorizer = self._api.create_authorizer(
            ApiId=self.api_id,
            Name="tokens",
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={
                "Issuer": f"https://cognito-idp.us-east-1.amazonaws.com/{self.pool.id}",
                "Audience": [self.pool.page, self.pool.machine],
            },
        )["AuthorizerId"]
        for key, scopes in (("ANY /api/{proxy+}", []), ("GET /scoped", ["media/upload"])):
            self._api.create_route(
                ApiId=self.api_id,
                RouteKey=key,
                Target=f"integrations/{integration}",
                AuthorizationType="JWT",
                AuthorizerId=authorizer,
                AuthorizationScopes=scopes,
            )
        self._api.create_route(
            ApiId=self.api_id, RouteKey="GET /api/health", Target=f"integrations/{integration}"
        )
        self._api.create_stage(ApiId=self.api_id, StageName="$default", AutoDeploy=True)


@pytest.fixture(scope="module")
def world(client: Client, endpoints: Endpoints) -> World:
    """Set up an API and two pools."""
    return World(client, endpoints)


def test_an_authorizer_of_tokens_is_described_as_it_was_made(world: World) -> None:
    """No attribute of Lambda authorizers is added, which would be a change in each plan."""
    found = world.authorizer()
    assert found["AuthorizerType"] == "JWT"
    assert "AuthorizerPayloadFormatVersion" not in found
    assert "AuthorizerResultTtlInSeconds" not in found


def test_a_person_gets_through_with_groups_as_text(world: World) -> None:
    """A function sees the claims of an access token as texts, a list as `[one two]`."""
    status, told = world.call("/api/assets", world.person(world.pool, world.pool.page))
    assert status == 200
    claims = told["jwt"]["claims"]
    assert (claims["token_use"], claims["client_id"]) == ("access", world.pool.page)
    assert claims["cognito:groups"] in ("[uploader viewer]", "[viewer uploader]")
    assert "username" in claims


def test_a_machine_gets_through_without_a_user(world: World) -> None:
    """A token of client credentials names no user, and the scopes that were asked for."""
    status, told = world.call("/api/assets", world.machine(world.pool, "media/read"))
    assert status == 200
    assert "username" not in told["jwt"]["claims"]
    assert told["jwt"]["claims"]["scope"] == "media/read"


def test_an_open_route_needs_no_token(world: World) -> None:
    """The more specific route wins, and has no authorizer."""
    assert world.call("/api/health", None) == (200, None)


def test_an_id_token_gets_through_the_authorizer(world: World) -> None:
    """It names the client as its audience: the function itself must refuse it."""
    status, told = world.call("/api/assets", world.person(world.pool, world.pool.page, "IdToken"))
    assert (status, told["jwt"]["claims"]["token_use"]) == (200, "id")


def test_tokens_of_others_are_refused(world: World) -> None:
    """No token, one of another pool, of a client that the API does not name, or altered: 401."""
    token = world.person(world.pool, world.pool.page)
    head, claims, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    raised = base64.urlsafe_b64encode(json.dumps({**told, "cognito:groups": ["operator"]}).encode()).rstrip(
        b"="
    )
    unnamed = world.add_page(world.pool.id)
    for refused in (
        None,
        world.person(world.other_pool, world.other_pool.page),
        world.machine(world.other_pool, "media/read"),
        world.person(world.pool, unnamed),
        f"{head}.{raised.decode()}.{signature}",
        "no.token.atall",
    ):
        assert world.call("/api/assets", refused) == (401, {"message": "Unauthorized"})


def test_a_route_with_a_scope_refuses_tokens_without_it(world: World) -> None:
    """A machine asks for what it needs, and gets no further with less."""
    assert world.call("/scoped", world.machine(world.pool, "media/read"))[0] == 403
    assert world.call("/scoped", world.machine(world.pool, "media/upload"))[0] == 200


def test_a_machine_gets_no_scope_that_its_client_lacks(world: World) -> None:
    """The token endpoint refuses a scope of the pool that the client was not given."""
    with pytest.raises(HTTPError) as refused:
        world.machine(world.pool, "media/operate")
    assert refused.value.code == 400


def test_a_user_is_created_where_passwords_are_long(client: Client) -> None:
    """The temporary password that nobody chose fits the pool's policy, the strictest there can be."""
    cognito = client("cognito-idp")
    strict = {
        "MinimumLength": 99,
        **{f"Require{kind}": True for kind in ("Lowercase", "Numbers", "Symbols", "Uppercase")},
    }
    pool = cognito.create_user_pool(PoolName="strict", Policies={"PasswordPolicy": strict})["UserPool"]
    made = cognito.admin_create_user(
        UserPoolId=pool["Id"], Username="ann@example.com", MessageAction="SUPPRESS"
    )
    assert made["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_a_greedy_route_is_that_of_every_path_below_it(world: World) -> None:
    """A line break in a path is the function's to refuse, as every other character is."""
    token = world.person(world.pool, world.pool.page)
    assert [world.call(f"/api/{path}", token)[0] for path in ("one%0Atwo", "%0A", "one/two")] == [200] * 3
