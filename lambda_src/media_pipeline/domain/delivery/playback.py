"""What a viewer is given to play an asset: signed cookies and signed URLs, as CloudFront reads them.

Sources: Amazon CloudFront Developer Guide, "Set signed cookies using a custom policy" and "Create a signed
URL using a canned policy".
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote

from media_pipeline.domain.delivery.folders import asset_folder
from media_pipeline.domain.values import dataclass

MEDIA_PATH = "/media/"
COOKIE_PREFIX = "CloudFront-"

# CloudFront's own alphabet: what base64 needs, and URLs and cookies can't hold, spelt otherwise.
_TO_CLOUDFRONT = str.maketrans("+=/", "-_~")

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Sign with one key of the distribution's key group.

    `hash_algorithm` is what `sign` makes its signatures over: SHA256 or SHA1.
    """

    key_pair_id: str
    hash_algorithm: str
    sign: Sign

    def parameters(self, policy: bytes) -> dict[str, str]:
        """Return what proves a policy, by the names that cookies have after their prefix, and URLs as such.

        SHA-1 is what CloudFront takes where nothing is named, in every version of it.
        """
        named = {} if self.hash_algorithm == "SHA1" else {"Hash-Algorithm": self.hash_algorithm}
        return {"Signature": encoded(self.sign(policy)), "Key-Pair-Id": self.key_pair_id, **named}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """Describe a cookie of one asset, which a browser sends for its files alone and shows to no page."""

    name: str
    value: str
    path: str
    max_age_seconds: int

    def header(self) -> str:
        """Return the value of its `Set-Cookie` header."""
        return (
            f"{self.name}={self.value}; Path={self.path}; Max-Age={self.max_age_seconds}; "
            "Secure; HttpOnly; SameSite=Strict"
        )


def media_path(key: str) -> str:
    """Return the path under which the distribution serves an object of the outputs bucket."""
    return MEDIA_PATH + quote(key, safe="/")


def asset_path(asset_id: str, *, is_public: bool = False) -> str:
    """Return what the paths of all files of an asset begin with that are public, or of those that are not."""
    return media_path(asset_folder(asset_id, is_public=is_public))


def access_policy(resource: str, *, ends: datetime) -> bytes:
    """Return the policy that opens a URL, or all that fit its `*`, until an end."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(ends.timestamp())}}
    return json.dumps(
        {"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":")
    ).encode()


def asset_cookies(
    domain: str, asset_id: str, *, now: datetime, ends: datetime, signer: Signer
) -> tuple[Cookie, ...]:
    """Return the cookies with which a browser plays everything of one asset, and of no other."""
    path = asset_path(asset_id)
    policy = access_policy(f"https://{domain}{path}*", ends=ends)
    values = {"Policy": encoded(policy), **signer.parameters(policy)}
    return tuple(
        Cookie(
            name=COOKIE_PREFIX + name,
            value=value,
            path=path,
            max_age_seconds=int((ends - now).total_seconds()),
        )
        for name, value in values.items()
    )


def plain_url(domain: str, key: str) -> str:
    """Return the URL of an object of the outputs bucket, which opens it where it is public."""
    return f"https://{domain}{media_path(key)}"


def signed_url(domain: str, key: str, *, ends: datetime, signer: Signer) -> str:
    """Return the URL that opens one object of the outputs bucket until an end, by a canned policy."""
    url = plain_url(domain, key)
    policy = access_policy(url, ends=ends)
    values: Mapping[str, str] = {"Expires": str(int(ends.timestamp())), **signer.parameters(policy)}
    return f"{url}?{'&'.join(f'{name}={value}' for name, value in values.items())}"


def encoded(data: bytes) -> str:
    """Return bytes in CloudFront's base64."""
    return base64.b64encode(data).decode().translate(_TO_CLOUDFRONT)
