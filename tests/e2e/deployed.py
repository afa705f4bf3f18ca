"""A sandbox that e2e tests share, with the real stack applied to it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from sandbox.deployment.deploy import Deployer, Deployment
from sandbox.runtime import servers
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from sandbox.runtime.servers import Running


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Hold the running, deployed sandbox."""

    folder: Folder
    running: Running
    endpoints: Endpoints
    deployer: Deployer
    deployment: Deployment

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


@contextmanager
def empty_sandbox(folder: Folder) -> Iterator[tuple[Running, Deployer]]:
    """Run the servers on an empty state, with the stacks synthesized and none applied."""
    servers.stop(folder)
    shutil.rmtree(folder.path, ignore_errors=True)
    try:
        running = servers.start(folder, print, stays_up=True)
        deployer = Deployer(folder, running.endpoints, running.check)
        deployer.synthesize()
        running.wait()
        yield running, deployer
    finally:
        servers.stop(folder)


def deployed_sandbox(folder: Folder, running: Running, deployer: Deployer) -> Sandbox:
    """Return a sandbox to which the stacks have been applied."""
    return Sandbox(folder, running, running.endpoints, deployer, deployer.deployment())


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
