"""What a killed Terraform left is adopted: what exists is imported, never made twice, and nothing else is."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sandbox.deployment.leftovers import IMPORTS_FILE, Leftovers, cancel_jobs
from sandbox.runtime.errors import TerraformError

MAPPING = "0f1e2d3c-0000-4000-8000-000000000001"
REQUEST = "6807ac88-0000-4000-8000-000000000002"


class Stack:
    """Terraform on a stack, of which some resources exist without being recorded."""

    def __init__(
        self, directory: Path, planned: Mapping[str, Mapping[str, Any]], refusals: Sequence[Any]
    ) -> None:
        self.directory = directory
        self._planned = planned
        self._refusals = list(refusals)
        self.imported: list[dict[str, str]] = []

    def plan(self, out: Path) -> int:
        """Note what the plan imports."""
        file = self.directory / IMPORTS_FILE
        self.imported = (
            [{each["to"]: each["id"]} for each in json.loads(file.read_text())["import"]]
            if file.exists()
            else []
        )
        return len(self._planned)

    def shown(self, plan: Path) -> dict[str, Any]:
        """Describe the plan: everything is made."""
        return {
            "resource_changes": [
                {
                    "address": address,
                    "type": address.partition(".")[0],
                    "change": {"actions": ["create"], "after": after},
                }
                for address, after in self._planned.items()
            ]
        }

    def apply(self, plan: Path) -> None:
        """Refuse as often as there are refusals."""
        if self._refusals:
            raise TerraformError("`terraform apply` failed.", self._refusals.pop(0))


class Pages:
    """One page of a listing."""

    def __init__(self, page: dict[str, Any]) -> None:
        self._page = page

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        """Return the page."""
        return [self._page]


class Keys:
    """KMS with two enabled keys, and one that waits for deletion."""

    def __init__(self, tags: Mapping[str, Mapping[str, str]]) -> None:
        self._tags = tags

    def get_paginator(self, operation: str) -> Pages:
        """Page through the keys."""
        assert operation == "list_keys"
        return Pages({"Keys": [{"KeyId": id_} for id_ in self._tags]})

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        """Describe a key."""
        state = "PendingDeletion" if KeyId == "deleted" else "Enabled"
        return {"KeyMetadata": {"KeyState": state, "Description": "ours"}}

    def list_resource_tags(self, *, KeyId: str) -> dict[str, Any]:
        """Return a key's tags."""
        return {"Tags": [{"TagKey": key, "TagValue": value} for key, value in self._tags[KeyId].items()]}


class Clients:
    """Clients, of which a test needs one."""

    def __init__(self, keys: Keys | None = None, mediaconvert: Any = None) -> None:
        self._keys = keys
        self._mediaconvert = mediaconvert

    def any(self, service: str) -> Any:
        """Return the client of KMS."""
        assert service == "kms"
        return self._keys

    def mediaconvert(self) -> Any:
        """Return the client of MediaConvert."""
        return self._mediaconvert


def leftovers(stack: Any, clients: Any = None) -> Leftovers:
    """Look for a stack's leftovers."""
    return Leftovers(stack, Path("plan"), clients)


def test_what_exists_already_is_imported_under_its_planned_name(tmp_path: Path) -> None:
    """Round by round, since a resource is refused only when those it needs are there; no file stays."""
    planned = {
        "aws_iam_role.R": {"name": "role"},
        "aws_lambda_permission.P": {"function_name": "f", "statement_id": "s"},
        "aws_lambda_event_source_mapping.M": {},
        "aws_sns_topic.T": {"name": "topic"},
    }
    stack = Stack(
        tmp_path,
        planned,
        [
            {"aws_iam_role.R": "EntityAlreadyExists: Role with name role already exists."},
            {
                "aws_lambda_permission.P": "ResourceConflictException: The statement id (s) already exists",
                "aws_lambda_event_source_mapping.M": (
                    f"RequestID: {REQUEST}, ResourceConflictException: The event source mapping already "
                    f"exists. Please update or delete the existing mapping with UUID {MAPPING}"
                ),
            },
        ],
    )
    assert leftovers(stack).converge(after_broken_run=False) == 3 + len(planned)
    assert stack.imported == [
        {"aws_iam_role.R": "role"},
        {"aws_lambda_permission.P": "f/s"},
        {"aws_lambda_event_source_mapping.M": MAPPING},
    ]
    assert not (tmp_path / IMPORTS_FILE).exists()


@pytest.mark.parametrize(
    "refused",
    [{"aws_iam_role.R": "AccessDenied: not authorized"}, {"aws_x_y.Z": "it already exists"}, {}],
)
def test_what_is_no_leftover_stays_an_error(tmp_path: Path, refused: dict[str, str]) -> None:
    """A missing permission, or a type whose id is not known, is for a person to read."""
    stack = Stack(tmp_path, {"aws_iam_role.R": {"name": "role"}}, [refused])
    with pytest.raises(TerraformError):
        leftovers(stack).converge(after_broken_run=False)
    assert stack.imported == []


def test_the_same_refusal_again_ends_the_attempts(tmp_path: Path) -> None:
    """An import that does not help is not tried for ever."""
    refused = {"aws_iam_role.R": "already exists"}
    stack = Stack(tmp_path, {"aws_iam_role.R": {"name": "role"}}, [refused] * 3)
    with pytest.raises(TerraformError):
        leftovers(stack).converge(after_broken_run=False)


@pytest.mark.parametrize(("broken", "imported"), [(True, [{"aws_kms_key.K": "ours"}]), (False, [])])
def test_a_key_of_a_killed_run_is_imported_before_another_is_made(
    tmp_path: Path, broken: bool, imported: list[dict[str, str]]
) -> None:
    """It has the planned description, is the environment's, and does not wait for deletion.

    Other tags may have been changed since.
    """
    tags = {"Project": "p", "Environment": "dev"}
    keys = Keys(
        {"deleted": tags, "others": {"Project": "p", "Environment": "prod"}, "ours": {**tags, "Cost": "1"}}
    )
    planned = {"description": "ours", "tags_all": {**tags, "Cost": "2"}}
    stack = Stack(tmp_path, {"aws_kms_key.K": planned}, [])
    assert leftovers(stack, Clients(keys)).converge(after_broken_run=broken) == 1
    assert stack.imported == imported


def test_unfinished_jobs_are_cancelled_in_the_queue_that_was_refused_alone() -> None:
    """Other refusals cancel nothing."""

    class MediaConvert:
        def __init__(self) -> None:
            self.asked: list[str] = []
            self.cancelled: list[str] = []

        class exceptions:
            ConflictException = KeyError

        def get_paginator(self, operation: str) -> Any:
            return self

        def paginate(self, *, Queue: str, Status: str) -> list[dict[str, Any]]:
            self.asked.append(Queue)
            return [{"Jobs": [{"Id": "1"}]}] if Status == "SUBMITTED" else [{"Jobs": []}]

        def cancel_job(self, *, Id: str) -> None:
            self.cancelled.append(Id)

    service = MediaConvert()
    clients: Any = Clients(mediaconvert=service)
    assert cancel_jobs(clients, {"aws_sqs_queue.Q": "deleting SQS Queue (q): denied"}) == 0
    assert service.asked == []
    refused = {"aws_media_convert_queue.Q": "deleting Media Convert Queue (jobs-dev): ConflictException"}
    assert cancel_jobs(clients, refused) == 1
    assert service.asked == ["jobs-dev"] * 2
    assert service.cancelled == ["1"]
