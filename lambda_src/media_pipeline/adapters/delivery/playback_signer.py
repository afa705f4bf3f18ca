"""Sign for CloudFront: by KMS, whose private key nobody has, or with a key that an operator keeps in SSM."""

from typing import Any, Protocol

from media_pipeline.adapters.clients import aws_errors

# What CloudFront calls SHA256. Source: KMS API, Sign.SigningAlgorithm.
SIGNING_ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"
# Source: KMS API, Sign.Message; a policy has some 200.
MAX_MESSAGE_BYTES = 4_096


class PlaybackSigner(Protocol):
    """The port to a signing key. Raises TransientError and its kin where it can't be used."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        ...


class KmsSigner:
    """Sign with an RSA_2048 key of KMS, over SHA-256."""

    def __init__(self, client: Any, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message of at most 4,096 bytes."""
        with aws_errors("signing for a viewer"):
            answer = self._client.sign(
                KeyId=self._key_arn,
                Message=message,
                MessageType="RAW",
                SigningAlgorithm=SIGNING_ALGORITHM,
            )
        return bytes(answer["Signature"])
