"""The sandbox that the e2e tests share, with the real stack applied to it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from sandbox.deployment.deploy import Deployer, Deployment
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from sandbox.runtime.servers import Running
from tests.resilience.upgrade.upgrading import Upgrade


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Hold the running, deployed sandbox."""

    folder: Folder
    running: Running
    endpoints: Endpoints
    deployer: Deployer
    deployment: Deployment
    upgrade: Upgrade

    def client(self, service: str) -> Any:
        """Return a boto3 client of a service."""
        return client_of(self.endpoints, service)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the sandbox's command line on this sandbox."""
        return subprocess.run(
            [sys.executable, "-m", "sandbox", *arguments],
            cwd=PROJECT_ROOT,
            env={**os.environ, "SANDBOX_DIR": str(self.folder.path)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def client_of(endpoints: Endpoints, service: str) -> Any:
    """Return a boto3 client of a service of a sandbox."""
    at = endpoints.mediaconvert if service == "mediaconvert" else endpoints.aws
    make: Any = boto3.client  # typed for literal names alone
    return make(
        service,
        endpoint_url=at,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}, proxies={}),
        verify=endpoints.ca_bundle,
    )
