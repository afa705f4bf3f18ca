"""The local AWS's certificate: bucket, queue and topic policies refuse every caller that doesn't use TLS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Of the local AWS, and of the distributions that it serves: a client that resolves their names to it can
# check the certificate as on AWS.
NAMES = ("127.0.0.1", "localhost", "*.cloudfront.net")


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

    @property
    def names(self) -> Path:
        """The names that the certificate is for, one a line."""
        return self.folder / "names.txt"

    def ensure(self) -> None:
        """Make the files where one is missing, or is for other names. The authority's key is not kept."""
        is_complete = all(path.is_file() for path in (self.authority, self.chain, self.key, self.names))
        if is_complete and self.names.read_text().split() == list(NAMES):
            return
        import trustme  # loads OpenSSL, which only the first start needs

        self.folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        server = authority.issue_cert(*NAMES)
        authority.cert_pem.write_to_path(str(self.authority))
        server.cert_chain_pems[0].write_to_path(str(self.chain))
        with os.fdopen(os.open(self.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as key:
            key.write(server.private_key_pem.bytes())
        # Last: before it, the others may be incomplete.
        self.names.write_text("\n".join(NAMES))
