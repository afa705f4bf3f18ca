"""A distribution of the local AWS that serves signed requests alone, and a browser's requests to it."""

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization

from media_pipeline.domain.delivery.playback import Signer, asset_cookies

Client = Callable[[str], Any]

_CODE = Path(__file__).resolve().parents[2] / "stacks" / "delivery"
ASSET, OTHER_ASSET = "a" * 32, "b" * 32
MANIFEST = f"/media/{ASSET}/1/cmaf/index.m3u8"
OTHER_MANIFEST = f"/media/{OTHER_ASSET}/1/cmaf/index.m3u8"
PUBLIC_MANIFEST = f"/media/public/{ASSET}/2/cmaf/index.m3u8"

NOW = datetime.now(UTC)
# Longer than all tests take: these times are of when the module was read.
LATER = NOW + timedelta(hours=12)

_NO_CACHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_READERS = {"Quantity": 2, "Items": ["GET", "HEAD"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Ask a distribution as a browser does."""

    aws_url: str
    ca_bundle: str
    distribution_id: str
    domain: str
    key_group_id: str
    bucket: str

    def get(self, target: str, *, cookies: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Return status and text of the answer for a path, written as it is, with or without a query."""
        headers = {"Host": self.domain}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        host, _, port = self.aws_url.removeprefix("https://").partition(":")
        context = ssl.create_default_context(cafile=self.ca_bundle)
        # It sends the path as it is, where others bring it into its normal form.
        connection = HTTPSConnection(host, int(port), context=context, timeout=30)
        try:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def new_public_key(client: Client, pem: str) -> str:
    """Make a public key of CloudFront; return its id."""
    name = f"key-{uuid4()}"
    config = {"CallerReference": name, "Name": name, "EncodedKey": pem}
    return str(client("cloudfront").create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"])


def trust(client: Client, edge: Edge, key_pair_ids: list[str]) -> None:
    """Change which keys the distribution trusts."""
    cloudfront = client("cloudfront")
    found = cloudfront.get_key_group(Id=edge.key_group_id)
    config = {"Name": found["KeyGroup"]["KeyGroupConfig"]["Name"], "Items": key_pair_ids}
    cloudfront.update_key_group(Id=edge.key_group_id, IfMatch=found["ETag"], KeyGroupConfig=config)


def new_edge(client: Client, *, aws_url: str, ca_bundle: str, key_pair_ids: list[str]) -> Edge:
    """Make a distribution with private files, a public one, and by its default behavior `page`."""
    name = f"edge-{uuid4()}"
    s3, cloudfront = client("s3"), client("cloudfront")
    s3.create_bucket(Bucket=name)
    for path in (MANIFEST, OTHER_MANIFEST, PUBLIC_MANIFEST):
        s3.put_object(Bucket=name, Key=path.removeprefix("/media/"), Body=path.encode())
    s3.put_object(Bucket=name, Key="page", Body=b"page")
    group = cloudfront.create_key_group(KeyGroupConfig={"Name": name, "Items": key_pair_ids})
    access = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": name,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )
    behavior = {
        "TargetOriginId": "media",
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": {**_READERS, "CachedMethods": _READERS},
        "CachePolicyId": _NO_CACHING,
        "Compress": False,
    }
    private = {
        **behavior,
        "PathPattern": "/media/*",
        "TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": [group["KeyGroup"]["Id"]]},
        "FunctionAssociations": _function(cloudfront, f"{name}-private", "media_request.js"),
    }
    public = {
        **behavior,
        "PathPattern": "/media/public/*",
        "FunctionAssociations": _function(cloudfront, f"{name}-public", "public_media_request.js"),
    }
    origin = {
        "Id": "media",
        "DomainName": f"{name}.s3.us-east-1.amazonaws.com",
        "OriginAccessControlId": access["OriginAccessControl"]["Id"],
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    distribution = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": name,
            "Comment": name,
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
            "CacheBehaviors": {"Quantity": 2, "Items": [public, private]},
        }
    )["Distribution"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"StringEquals": {"aws:SourceArn": distribution["ARN"]}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    return Edge(
        aws_url=aws_url,
        ca_bundle=ca_bundle,
        distribution_id=distribution["Id"],
        domain=distribution["DomainName"],
        key_group_id=group["KeyGroup"]["Id"],
        bucket=name,
    )


def _function(cloudfront: Any, name: str, file: str) -> dict[str, Any]:
    """Make and publish a function at the edge; return what lets it run before each request."""
    made = cloudfront.create_function(
        Name=name,
        FunctionCode=(_CODE / file).read_bytes(),
        FunctionConfig={"Comment": name, "Runtime": "cloudfront-js-2.0"},
    )
    cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    return {"Quantity": 1, "Items": [{"EventType": "viewer-request", "FunctionARN": arn}]}


def pem(public_key: Any) -> str:
    """Return a public key as CloudFront takes it."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return str(public_key.public_bytes(encoding, form).decode())


def cookies_of(edge: Edge, signer: Signer, asset: str = ASSET, ends: datetime = LATER) -> dict[str, str]:
    """Return the cookies that open an asset, by name."""
    made = asset_cookies(edge.domain, asset, now=NOW, ends=ends, signer=signer)
    return {cookie.name: cookie.value for cookie in made}
