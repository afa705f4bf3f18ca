"""Sign with a key that an operator keeps in Parameter Store, for signatures that KMS does not make."""

from functools import cached_property
from typing import Any

import rsa
from pyasn1.error import PyAsn1Error

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import OperatorError

# CloudFront's names of hashes, and the library's.
_HASHES = {"SHA1": "SHA-1", "SHA256": "SHA-256"}


class ParameterSigner:
    """Sign with an RSA key in PEM (PKCS #1), which is read once.

    Raises OperatorError where the parameter holds no such key, and TransientError and its kin where Parameter
    Store can't answer.
    """

    def __init__(self, client: Any, parameter: str, *, hash_algorithm: str) -> None:
        self._client = client
        self._parameter = parameter
        self._hash = _HASHES[hash_algorithm]

    def sign(self, message: bytes) -> bytes:
        """Return the signature (RSASSA-PKCS1-v1_5) of a message."""
        return bytes(rsa.sign(message, self._key, self._hash))

    @cached_property
    def _key(self) -> rsa.PrivateKey:
        with aws_errors("reading the signing key"):
            answer = self._client.get_parameter(Name=self._parameter, WithDecryption=True)
        try:
            return rsa.PrivateKey.load_pkcs1(answer["Parameter"]["Value"].encode())
        except (ValueError, PyAsn1Error):
            # Without its cause, whose text may hold a part of the key.
            raise OperatorError(
                f"the parameter {self._parameter} holds no RSA key in PEM (PKCS #1)"
            ) from None
