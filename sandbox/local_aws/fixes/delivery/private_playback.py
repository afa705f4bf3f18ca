"""Refuse what no signed URL or cookies open, where a behavior trusts key groups.

MiniStack keeps public keys and key groups, and answers everybody. The rules are those of CloudFront:

- A policy names one resource, with `*` and `?`, an end, and perhaps a begin and a network. A canned policy
  is made of the URL and `Expires`. Source: Amazon CloudFront Developer Guide, "Create a signed URL using a
  custom policy" and "... a canned policy".
- A URL's own signature counts, and its cookies are not looked at. Source: ibid., "Decide to use signed URLs
  or signed cookies".
- Signatures are over SHA-1 where nothing names another hash, by RSA (PKCS #1 v1.5) or ECDSA keys. Source:
  ibid., "Set signed cookies using a custom policy", and AWS What's New of April 2026 about SHA-256.
- What names a key that the behavior doesn't trust is refused. Source: ibid., "Specify signers that can create
  signed URLs and signed cookies".

Which form of the path a signature is about is documented nowhere: here it must open both, the written and the
normal one.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from ministack.services import cloudfront

from sandbox.local_aws.fixes.delivery.path_normalization import normalized

_COOKIE_PREFIX = "CloudFront-"
PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
_HASHES: Mapping[str, hashes.HashAlgorithm] = {"SHA1": hashes.SHA1(), "SHA256": hashes.SHA256()}
_TO_BASE64 = str.maketrans("-_~", "+=/")


class Refusal(Exception):
    """Say why a request is refused, in CloudFront's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the answer to the viewer."""
        text = f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
        headers = {"Content-Type": "text/xml", "Server": "CloudFront", "X-Cache": "Error from cloudfront"}
        return 403, headers, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


_MISSING = ("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
_UNKNOWN = ("InvalidKey", "Unknown Key")
_MALFORMED = ("MalformedPolicy", "Malformed Policy")
_DENIED = ("AccessDenied", "Access denied")


def apply() -> None:
    """Wrap the reading of behaviors, and the serving of a viewer's request."""
    read_behavior, serve = cloudfront._dataplane_behavior, cloudfront.handle_viewer_request

    def read_with_groups(element: Any, path_pattern: str | None = None) -> dict[str, Any]:
        groups = cloudfront._find(element, "TrustedKeyGroups")
        enabled = groups is not None and cloudfront._text(groups, "Enabled") == "true"
        items = cloudfront._find(groups, "Items") if enabled else None
        names = [item.text for item in items] if items is not None else []
        return {**read_behavior(element, path_pattern), "trusted_key_groups": names}

    async def serve_signed(
        dist: dict[str, Any],
        method: str,
        path: str,
        raw_uri: str,
        raw_query: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
        client_ip: str = "127.0.0.1",
    ) -> Any:
        parsed = cloudfront.parse_distribution_dataplane_config(dist)
        behavior = cloudfront._match_behavior(parsed, normalized(raw_uri))
        groups = behavior["trusted_key_groups"] if behavior else []
        if groups:
            own = [part for part in raw_query.split("&") if part and part.split("=")[0] not in PARAMETERS]
            signed = {name: value for name, value in parse_qsl(raw_query, True) if name in PARAMETERS}
            ending = f"?{'&'.join(own)}" if own else ""
            try:
                for form in (raw_uri, normalized(raw_uri)):
                    check(
                        f"https://{dist['DomainName']}{form}{ending}",
                        signed or _cookies(headers.get("cookie", "")),
                        _trusted_keys(groups),
                        client_ip,
                        time.time(),
                    )
            except Refusal as refusal:
                return refusal.answer()
            # Its own parameters are not the origin's to see.
            raw_query = "&".join(own)
            query = {name: value for name, value in query.items() if name not in PARAMETERS}
        return await serve(dist, method, path, raw_uri, raw_query, headers, body, query, client_ip)

    cloudfront._dataplane_behavior = read_with_groups
    cloudfront.handle_viewer_request = serve_signed


def check(url: str, signed: Mapping[str, str], keys: Mapping[str, str], client_ip: str, now: float) -> None:
    """Raise Refusal unless CloudFront's parameters open a URL.

    Args:
        url: What was asked for, without CloudFront's own parameters.
        signed: CloudFront's parameters, from the query or the cookies.
        keys: The trusted public keys in PEM by their ids.
        client_ip: The viewer's address.
        now: Seconds since 1970.
    """
    if not {"Key-Pair-Id", "Signature"} <= signed.keys() or not signed.keys() & {"Policy", "Expires"}:
        raise Refusal(*_MISSING)
    if signed["Key-Pair-Id"] not in keys:
        raise Refusal(*_UNKNOWN)
    algorithm = _HASHES.get(signed.get("Hash-Algorithm", "SHA1"))
    if algorithm is None:
        raise Refusal(*_DENIED)
    try:
        policy = _decoded(signed["Policy"]) if "Policy" in signed else canned_policy(url, signed["Expires"])
        signature = _decoded(signed["Signature"])
    except ValueError:
        raise Refusal(*_MALFORMED) from None
    _verify(keys[signed["Key-Pair-Id"]], signature, policy, algorithm)
    if not _opens(policy, url, client_ip, now):
        raise Refusal(*_DENIED)


def canned_policy(url: str, expires: str) -> bytes:
    """Return the policy that stands for a URL and its end. Raises ValueError where the end is no number."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(expires)}}
    statement = {"Resource": url, "Condition": condition}
    return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


def _trusted_keys(groups: list[str]) -> dict[str, str]:
    return {
        key: cloudfront._public_keys[key]["Config"]["EncodedKey"]
        for group in groups
        for key in cloudfront._key_groups[group]["Config"]["Items"]
    }


def _cookies(header: str) -> dict[str, str]:
    jar = cloudfront._event_cookies_from_header(header)
    names = {name.removeprefix(_COOKIE_PREFIX): name for name in jar if name.startswith(_COOKIE_PREFIX)}
    return {short: jar[name]["value"] for short, name in names.items() if short in PARAMETERS}


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.translate(_TO_BASE64), validate=True)


def _verify(pem: str, signature: bytes, policy: bytes, algorithm: hashes.HashAlgorithm) -> None:
    key = serialization.load_pem_public_key(pem.encode())
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, policy, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, policy, ec.ECDSA(algorithm))
        else:
            raise Refusal(*_UNKNOWN)
    except InvalidSignature:
        raise Refusal(*_DENIED) from None


def _opens(policy: bytes, url: str, client_ip: str, now: float) -> bool:
    """Return whether a policy is about a URL, this moment and this viewer. Raises Refusal if malformed."""
    try:
        (statement,) = json.loads(policy)["Statement"]
        resource, condition = statement["Resource"], statement["Condition"]
        ends = condition["DateLessThan"]["AWS:EpochTime"]
        begins = condition.get("DateGreaterThan", {}).get("AWS:EpochTime", 0)
        network = ipaddress.ip_network(condition.get("IpAddress", {}).get("AWS:SourceIp", "0.0.0.0/0"))
        pattern = re.escape(resource).replace(r"\*", ".*").replace(r"\?", ".")
        is_time = begins <= now < ends
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refusal(*_MALFORMED) from None
    is_about_it = re.fullmatch(pattern, url, re.DOTALL) is not None
    return is_about_it and is_time and ipaddress.ip_address(client_ip) in network
