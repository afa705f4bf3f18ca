"""The local AWS's certificate: bucket, queue and topic policies refuse every caller that doesn't use TLS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the certificate is, its private key, and the authority that clients trust."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, PEM: what AWS_CA_BUNDLE names."""
        return self.folder / "authority.pem"

    @property
    def chain(self) -> Path:
        """The server's certificate, PEM."""
        return self.folder / "server.pem"

    @property
    def key(self) -> Path:
        """The server's private key, PEM."""
        return self.folder / "server-key.pem"

    def ensure(self) -> None:
        """Make the three files where one is missing. The authority's key is not kept."""
        if all(path.is_file() for path in (self.authority, self.chain, self.key)):
            return
        import trustme  # loads OpenSSL, which only the first start needs

        self.folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        server = authority.issue_cert(HOST, "localhost")
        authority.cert_pem.write_to_path(str(self.authority))
        server.cert_chain_pems[0].write_to_path(str(self.chain))
        with os.fdopen(os.open(self.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as key:
            key.write(server.private_key_pem.bytes())
