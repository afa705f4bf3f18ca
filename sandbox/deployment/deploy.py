"""Synthesize the sandbox's stacks and apply them to the running sandbox with real Terraform."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from sandbox.deployment import provider_mirror
from sandbox.deployment.leftovers import Leftovers, cancel_jobs
from sandbox.deployment.terraform import Follow, HeldLock, Terraform
from sandbox.runtime import prerequisites, servers
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError, SynthesisError, TerraformError
from sandbox.runtime.folder import PROJECT_ROOT, Folder

STACK = "sandbox"
BACKEND_STACK = "state-backend-sandbox"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What Terraform deployed."""

    outputs: dict[str, Any]
    resources: int

    def output(self, name: str) -> str:
        """Return an output of the stack.

        Raises:
            SandboxError: The stack has none of that name.
        """
        try:
            return str(self.outputs[name])
        except KeyError:
            known = ", ".join(sorted(self.outputs))
            raise SandboxError(f"The deployed stack has no output `{name}`, only: {known}.") from None


class Deployer:
    """Terraform on the sandbox's two stacks."""

    def __init__(self, folder: Folder, endpoints: Endpoints, check: Callable[[], None]) -> None:
        """Find the programs and write Terraform's CLI configuration.

        Args:
            folder: Where synthesized JSON, logs and plans are kept.
            endpoints: The running sandbox.
            check: Raises if a server has ended; called while Terraform runs.
        """
        self._folder = folder
        self._endpoints = endpoints
        self._after_broken_run = bool(folder.terraform_pids)
        self._check = check
        self._cancelled = threading.Event()
        self.environment = {
            **tool_environment(folder, endpoints),
            # The provider's schemas make much garbage; collecting it later saves a quarter of a plan's CPU.
            "GOGC": os.environ.get("GOGC", "400"),
        }
        self._program = required_programs()

    def synthesize(self) -> None:
        """Write the Terraform JSON of the sandbox's stacks.

        Raises:
            SynthesisError: main.py failed; carries the end of what it said.
        """
        done = subprocess.run(
            [sys.executable, "main.py"],
            cwd=PROJECT_ROOT,
            env={**self.environment, "CDKTF_OUTDIR": str(self._folder.synthesized)},
            capture_output=True,
            text=True,
            check=False,
        )
        log = self._folder.log("synth")
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-6:])
            raise SynthesisError(f"The stacks could not be synthesized.\n{said}\nThe whole of it: {log}")

    def function_setting(self, name: str) -> str:
        """Return a variable of the first synthesized function that has it.

        Raises:
            SandboxError: None has it.
        """
        functions = self._synthesized(STACK)["resource"]["aws_lambda_function"].values()
        for function in functions:
            variables: dict[str, str] = function["environment"]["variables"]
            if name in variables:
                return variables[name]
        raise SandboxError(f"No function of the stack has a variable `{name}`.")

    def ensure_backend(self, follow: Follow) -> None:
        """Make the bucket that holds Terraform's state, if it is not there or not as it should be.

        It is planned only when what was synthesized differs from what was applied: a plan takes seconds, and
        nothing but this makes or changes the bucket.
        """
        terraform = self._terraform(BACKEND_STACK, follow)
        synthesized = (terraform.directory / "cdk.tf.json").read_bytes()
        digest = hashlib.sha256(synthesized).hexdigest()
        mark = self._folder.path / "state-backend.applied"
        applied = mark.is_file() and mark.read_text() == digest and self._folder.backend_state.is_file()
        # The local AWS may have lost it: its state is a folder that a person can delete.
        if applied and self._has_bucket():
            return
        self._init(terraform, f"-backend-config=path={self._folder.backend_state}")
        self._converge(terraform)
        mark.write_text(digest)

    def deploy_all(self, follow: Follow) -> int:
        """Make the state bucket and apply the pipeline's stack; return how many of its resources changed.

        The provider waits a minute for the bucket's lifecycle rules. Meanwhile, as soon as the bucket itself
        is there, the pipeline's stack is applied.
        """
        with ThreadPoolExecutor(max_workers=1) as second:
            backend = second.submit(self.ensure_backend, lambda changes: None)
            try:
                while not (backend.done() or self._has_bucket()):
                    time.sleep(0.2)
                if backend.done():
                    backend.result()
                changed = self.deploy(follow)
            except BaseException:
                self._cancelled.set()
                raise
            backend.result()
        if changed:
            servers.save_local_aws(self._endpoints)
        return changed

    def deploy(self, follow: Follow, stack: str = STACK) -> int:
        """Apply a stack, the pipeline's, if a plan shows changes; return how many resources changed."""
        terraform = self._terraform(stack, follow)
        self._init(terraform)
        return self._converge(terraform)

    def is_clean(self, stack: str = STACK) -> bool:
        """Plan once more and tell whether nothing would change."""
        return self._terraform(stack).plan(self._plan_file(stack)) == 0

    def deployment(self) -> Deployment:
        """Read what is deployed from Terraform's state."""
        state = self._state()
        managed = [each for each in state.get("resources", []) if each["mode"] == "managed"]
        return Deployment(
            outputs={name: output["value"] for name, output in state.get("outputs", {}).items()},
            resources=sum(len(each["instances"]) for each in managed),
        )

    def ids(self) -> dict[str, str]:
        """Return the id of each deployed resource by its address, from Terraform's state."""
        return {
            f"{each['type']}.{each['name']}": str(each["instances"][0]["attributes"].get("id"))
            for each in self._state().get("resources", [])
            if each["mode"] == "managed"
        }

    def destroy(self, follow: Follow) -> None:
        """Destroy the pipeline's stack, then the state bucket."""
        self.destroy_stack(follow)
        backend = self._terraform(BACKEND_STACK, follow)
        self._init(backend, f"-backend-config=path={self._folder.backend_state}")
        (self._folder.path / "state-backend.applied").unlink(missing_ok=True)
        self._attempt(backend, backend.destroy)

    def destroy_stack(self, follow: Follow, stack: str = STACK) -> None:
        """Destroy one stack, the pipeline's; the bucket that holds its state stays."""
        terraform = self._terraform(stack, follow)
        self._init(terraform)
        try:
            self._attempt(terraform, terraform.destroy)
        except TerraformError as error:
            # MediaConvert keeps a queue as long as it has jobs that aren't done.
            if not cancel_jobs(self._endpoints.session(), error.refused):
                raise
            self._attempt(terraform, terraform.destroy)

    def _terraform(self, stack: str, follow: Follow = lambda changes: None) -> Terraform:
        return Terraform(
            program=self._program,
            directory=self._folder.synthesized / "stacks" / stack,
            environment=self.environment,
            log=self._folder.log(f"terraform-{stack}"),
            pid_file=self._folder.terraform_pid(stack),
            watch=self._watch,
            follow=follow,
        )

    def _watch(self) -> None:
        if self._cancelled.is_set():
            raise SandboxError("Stopped, because the other stack could not be deployed.")
        self._check()

    def _backend(self) -> dict[str, str]:
        return dict(self._synthesized(STACK)["terraform"]["backend"]["s3"])

    def _synthesized(self, stack: str) -> dict[str, Any]:
        path = self._folder.synthesized / "stacks" / stack / "cdk.tf.json"
        return dict(json.loads(path.read_text()))

    def _has_bucket(self) -> bool:
        buckets = self._endpoints.session().s3().list_buckets()["Buckets"]
        return self._backend()["bucket"] in {bucket["Name"] for bucket in buckets}

    def _state(self) -> dict[str, Any]:
        # From the bucket: `terraform state pull` would first take seconds to verify the provider's checksum.
        backend = self._backend()
        try:
            answer = self._endpoints.session().s3().get_object(Bucket=backend["bucket"], Key=backend["key"])
        except ClientError as error:
            raise SandboxError(f"Terraform's state in {backend['bucket']} can't be read: {error}") from error
        state: dict[str, Any] = json.load(answer["Body"])
        return state

    def _plan_file(self, stack: str) -> Path:
        return self._folder.path / f"{stack}.tfplan"

    def _init(self, terraform: Terraform, *arguments: str) -> None:
        # Initializing takes seconds and depends only on backend, providers and where these come from.
        synthesized = json.loads((terraform.directory / "cdk.tf.json").read_text())
        wanted = json.dumps([synthesized.get("terraform"), list(arguments)], sort_keys=True)
        configuration = self._folder.terraform_configuration.read_text()
        digest = hashlib.sha256((wanted + configuration).encode()).hexdigest()
        mark = terraform.directory / ".terraform" / "initialized-for"
        if (
            mark.is_file()
            and mark.read_text() == digest
            and (terraform.directory / ".terraform.lock.hcl").is_file()
        ):
            return
        self._attempt(terraform, lambda: terraform.init(*arguments))
        mark.write_text(digest)

    def _converge(self, terraform: Terraform) -> int:
        """Plan and apply, and fix first what a killed run left: unrecorded resources, old code."""
        leftovers = Leftovers(terraform, self._plan_file(terraform.directory.name), self._endpoints.session())
        converge = partial(leftovers.converge, after_broken_run=self._after_broken_run)
        return self._attempt(terraform, converge)

    def _attempt(self, terraform: Terraform, step: Callable[[], _T]) -> _T:
        """Run a step; a state lock that a broken run of ours left is taken away, any other is respected."""
        try:
            return step()
        except TerraformError as error:
            held = HeldLock.of(str(error))
            if held is None:
                raise
            if not self._after_broken_run:
                raise TerraformError(
                    f"Terraform's state is locked by {held.who} since {held.created}. Wait until that run "
                    "has ended. If it was killed, take its lock away: python -m sandbox exec -- terraform "
                    f"-chdir={terraform.directory} force-unlock {held.id}"
                ) from error
            terraform.force_unlock(held.id)
            return step()


def required_programs() -> str:
    """Check Node.js and Terraform, and return Terraform's path.

    Raises:
        SandboxError: One is missing or too old; each is named with its remedy.
    """
    errors = prerequisites.errors()
    if errors:
        raise SandboxError("\n".join(errors))
    return prerequisites.terraform()


def tool_environment(folder: Folder, endpoints: Endpoints) -> dict[str, str]:
    """Return the environment for Terraform and cdktf, and write the CLI configuration that it names."""
    configuration = provider_mirror.configuration(os.environ, Path.home())
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.terraform_configuration.write_text(configuration)
    return {
        **endpoints.environment(),
        "TF_CLI_CONFIG_FILE": str(folder.terraform_configuration),
        "TF_IN_AUTOMATION": "1",
    }
