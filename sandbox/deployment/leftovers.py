"""Fix what a killed Terraform left: resources that its state doesn't know, functions that run old code.

Terraform writes its state to the bucket every 20 seconds. What it made since the last time, and was killed
before the next, exists without being recorded: the next apply is refused because it exists already. Such
resources are imported under the names that the plan gives them. Of three, no refusal tells:

- **A key** may be made any number of times. One that has the planned description and all planned tags is
  the killed run's, and is imported before another one is made.
- **A function** that exists already is no error for the provider but a reason to try for ten minutes.
- **A function's code.** The provider (5.100) records a new `source_code_hash` although it was stopped before
  it had sent the code, and never looks again. Source:
  https://github.com/hashicorp/terraform-provider-aws/issues/42826. The stack's functions carry a
  postcondition that finds it; the code is sent here.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.deployment.terraform import Terraform
from sandbox.runtime.errors import TerraformError
from tools.state_recovery.rules import (
    LOOKED_UP,
    NAMED,
    SILENT,
    created,
)

if TYPE_CHECKING:
    from sandbox.runtime.endpoints import Clients

IMPORTS_FILE = "adopted.tf.json"
# A resource is refused only when those it needs are there: each round may uncover further ones.
_ROUNDS = 8
_EXISTS = re.compile(
    r"already[ _]?exist|ResourceInUseException|ResourceConflict|BucketAlreadyOwnedByYou", re.IGNORECASE
)
_MAPPING = re.compile(r"\bUUID ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_QUEUE = re.compile(r"deleting Media ?Convert Queue \(([^)]+)\)", re.IGNORECASE)
_OTHER_CODE = "runs other code"


class Leftovers:
    """What a killed run of one stack may have left."""

    def __init__(self, terraform: Terraform, plan: Path, clients: Clients) -> None:
        self._terraform = terraform
        self._plan = plan
        self._clients = clients
        self._imports: dict[str, str] = {}
        self._sent = 0

    def converge(self, *, after_broken_run: bool) -> int:
        """Plan and apply until nothing stands in the way; return how many resources changed.

        Args:
            after_broken_run: Look for leftovers that no refusal tells of.

        Raises:
            TerraformError: Something stands in the way that is no leftover.
        """
        changed = 0
        try:
            for remaining in reversed(range(_ROUNDS)):
                changes = self._planned()
                if changes and after_broken_run and self._find_silent_ones():
                    changes = self._planned()
                after_broken_run = False
                try:
                    if changes:
                        self._terraform.apply(self._plan)
                    return changed + changes + self._sent
                except TerraformError as error:
                    adopted = self._adopt(error)
                    if not adopted or not remaining:
                        raise
                    changed += adopted
        finally:
            (self._terraform.directory / IMPORTS_FILE).unlink(missing_ok=True)
        return changed

    def _find_silent_ones(self) -> int:
        for address, type_, planned in created(self._terraform.shown(self._plan)):
            if type_ in SILENT and (found := SILENT[type_](planned, self._clients.any)) is not None:
                self._imports[address] = found
        self._write_imports()
        return len(self._imports)

    def _planned(self) -> int:
        try:
            return self._terraform.plan(self._plan)
        except TerraformError as error:
            sent = self._send_code(error)
            if not sent:
                raise
            self._sent += sent
            return self._terraform.plan(self._plan)

    def _adopt(self, error: TerraformError) -> int:
        refused = {address: said for address, said in error.refused.items() if _EXISTS.search(said)}
        if not refused:
            return 0
        before = len(self._imports)
        for address, type_, planned in created(self._terraform.shown(self._plan)):
            if address not in refused:
                continue
            if type_ == "aws_lambda_event_source_mapping":
                # Lambda chose its id, and tells it.
                found = _MAPPING.search(refused[address])
                if found:
                    self._imports[address] = found[1]
            elif type_ in LOOKED_UP:
                if (looked_up := LOOKED_UP[type_](planned, self._clients.any)) is not None:
                    self._imports[address] = looked_up
            elif type_ in NAMED:
                self._imports[address] = NAMED[type_](planned)
        self._write_imports()
        return len(self._imports) - before

    def _write_imports(self) -> None:
        blocks = [{"to": address, "id": id_} for address, id_ in self._imports.items()]
        if blocks:
            (self._terraform.directory / IMPORTS_FILE).write_text(json.dumps({"import": blocks}))

    def _send_code(self, error: TerraformError) -> int:
        if _OTHER_CODE not in str(error):
            return 0
        functions = self._clients.functions()
        synthesized = json.loads((self._terraform.directory / "cdk.tf.json").read_text())
        sent = 0
        for function in synthesized["resource"]["aws_lambda_function"].values():
            name = function["function_name"]
            configuration = functions.get_function_configuration(FunctionName=name)
            if configuration["CodeSha256"] != function["source_code_hash"]:
                code = (self._terraform.directory / function["filename"]).read_bytes()
                functions.update_function_code(FunctionName=name, ZipFile=code)
                sent += 1
        return sent


def cancel_jobs(clients: Clients, refused: Mapping[str, str]) -> int:
    """Cancel what is unfinished in queues that could not be deleted; return how many jobs were found."""
    queues = [name for said in refused.values() for name in _QUEUE.findall(said)]
    mediaconvert = clients.mediaconvert()
    found = 0
    for queue in queues:
        for status in ("SUBMITTED", "PROGRESSING"):
            pages = mediaconvert.get_paginator("list_jobs").paginate(Queue=queue, Status=status)
            for job in [job for page in pages for job in page["Jobs"]]:
                found += 1
                # It may end by itself meanwhile.
                with contextlib.suppress(mediaconvert.exceptions.ConflictException):
                    mediaconvert.cancel_job(Id=job["Id"])
    return found
