"""What a plan would make although it exists is imported, what is not there is left to the plan."""

import json
from pathlib import Path

import pytest

import tools.state_recovery.__main__ as adoption
from tools.terraform import TerraformError

# Like Terraform: plans two roles until they are imported; of one there is none; a third can't be imported.
PROGRAM = """#!/bin/sh
folder=${1#-chdir=}
echo "$2 $*" >> $folder/calls
for last; do :; done
case "$2" in
  show) cat $folder/plan.json;;
  import) case "$last" in
    absent) echo 'Error: Cannot import non-existent remote object' >&2; exit 1;;
    denied) echo 'Error: AccessDenied' >&2; exit 1;;
    *) sed -i "s/create\\(.*$last\\)/no-op\\1/" $folder/plan.json;;
  esac;;
esac
"""


def change(name: str) -> dict[str, object]:
    """Describe a role that the plan makes."""
    made = {"actions": ["create"], "after": {"name": name}}
    return {"change": made, "address": f"aws_iam_role.{name}", "type": "aws_iam_role"}


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a stack's directory, and a program in Terraform's place."""
    program = tmp_path / "terraform"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(program))
    return tmp_path


def plan(stack: Path, *names: str) -> None:
    """Let the plan make these roles."""
    changes = ",\n".join(json.dumps(change(name)) for name in names)
    (stack / "plan.json").write_text(f'{{"resource_changes": [\n{changes}\n]}}')


def test_what_is_there_is_imported_and_what_is_not_is_passed_over(stack: Path) -> None:
    """Rounds end when nothing more is found; what is absent is asked for once."""
    plan(stack, "there", "absent")
    assert adoption.main(stack) == 1
    calls = (stack / "calls").read_text().splitlines()
    imports = [line.split()[-2:] for line in calls if line.startswith("import")]
    assert imports == [["aws_iam_role.there", "there"], ["aws_iam_role.absent", "absent"]]


def test_an_import_that_is_refused_is_no_absence(stack: Path) -> None:
    """The person reads why."""
    plan(stack, "denied")
    with pytest.raises(TerraformError, match="AccessDenied"):
        adoption.main(stack)


def test_a_resource_whose_name_is_not_known_yet_waits() -> None:
    """Its name depends on what the next round imports."""
    assert adoption.import_id("aws_s3_bucket", {}, lambda service: None) is None
    assert adoption.import_id("aws_sns_topic", {"name": "again"}, lambda service: None) is None
    assert adoption.import_id("aws_lambda_event_source_mapping", {}, lambda service: None) is None


class Policies:
    """IAM with managed policies on two pages."""

    def get_paginator(self, operation: str) -> "Policies":
        """Page through the account's own policies."""
        assert operation == "list_policies"
        return self

    def paginate(self, *, Scope: str) -> list[dict[str, object]]:
        """Return the pages."""
        assert Scope == "Local"
        return [
            {"Policies": [{"PolicyName": "another", "Arn": "arn:another"}]},
            {"Policies": [{"PolicyName": "uploader", "Arn": "arn:uploader"}]},
        ]


@pytest.mark.parametrize(
    ("planned", "found"), [({"name": "uploader"}, "arn:uploader"), ({"name": "gone"}, None), ({}, None)]
)
def test_a_managed_policy_is_found_by_its_name(planned: dict[str, str], found: str | None) -> None:
    """Its ARN has the account's number, which the plan doesn't tell."""
    assert adoption.import_id("aws_iam_policy", planned, lambda service: Policies()) == found
