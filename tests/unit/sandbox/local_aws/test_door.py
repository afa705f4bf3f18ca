"""The plain HTTP door: what browsers send there is answered as if it had come over TLS."""

import asyncio
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest

from sandbox.local_aws import door
from sandbox.local_aws.door import Door
from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client

PORT = 4568
DOMAIN = "d111.cloudfront.net"


def _answered(scope: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return what the application behind the door was given, and what the door itself sent."""
    given: list[Any] = []
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        given.append(scope)

    async def receive() -> Any:
        raise AssertionError("a door reads no bodies")

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Door(application, PORT)(scope, receive, send))
    return given, sent


def _request(host: str, port: int = PORT) -> dict[str, Any]:
    """Return a request as hypercorn describes it."""
    headers = [(b"host", f"{host}:{port}".encode()), (b"cookie", b"a=b")]
    return {"type": "http", "scheme": "http", "server": ("127.0.0.1", port), "headers": headers}


def test_localhost_is_the_one_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request for localhost has the distribution's name, and came over TLS; other headers stay."""
    monkeypatch.setattr(door, "_distributions", lambda: [DOMAIN])
    ((seen,), sent) = _answered(_request("localhost"))
    assert seen["scheme"] == "https"
    assert seen["headers"] == [(b"host", DOMAIN.encode()), (b"cookie", b"a=b")]
    assert sent == []


@pytest.mark.parametrize("names", [[], [DOMAIN, "d222.cloudfront.net"]], ids=["none", "two"])
def test_without_one_distribution_localhost_is_nothing(
    monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    """Where there is none or more than one, the answer says so and names them."""
    monkeypatch.setattr(door, "_distributions", lambda: names)
    given, (start, body) = _answered(_request("localhost"))
    assert given == []
    assert start["status"] == 404
    assert all(name in body["body"].decode() for name in names)


def test_other_names_stay_and_other_ports_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 is S3 and the sign-in pages; what comes in at the TLS port is none of the door's business."""
    monkeypatch.setattr(door, "_distributions", lambda: [DOMAIN])
    by_address, elsewhere = _request("127.0.0.1"), _request("localhost", PORT + 1)
    ((seen,), _) = _answered(by_address)
    assert seen == {**by_address, "scheme": "https"}
    assert _answered(elsewhere)[0] == [elsewhere]
    assert _answered({"type": "lifespan"})[0] == [{"type": "lifespan"}]


def test_a_bucket_for_tls_alone_takes_a_signed_upload_at_the_door(
    client: Client, endpoints: Endpoints
) -> None:
    """A browser's PUT to a presigned URL arrives, though the bucket's policy refuses what is not TLS."""
    name = f"door-{uuid4()}"
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    make: Any = boto3.client  # typed for literal names alone
    signer = make(
        "s3",
        endpoint_url=endpoints.edge,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    url = signer.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "a.mp4"})
    parts = urlsplit(url)
    assert parts.port is not None
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=30)
    connection.request("PUT", f"{parts.path}?{parts.query}", b"video")
    assert connection.getresponse().status == 200
    connection.close()
    assert s3.get_object(Bucket=name, Key="a.mp4")["Body"].read() == b"video"
