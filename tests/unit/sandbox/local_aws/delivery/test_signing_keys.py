"""Keys at the local edge: a rotation, and the key that what is read is encrypted with."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization

from media_pipeline.adapters.delivery.playback_signer import KmsSigner
from media_pipeline.domain.delivery.playback import Signer
from sandbox.runtime.endpoints import Endpoints
from tests.support.edge import (
    MANIFEST,
    cookies_of,
    new_edge,
    new_public_key,
    pem,
    trust,
)
from tests.support.local_clients import Client


def test_a_rotation_ends_with_its_last_step(client: Client, endpoints: Endpoints) -> None:
    """While both keys are trusted, what either signed opens; the old key is refused once it is out."""
    signers, ids = [], []
    for _ in range(2):
        arn = client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        public = serialization.load_der_public_key(client("kms").get_public_key(KeyId=arn)["PublicKey"])
        ids.append(new_public_key(client, pem(public)))
        sign = KmsSigner(client("kms"), arn).sign
        signers.append(Signer(key_pair_id=ids[-1], hash_algorithm="SHA256", sign=sign))
    first, second = signers
    made = new_edge(client, aws_url=endpoints.aws, ca_bundle=endpoints.ca_bundle, key_pair_ids=ids[:1])

    def opened() -> list[int]:
        return [made.get(MANIFEST, cookies=cookies_of(made, signer))[0] for signer in (first, second)]

    assert opened() == [200, 403]
    trust(client, made, ids)
    assert opened() == [200, 200]
    etag = client("cloudfront").get_public_key(Id=ids[0])["ETag"]
    with pytest.raises(ClientError, match="PublicKeyInUse"):
        client("cloudfront").delete_public_key(Id=ids[0], IfMatch=etag)
    trust(client, made, ids[1:])
    client("cloudfront").delete_public_key(Id=ids[0], IfMatch=etag)
    assert opened() == [403, 200]


def test_the_key_of_the_objects_has_to_let_cloudfront_in(
    client: Client, endpoints: Endpoints, signer: Signer, key_pair_ids: tuple[str, str, str]
) -> None:
    """What is encrypted with a key is read only where the key's policy lets distributions decrypt."""
    made = new_edge(
        client,
        aws_url=endpoints.aws,
        ca_bundle=endpoints.ca_bundle,
        key_pair_ids=list(key_pair_ids[:1]),
    )
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    client("s3").put_object(
        Bucket=made.bucket,
        Key=MANIFEST.removeprefix("/media/"),
        Body=b"encrypted",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    assert made.get(MANIFEST, cookies=cookies_of(made, signer))[0] == 403
    account = key.split(":")[4]
    for distribution, status in ((f"{account}:distribution/*", 200), ("999988887777:distribution/*", 403)):
        admits = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{distribution}"}},
        }
        policy = {"Version": "2012-10-17", "Statement": [_administration(account), admits]}
        client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        assert made.get(MANIFEST, cookies=cookies_of(made, signer))[0] == status


def _administration(account: str) -> dict[str, Any]:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    return {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
