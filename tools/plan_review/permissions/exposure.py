"""What changes let more people reach: paths without a signature, routes without a token, a laxer sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.plan_review.attributes import printable, shown
from tools.plan_review.plans import Action, ResourceChange, at_path, mapping, sequence
from tools.plan_review.sensitive import holds_sealed

# From the laxest. Source: Amazon Cognito, SetUserPoolMfaConfig, MfaConfiguration.
_MFA = ("OFF", "OPTIONAL", "ON")
_WITHOUT_TOKEN = ("", None, "NONE")


def exposed(resources: tuple[ResourceChange, ...]) -> Iterator[str]:
    """Yield a line for each change that answers, or lets in, people who were not before.

    What is new as a whole (an API with its routes, a distribution) is reviewed as an addition.
    """
    makes_an_api = any(
        each.type == "aws_apigatewayv2_api" and each.action is Action.ADD for each in resources
    )
    for each in resources:
        reader = _READERS.get(each.type)
        if reader is None or each.action not in (Action.ADD, Action.CHANGE, Action.REPLACE):
            continue
        if each.action is Action.ADD and (makes_an_api or each.type != "aws_apigatewayv2_route"):
            continue
        names = _READ[each.type]
        values = [[of.get(name) for name in names] for of in (each.before, each.after)]
        if any(map(holds_sealed, values)):
            lines: Iterator[str] = iter(
                [f"{' or '.join(names)} is sensitive, and changes; it may be that more people are let in"]
                if values[0] != values[1]
                else []
            )
        else:
            lines = reader(each)
        yield from (f"{printable(each.address)}: {line}" for line in lines)


def _distribution(resource: ResourceChange) -> Iterator[str]:
    before = _behaviors(resource.before, {})
    after = _behaviors(resource.after, mapping(resource.change.unknown))
    for path, behavior in after.items():
        was = before.get(path)
        if not _is_signed(behavior) and (was is None or _is_signed(was)):
            yield f"{printable(path)} is {'new, and ' if was is None else ''}answered without a signature"
        if behavior.get("viewer_protocol_policy") == "allow-all" and was != behavior:
            yield f"{printable(path)} is answered over plain HTTP"
    for path, behavior in before.items():
        if path not in after and _is_signed(behavior):
            yield f"{printable(path)} is left to the next behavior that matches, signed or not"
    if resource.before.get("web_acl_id") and not (
        resource.after.get("web_acl_id") or mapping(resource.change.unknown).get("web_acl_id")
    ):
        yield "its web ACL is taken away"


def _behaviors(values: Mapping[str, Any], unknown: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return a distribution's behaviors by their path patterns, `*` for the default one.

    A key group that is known only after the apply stands in them as one that is there.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for name in ("ordered_cache_behavior", "default_cache_behavior"):
        for index, behavior in enumerate(map(mapping, sequence(values.get(name)))):
            groups = behavior.get("trusted_key_groups") or at_path(
                unknown, (name, index, "trusted_key_groups")
            )
            found[str(behavior.get("path_pattern", "*"))] = {**behavior, "trusted_key_groups": groups}
    return found


def _is_signed(behavior: Mapping[str, Any]) -> bool:
    return bool(behavior.get("trusted_key_groups") or behavior.get("trusted_signers"))


def _route(resource: ResourceChange) -> Iterator[str]:
    was, becomes = (values.get("authorization_type") for values in (resource.before, resource.after))
    if becomes in _WITHOUT_TOKEN and (resource.action is Action.ADD or was not in _WITHOUT_TOKEN):
        yield f"{shown(resource.after.get('route_key'))} is answered without a token"


def _pool(resource: ResourceChange) -> Iterator[str]:
    old, new = (values.get("mfa_configuration") for values in (resource.before, resource.after))
    if old in _MFA and new in _MFA and _MFA.index(new) < _MFA.index(old):
        yield f"mfa_configuration {shown(old)} → {shown(new)}; a stolen password is enough"
    path = ("admin_create_user_config", 0, "allow_admin_create_user_only")
    if at_path(resource.before, path) is True and at_path(resource.after, path) is not True:
        yield "anybody can sign up"


def _client(resource: ResourceChange) -> Iterator[str]:
    for name, consequence in (
        ("callback_urls", "people who sign in are sent there with their code"),
        ("allowed_oauth_flows", "tokens are given out another way"),
        ("allowed_oauth_scopes", "its tokens allow more"),
    ):
        had = sequence(resource.before.get(name))
        for value in sequence(resource.after.get(name)):
            if value not in had:
                yield f"{name} gains {shown(value)}; {consequence}"


# The attributes that a reader looks at.
_READ: Mapping[str, tuple[str, ...]] = {
    "aws_cloudfront_distribution": ("ordered_cache_behavior", "default_cache_behavior", "web_acl_id"),
    "aws_apigatewayv2_route": ("authorization_type",),
    "aws_cognito_user_pool": ("mfa_configuration", "admin_create_user_config"),
    "aws_cognito_user_pool_client": ("callback_urls", "allowed_oauth_flows", "allowed_oauth_scopes"),
}
_READERS: Mapping[str, Callable[[ResourceChange], Iterator[str]]] = {
    "aws_cloudfront_distribution": _distribution,
    "aws_apigatewayv2_route": _route,
    "aws_cognito_user_pool": _pool,
    "aws_cognito_user_pool_client": _client,
}
