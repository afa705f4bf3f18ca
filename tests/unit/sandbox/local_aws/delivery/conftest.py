"""A distribution of the local AWS that trusts two keys, and what signs for its viewers."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from media_pipeline.adapters.delivery.playback_signer import KmsSigner
from media_pipeline.domain.delivery.playback import Signer
from sandbox.runtime.endpoints import Endpoints
from tests.support.edge import (
    Edge,
    new_edge,
    new_public_key,
    pem,
)
from tests.support.local_clients import Client


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    """Return an RSA key such as people make with openssl."""
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def kms_key(client: Client) -> str:
    """Return the ARN of a signing key of KMS."""
    key = client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    return str(key["KeyMetadata"]["Arn"])


@pytest.fixture(scope="module")
def key_pair_ids(client: Client, kms_key: str, private_key: rsa.RSAPrivateKey) -> tuple[str, str, str]:
    """Return the ids of the KMS key, of the other trusted key, and of one that is in no group."""
    der = client("kms").get_public_key(KeyId=kms_key)["PublicKey"]
    public_keys = (serialization.load_der_public_key(der), private_key.public_key())
    of_kms, other = (new_public_key(client, pem(public_key)) for public_key in public_keys)
    return of_kms, other, new_public_key(client, pem(private_key.public_key()))


@pytest.fixture(scope="module")
def edge(client: Client, endpoints: Endpoints, key_pair_ids: tuple[str, str, str]) -> Edge:
    """Return a distribution that trusts two keys."""
    trusted = list(key_pair_ids[:2])
    return new_edge(client, aws_url=endpoints.aws, ca_bundle=endpoints.ca_bundle, key_pair_ids=trusted)


@pytest.fixture(scope="module")
def signer(client: Client, kms_key: str, key_pair_ids: tuple[str, str, str]) -> Signer:
    """Return what signs for viewers on AWS: KMS, over SHA-256."""
    sign = KmsSigner(client("kms"), kms_key).sign
    return Signer(key_pair_id=key_pair_ids[0], hash_algorithm="SHA256", sign=sign)
