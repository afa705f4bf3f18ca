"""The deployed sandbox, as far as browsers' tests look behind the page."""

from dataclasses import dataclass
from typing import Any

from sandbox.deployment.deploy import Deployment
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder
from tests.e2e.deployed import client_of


@dataclass(frozen=True, slots=True)
class Deployed:
    """Hold a running sandbox and what is deployed in it."""

    folder: Folder
    endpoints: Endpoints
    deployment: Deployment

    def client(self, service: str) -> Any:
        """Return a boto3 client of a service."""
        return client_of(self.endpoints, service)
