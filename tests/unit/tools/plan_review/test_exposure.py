"""Changes that let more people reach something, and a pipeline's delivery that a plan would lose."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.runtime.folder import PROJECT_ROOT
from tests.unit.tools.plan_review.review_plans import changed, plan, resource, reviewed
from tools.plan_review.command_line import Exit, main
from tools.plan_review.summary import summary

ADDRESSES = PROJECT_ROOT / "tests" / "infrastructure" / "snapshot" / "stateful_addresses.json"
DISTRIBUTION = "aws_cloudfront_distribution.Delivery_Distribution_CFF1B36C"
POOL = "aws_cognito_user_pool.People_Pool_74375F38"
ROUTE = "aws_apigatewayv2_route.HttpApi_SignedIn_434DE6C2"
CLIENT = "aws_cognito_user_pool_client.People_Page_1"

SIGNED = {"trusted_key_groups": ["group"], "viewer_protocol_policy": "https-only"}
OPEN = {"trusted_key_groups": [], "viewer_protocol_policy": "https-only"}


def distribution(
    *behaviors: dict[str, Any], default: dict[str, Any] = OPEN, **more: Any
) -> dict[str, list[Any]]:
    """Return a distribution's attributes as the provider writes them."""
    return {"ordered_cache_behavior": list(behaviors), "default_cache_behavior": [default], **more}


def at(path: str, behavior: dict[str, Any]) -> dict[str, Any]:
    """Return a behavior for a path."""
    return {"path_pattern": path, **behavior}


@pytest.mark.parametrize("address", json.loads(ADDRESSES.read_text())["delivery"])
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
def test_losing_what_delivery_keeps_exits_with_three(
    address: str, actions: tuple[str, ...], tmp_path: Path
) -> None:
    """The user pool, the signing key and the page's bucket stop a plan, until each is named as intended."""
    file = tmp_path / "plan.json"
    file.write_text(plan(resource(address, *actions, before={"name": "x"}, after={})))
    assert main([str(file)]) == 3
    assert main([str(file), f"--intended={address}"]) == Exit.FINE


def test_delivery_keeps_a_pool_a_key_and_a_bucket() -> None:
    """The list that the test above goes through holds the three."""
    types = {address.split(".")[0] for address in json.loads(ADDRESSES.read_text())["delivery"]}
    assert {"aws_cognito_user_pool", "aws_kms_key", "aws_s3_bucket"} <= types


def test_a_replaced_user_pool_says_what_goes_and_why() -> None:
    """The review stops, names the pool, that its users are gone for good, and what forces it."""
    text = summary(
        reviewed(
            resource(
                POOL,
                "delete",
                "create",
                before={"name": "people", "username_configuration": [{"case_sensitive": False}]},
                after={"name": "people", "username_configuration": [{"case_sensitive": True}]},
                replace_paths=[["username_configuration", 0, "case_sensitive"]],
            )
        )
    ).markdown()
    assert text.startswith(f"🔴 **Stop: data would be lost: `{POOL}` replaced.**")
    assert "every user in it" in text
    assert "`username_configuration[0].case_sensitive: false → true`" in text


@pytest.mark.parametrize(
    ("address", "before", "after", "said"),
    [
        (
            DISTRIBUTION,
            distribution(at("/media/*", SIGNED)),
            distribution(at("/media/*", OPEN)),
            "/media/* is answered without a signature",
        ),
        (
            DISTRIBUTION,
            distribution(at("/media/*", SIGNED)),
            distribution(at("/media/open/*", OPEN), at("/media/*", SIGNED)),
            "/media/open/* is new, and answered without a signature",
        ),
        (
            DISTRIBUTION,
            distribution(at("/media/*.mpd", SIGNED), at("/media/*", SIGNED)),
            distribution(at("/media/*", SIGNED)),
            "/media/*.mpd is left to the next behavior that matches, signed or not",
        ),
        (
            DISTRIBUTION,
            distribution(default=SIGNED),
            distribution(default={**SIGNED, "viewer_protocol_policy": "allow-all"}),
            "* is answered over plain HTTP",
        ),
        (
            DISTRIBUTION,
            distribution(web_acl_id="arn:aws:wafv2:x"),
            distribution(web_acl_id=""),
            "its web ACL is taken away",
        ),
        (
            ROUTE,
            {"authorization_type": "JWT", "route_key": "ANY /api/{proxy+}"},
            {"authorization_type": "NONE", "route_key": "ANY /api/{proxy+}"},
            '"ANY /api/{proxy+}" is answered without a token',
        ),
        (POOL, {"mfa_configuration": "ON"}, {"mfa_configuration": "OPTIONAL"}, "a stolen password is enough"),
        (
            POOL,
            {"admin_create_user_config": [{"allow_admin_create_user_only": True}]},
            {"admin_create_user_config": [{"allow_admin_create_user_only": False}]},
            "anybody can sign up",
        ),
        (
            CLIENT,
            {"callback_urls": ["https://a/"], "client_secret": "s"},
            {"callback_urls": ["https://a/", "https://b/"], "client_secret": "s"},
            'callback_urls gains "https://b/"',
        ),
    ],
)
def test_what_more_people_reach_is_reported(
    address: str, before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    """Each is a line of its own and makes the verdict orange; its way back is silent."""
    more = {"after_sensitive": {"client_secret": True}} if address == CLIENT else {}
    found = reviewed(changed(address, before, after, **more))
    assert len(found.exposed) == 1
    assert said in found.exposed[0]
    text = summary(found).markdown()
    assert text.startswith("🟠 **No data is lost: 1 changed in place. More people reach what they did not.**")
    assert said in text
    if "is left to" not in said:
        assert reviewed(changed(address, after, before, **more)).exposed == ()


def test_a_key_group_that_is_not_known_yet_is_one() -> None:
    """A behavior whose key group is made by the same plan is signed."""
    unknown = {"ordered_cache_behavior": [{"trusted_key_groups": True}]}
    new = distribution({"path_pattern": "/media/*", "viewer_protocol_policy": "https-only"})
    found = reviewed(changed(DISTRIBUTION, distribution(), new, after_unknown=unknown))
    assert found.exposed == ()


def test_a_user_pool_that_can_be_deleted_is_protected_less() -> None:
    """Cognito's own protection of a pool counts like that of a table."""
    states = {"deletion_protection": "ACTIVE"}, {"deletion_protection": "INACTIVE"}
    (line,) = reviewed(changed(POOL, *states)).lowered
    assert "it can be deleted with its users" in line
    assert reviewed(changed(POOL, *reversed(states))).lowered == ()


def test_an_open_route_of_an_api_that_exists_is_reported() -> None:
    """A new API is an addition as a whole; a route that is added to one that people use is not."""
    route = resource(ROUTE, "create", after={"authorization_type": "NONE", "route_key": "GET /api/health"})
    api = resource("aws_apigatewayv2_api.HttpApi", "create", after={"name": "api"})
    assert len(reviewed(route).exposed) == 1
    assert reviewed(route, api).exposed == ()


def test_what_is_sensitive_and_changes_is_reported_without_its_values() -> None:
    """Where it can't be said what changes, it is said that something does."""
    states = {"callback_urls": ["https://hunter2/"]}, {"callback_urls": ["https://hunter3/"]}
    found = reviewed(changed(CLIENT, *states, after_sensitive={"callback_urls": True}))
    assert len(found.exposed) == 1
    assert "hunter" not in summary(found).markdown()
