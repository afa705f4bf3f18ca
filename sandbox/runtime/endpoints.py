"""The two servers that stand in for AWS, and clients for them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from sandbox.runtime import environment
from sandbox.runtime.certificate import Certificate
from sandbox.runtime.folder import Folder
from sandbox.runtime.processes import Server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_mediaconvert import MediaConvertClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

ACCOUNT_ID = "000000000000"
AWS_PORT = 4566
MEDIACONVERT_PORT = 4567
EDGE_PORT = 4568
CONCURRENT_JOBS = 2


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers answer."""

    aws: str
    mediaconvert: str
    ca_bundle: str
    """Path of the authority that vouches for the local AWS."""
    edge: str
    """Where browsers reach the local AWS without TLS: S3, and the pages where people sign in."""

    @classmethod
    def at(cls, aws_port: int, mediaconvert_port: int, edge_port: int, folder: Folder) -> Endpoints:
        """Return the endpoints on three ports of the loopback interface."""
        authority = str(Certificate(folder.certificate).authority)
        loopback = "http://127.0.0.1"
        urls = (f"https://127.0.0.1:{aws_port}", f"{loopback}:{mediaconvert_port}")
        return cls(*urls, authority, edge=f"{loopback}:{edge_port}")

    @property
    def page(self) -> str:
        """The origin at which browsers have page, API and media: the distribution without TLS."""
        return self.edge.replace("127.0.0.1", "localhost")

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which every AWS tool reaches these endpoints.

        Args:
            base: What to build on; the current environment by default.
        """
        return environment.of_client(
            aws_url=self.aws,
            mediaconvert_url=self.mediaconvert,
            edge_url=self.edge,
            page_origin=self.page,
            ca_bundle=self.ca_bundle,
            base=base,
        )

    def session(self, *, attempts: int | None = None) -> Clients:
        """Return clients for these endpoints.

        Args:
            attempts: How often a call is tried, for those that must outlast a restart of the local AWS.
        """
        return Clients(self, attempts)


class Clients:
    """boto3 clients, made when first used."""

    def __init__(self, endpoints: Endpoints, attempts: int | None = None) -> None:
        self._endpoints = endpoints
        self._settings = Config(proxies={})
        if attempts is not None:
            retries: Any = {"mode": "standard", "total_max_attempts": attempts}
            self._settings = Config(proxies={}, retries=retries, max_pool_connections=50)
        self._session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=environment.REGION
        )

    def s3(self) -> S3Client:
        """Return a client of the local S3."""
        settings = self._settings.merge(Config(s3={"addressing_style": "path"}))
        return self._session.client(
            "s3", endpoint_url=self._endpoints.aws, config=settings, verify=self._endpoints.ca_bundle
        )

    def dynamodb(self) -> DynamoDBClient:
        """Return a client of the local DynamoDB."""
        return self._session.client(
            "dynamodb",
            endpoint_url=self._endpoints.aws,
            config=self._settings,
            verify=self._endpoints.ca_bundle,
        )

    def sqs(self) -> SQSClient:
        """Return a client of the local SQS."""
        return self._session.client(
            "sqs",
            endpoint_url=self._endpoints.aws,
            config=self._settings,
            verify=self._endpoints.ca_bundle,
        )

    def functions(self) -> Any:
        """Return a client of the local Lambda."""
        return self.any("lambda")

    def logs(self) -> Any:
        """Return a client of the local CloudWatch Logs."""
        return self.any("logs")

    def mediaconvert(self) -> MediaConvertClient:
        """Return a client of the MediaConvert endpoint."""
        return self._session.client(
            "mediaconvert", endpoint_url=self._endpoints.mediaconvert, config=self._settings
        )

    def any(self, service: str) -> Any:
        """Return a client of a service of the local AWS."""
        # Stubs are installed for the services that the project has most to do with.
        make: Any = self._session.client
        return make(
            service,
            endpoint_url=self._endpoints.aws,
            config=self._settings,
            verify=self._endpoints.ca_bundle,
        )


def local_aws(folder: Folder, endpoints: Endpoints) -> Server:
    """Describe the local AWS (MiniStack with our fixes)."""
    return Server(
        name="The local AWS",
        url=endpoints.aws,
        health_path="/_ministack/health",
        command=[
            sys.executable, "-m", "sandbox.local_aws.server",
            "--port", endpoints.aws.rpartition(":")[2],
            "--state-dir", str(folder.aws),
            "--mediaconvert-url", endpoints.mediaconvert,
            "--faults", str(folder.faults),
            "--account", str(folder.account),
            "--certificate-dir", str(folder.certificate),
            "--edge-port", endpoints.edge.rpartition(":")[2],
            "--enforce-iam",
        ],
        ca_bundle=endpoints.ca_bundle,
        environment=environment.of_server(str(folder.aws), endpoints.ca_bundle),
        log=folder.log("aws"),
    )  # fmt: skip


def mediaconvert_endpoint(folder: Folder, endpoints: Endpoints) -> Server:
    """Describe the MediaConvert endpoint."""
    return Server(
        name="The MediaConvert endpoint",
        url=endpoints.mediaconvert,
        health_path="/health",
        command=[
            sys.executable, "-m", "sandbox.mediaconvert",
            "--port", endpoints.mediaconvert.rpartition(":")[2],
            "--aws-endpoint", endpoints.aws,
            "--state-dir", str(folder.mediaconvert),
            "--concurrent-jobs", str(CONCURRENT_JOBS),
            "--faults", str(folder.faults),
            "--enforce-iam",
            *(["--undocumented-inputs"] if environment.allows_undocumented_inputs() else []),
        ],
        environment=environment.of_server(str(folder.mediaconvert), endpoints.ca_bundle),
        log=folder.log("mediaconvert"),
    )  # fmt: skip
