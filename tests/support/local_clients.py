"""Clients of the sandbox's two servers."""

from collections.abc import Callable
from typing import Any

import boto3

from sandbox.runtime.endpoints import Endpoints

Client = Callable[[str], Any]


def clients_of(endpoints: Endpoints, access_key_id: str = "test") -> Client:
    """Return what makes boto3 clients for the servers."""
    make: Any = boto3.client  # typed for literal names alone

    def client(service: str) -> Any:
        return make(
            service,
            endpoint_url=endpoints.mediaconvert if service == "mediaconvert" else endpoints.aws,
            region_name="us-east-1",
            aws_access_key_id=access_key_id,
            aws_secret_access_key="test",
            verify=endpoints.ca_bundle,
        )

    return client
