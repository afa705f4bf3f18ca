"""A key in Parameter Store signs what CloudFront verifies."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from media_pipeline.adapters.delivery.parameter_signer import ParameterSigner
from media_pipeline.domain.errors import OperatorError
from tests.support.service_model import request_faults


class _Parameters:
    """Hold one parameter's value, and note how it is asked for."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.requests: list[dict[str, Any]] = []

    def get_parameter(self, **request: Any) -> dict[str, Any]:
        """Return the parameter."""
        self.requests.append(request)
        return {"Parameter": {"Value": self.value}}


@pytest.mark.parametrize(("name", "algorithm"), [("SHA1", hashes.SHA1()), ("SHA256", hashes.SHA256())])
def test_signatures_are_verified(name: str, algorithm: hashes.HashAlgorithm) -> None:
    """Another implementation of RSA verifies the signature; the key is read once, decrypted."""
    key = rsa.generate_private_key(65537, 2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    pem = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    parameters = _Parameters(pem)
    signer = ParameterSigner(parameters, "/p/signing-key/1", hash_algorithm=name)
    for message in (b"a", b"b"):
        key.public_key().verify(signer.sign(message), message, padding.PKCS1v15(), algorithm)
    (request,) = parameters.requests
    assert request_faults("ssm", "GetParameter", request) == []
    assert request == {"Name": "/p/signing-key/1", "WithDecryption": True}


@pytest.mark.parametrize(
    "value", ["", "secret", "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----"]
)
def test_what_is_no_key_is_the_operators_error(value: str) -> None:
    """The error names the parameter, and nothing of what is in it."""
    signer = ParameterSigner(_Parameters(value), "/p/signing-key/1", hash_algorithm="SHA1")
    with pytest.raises(OperatorError) as raised:
        signer.sign(b"a")
    assert "/p/signing-key/1" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None
