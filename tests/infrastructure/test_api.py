"""The API of a stack with delivery: who gets through to its function, and with what token."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from constructs_lib.delivery.federation import FederatedProvider
from media_pipeline.domain.delivery.access import GROUPS, SCOPES
from media_pipeline.handlers.routes.document import openapi_document
from media_pipeline.handlers.routes.table import OPERATIONS
from stacks.delivery_settings import NO_DELIVERY, ApiSettings
from stacks.settings import ENVIRONMENTS
from stacks.settings_rules import find_faults
from tests.infrastructure.functions import function_of
from tests.infrastructure.stack import DELIVERING, Stack


@pytest.fixture
def stack(stacks: Mapping[str, Stack]) -> Stack:
    """Return the stack with delivery."""
    return stacks[DELIVERING]


def test_every_route_but_the_open_ones_wants_a_token(stack: Stack) -> None:
    """The authorizer stands before all routes; those without are what the document calls open."""
    (authorizer,) = stack.of("aws_apigatewayv2_authorizer")
    routes = {route["route_key"]: route for route in stack.of("aws_apigatewayv2_route")}
    behind = routes.pop("ANY /api/{proxy+}")
    assert behind["authorization_type"] == "JWT"
    assert behind["authorizer_id"] == stack.resolve(f"${{{authorizer.address}.id}}")
    paths = openapi_document(OPERATIONS)["paths"]
    open_routes = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation["security"] == []
    }
    assert set(routes) == open_routes
    assert {route["authorization_type"] for route in routes.values()} == {"NONE"}


def test_the_authorizer_takes_tokens_of_the_pool_s_clients_alone(stack: Stack) -> None:
    """Issuer is the user pool, audience are its clients, and the token comes as a header."""
    (authorizer,) = stack.of("aws_apigatewayv2_authorizer")
    (pool,) = stack.of("aws_cognito_user_pool")
    clients = stack.of("aws_cognito_user_pool_client")
    token = authorizer.block("jwt_configuration")
    assert token["issuer"] == "https://" + stack.resolve(f"${{{pool.address}.endpoint}}")
    assert token["audience"] == [stack.resolve(f"${{{client.address}.id}}") for client in clients]
    assert authorizer["identity_sources"] == ["$request.header.Authorization"]


def test_people_are_made_by_administrators_and_told_nothing(stack: Stack) -> None:
    """No one signs up, guesses who exists, or signs in with a weak or an old password."""
    (pool,) = stack.of("aws_cognito_user_pool")
    assert pool.block("admin_create_user_config")["allow_admin_create_user_only"] is True
    assert pool.block("username_configuration")["case_sensitive"] is False
    password = pool.block("password_policy")
    assert password["minimum_length"] >= 12
    assert all(password[f"require_{kind}"] for kind in ("lowercase", "uppercase", "numbers", "symbols"))
    (page,) = stack.of("aws_cognito_user_pool_client")
    assert page["prevent_user_existence_errors"] == "ENABLED"
    assert page["generate_secret"] is False
    assert page["allowed_oauth_flows"] == ["code"]
    assert {flow for flow in page["explicit_auth_flows"] if "PASSWORD" in flow} == set()
    further = {f"{origin}/" for origin in ENVIRONMENTS["sandbox"].api.page_origins}
    assert all(url.startswith("https://") for url in {*page["callback_urls"]} - further)


def test_groups_and_scopes_are_those_that_routes_ask_for(stack: Stack) -> None:
    """The higher a group, the more its precedence; the resource server is named as the function has it."""
    groups = sorted(stack.of("aws_cognito_user_group"), key=lambda group: int(group["precedence"]))
    assert [group["name"] for group in groups] == [group.value for group in reversed(GROUPS)]
    (server,) = stack.of("aws_cognito_resource_server")
    assert {scope["scope_name"] for scope in server["scope"]} == set(SCOPES.values())
    variables = function_of(stack, "api").block("environment")["variables"]
    assert variables["RESOURCE_SERVER"] == server["identifier"]


def test_requests_are_bounded_and_logged(stack: Stack) -> None:
    """The one stage has a rate and an encrypted log, without what a caller sends."""
    (stage,) = stack.of("aws_apigatewayv2_stage")
    limits = stage.block("default_route_settings")
    api = ENVIRONMENTS["sandbox"].api
    assert (limits["throttling_rate_limit"], limits["throttling_burst_limit"]) == (
        api.requests_per_second,
        api.burst_requests,
    )
    log = stage.block("access_log_settings")
    group = stack.with_arn(log["destination_arn"])
    assert group["kms_key_id"] == stack.arn(stack.key)
    logged = " ".join(json.loads(log["format"]).values())
    assert not {word for word in ("querystring", "identity.sourceIp", "header") if word in logged}


def test_the_pool_stays_where_the_table_stays() -> None:
    """Who deletes the pool by hand or by a plan is stopped by the same settings as for the table."""
    production = ENVIRONMENTS["prod"]
    assert production.deletion_protection
    assert production.prevent_destroy


GOOGLE = FederatedProvider(
    name="Google",
    type="OIDC",
    details={"oidc_issuer": "https://accounts.google.com", "client_id": "x", "authorize_scopes": "openid"},
    secret_parameter="/media-pipeline/google",
)
AZURE = FederatedProvider(name="Azure", type="SAML", details={"MetadataURL": "https://example.com/saml"})


@pytest.mark.parametrize(
    ("api", "fields"),
    [
        (ApiSettings(), []),
        (ApiSettings(mfa="ON", machine_scopes=("read",), providers=(GOOGLE, AZURE)), []),
        (ApiSettings(page_origins=("http://localhost:5173", "https://media.example.com")), []),
        (ApiSettings(mfa="MAYBE"), ["api.mfa"]),
        (ApiSettings(password_length=8), ["api.password_length"]),
        (ApiSettings(access_minutes=2), ["api.access_minutes"]),
        (ApiSettings(session_days=0), ["api.session_days"]),
        (ApiSettings(requests_per_second=0), ["api.requests_per_second"]),
        (ApiSettings(burst_requests=50_000), ["api.burst_requests"]),
        (ApiSettings(body_limit_bytes=10 * 1024**2), ["api.body_limit_bytes"]),
        (ApiSettings(concurrency=0), ["api.concurrency"]),
        (ApiSettings(page_origins=("http://example.com",)), ["api.page_origins"]),
        (ApiSettings(page_origins=("https://example.com/",)), ["api.page_origins"]),
        (ApiSettings(machine_scopes=("admin",)), ["api.machine_scopes"]),
        (ApiSettings(providers=(GOOGLE, GOOGLE)), ["api.providers"]),
        (ApiSettings(providers=(replace(GOOGLE, secret_parameter=None),)), ["api.providers"]),
        (ApiSettings(providers=(replace(AZURE, secret_parameter="/x"),)), ["api.providers"]),
        (ApiSettings(providers=(replace(AZURE, details={}),)), ["api.providers"]),
        (ApiSettings(providers=(replace(AZURE, name="a b"),)), ["api.providers"]),
        (ApiSettings(providers=(replace(AZURE, type="LDAP"),)), ["api.providers"]),
        (
            ApiSettings(providers=(replace(GOOGLE, details={**GOOGLE.details, "client_secret": "s"}),)),
            ["api.providers"],
        ),
    ],
)
def test_settings_of_the_api_are_checked(api: ApiSettings, fields: list[str]) -> None:
    """What AWS would refuse, and what would weaken sign-in, is a fault of the setting."""
    settings = replace(ENVIRONMENTS["dev"], api=api)
    assert [fault.field for fault in find_faults(settings)] == fields


def test_the_api_s_executions_count_towards_the_account() -> None:
    """What the API reserves is no longer there for the pipeline."""
    small = replace(ENVIRONMENTS["dev"], account_concurrency=155, processing_concurrency=16)
    assert list(find_faults(replace(small, delivery=NO_DELIVERY))) == []
    (fault,) = find_faults(small)
    assert fault.field == "processing_concurrency"
    assert "API" in fault.allowed
