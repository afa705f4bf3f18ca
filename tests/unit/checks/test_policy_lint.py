"""What `make lint` accepts of the linters' findings, and what it complains of."""

from collections.abc import Mapping
from typing import Any

import pytest

from checks.policy_lint.documents import documents_of, hcl_of, identities_in
from checks.policy_lint.findings import (
    AcceptedFinding,
    Finding,
    accepted_in,
    complaints,
)
from checks.policy_lint.linters import LinterError, findings_of
from tests.infrastructure.policies import listed, statements
from tests.infrastructure.stack import STACKS, Stack

FINDING = Finding(stack="prod", id="Queue", check="UNKNOWN_ACTION", detail="Unknown action sqs:Nothing")
ACCEPTED = AcceptedFinding(
    stack="prod", id="Queue", check="UNKNOWN_ACTION", about="sqs:Nothing", reason="The linter's list is old."
)


def _accepted(**changes: str) -> AcceptedFinding:
    return AcceptedFinding(
        stack=changes.get("stack", ACCEPTED.stack),
        id=changes.get("id", ACCEPTED.id),
        check=changes.get("check", ACCEPTED.check),
        about=changes.get("about", ACCEPTED.about),
        reason=changes.get("reason", ACCEPTED.reason),
    )


def test_an_accepted_finding_is_no_error() -> None:
    """A finding that is accepted beside its resource, with a reason, is not complained of."""
    assert complaints([FINDING], [ACCEPTED]) == []


def test_an_unexplained_finding_is_an_error() -> None:
    """A finding that is not accepted is reported with stack, resource, check and detail."""
    assert complaints([FINDING], []) == ["prod: Queue: UNKNOWN_ACTION: Unknown action sqs:Nothing"]


@pytest.mark.parametrize(
    "changes",
    [{"stack": "dev"}, {"id": "Other"}, {"check": "RESOURCE_STAR"}, {"about": "sqs:SendMessage"}],
    ids=lambda changes: next(iter(changes)),
)
def test_an_exception_covers_its_own_finding_only(changes: dict[str, str]) -> None:
    """An exception of another stack, resource, check or detail covers nothing, and is itself an error."""
    wrong = complaints([FINDING], [_accepted(**changes)])
    assert len(wrong) == 2
    assert any("matches no finding any more" in line for line in wrong)


def test_an_exception_without_a_finding_is_an_error() -> None:
    """What was accepted once and is no longer found has to be removed."""
    (line,) = complaints([], [ACCEPTED])
    assert line.startswith("prod: Queue: the exception from UNKNOWN_ACTION matches no finding any more")


@pytest.mark.parametrize("reason", ["", "false positive"])
def test_an_exception_without_a_reason_is_an_error(reason: str) -> None:
    """An exception says in a sentence why; a word or two is no reason."""
    assert complaints([FINDING], [_accepted(reason=reason)]) == [
        "prod: Queue: the exception from UNKNOWN_ACTION has no reason"
    ]


@pytest.mark.parametrize("name", STACKS)
def test_exceptions_are_beside_their_resources(
    name: str, synthesized: Mapping[str, Mapping[str, Any]]
) -> None:
    """The synthesized JSON carries each exception in the comment of the resource that it is about."""
    accepted = list(accepted_in(name, synthesized[name]))
    buckets = synthesized[name]["resource"]["aws_s3_bucket"]
    assert {a.id for a in accepted if a.check == "CKV_AWS_18"} == set(buckets)


def test_every_kind_of_policy_is_linted(pipeline: Stack) -> None:
    """Parliament is given roles' policies and trust, and the policies of buckets, queues, topic and key."""
    expected = {
        r.id
        for r in pipeline.resources
        if r.type in ("aws_iam_role", "aws_kms_key")
        # Those of CloudFront are about caching and headers, and name nobody.
        or (r.type.endswith("_policy") and "redrive" not in r.type and "cloudfront" not in r.type)
    }
    assert {document.id for document in documents_of(pipeline)} == expected
    assert len(expected) >= 15


def test_a_keys_and_a_roles_own_policies_name_them(pipeline: Stack) -> None:
    """A key's `*` and a trust without a resource are spelled out, so that the linter reads what AWS does."""
    named = [*pipeline.of("aws_kms_key"), *pipeline.of("aws_iam_role")]
    itself = {resource.id: pipeline.arn(resource) for resource in named}
    for document in documents_of(pipeline):
        if document.id in itself:
            for statement in statements(document.body):
                assert listed(statement["Resource"]) == [itself[document.id]]


def test_policies_are_written_for_checkov(pipeline: Stack) -> None:
    """Each policy is an object in Terraform's language, with no reference or template left in it."""
    text = hcl_of(pipeline)
    for id_ in identities_in(pipeline):
        assert f'"{id_}" {{' in text
    assert "${" not in text
    assert text.count("jsonencode({") == len(list(documents_of(pipeline)))
    odd = {"aws_iam_policy": {"p": {"name": "50 %{x} $${y}", "policy": "{}"}}}
    assert '"50 %%{x} $${y}"' in hcl_of(Stack("odd", {"resource": odd}))


POLICY = Stack("dev", {"resource": {"aws_iam_policy": {"p": {"name": "p", "policy": "{}"}}}})


def _record(check: str, resource: str = "aws_iam_policy.p") -> dict[str, str]:
    return {"file_path": "/dev/policies.tf", "resource": resource, "check_id": check, "check_name": check}


def _report(**changes: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    return {"parsing_errors": [], "passed_checks": [], "failed_checks": [], **changes}


def test_checkovs_findings_are_read() -> None:
    """What fails is a finding of its stack and resource, reported once though two readers found it."""
    failed = _report(passed_checks=[_record("CKV_AWS_355")], failed_checks=[_record("CKV_AWS_62")])
    expected = [Finding(stack="dev", id="p", check="CKV_AWS_62", detail="CKV_AWS_62")]
    assert findings_of([POLICY], [failed, failed]) == expected


@pytest.mark.parametrize(
    "report",
    [
        _report(),
        _report(passed_checks=[_record("CKV_AWS_62")]),
        _report(passed_checks=[_record("CKV_AWS_355", "aws_iam_policy.other")]),
        {**_report(passed_checks=[_record("CKV_AWS_355")]), "parsing_errors": ["policies.tf"]},
    ],
    ids=["nothing", "half", "another", "unreadable"],
)
def test_checkovs_silence_is_no_success(report: dict[str, list[Any]]) -> None:
    """A stack that could not be read, or a policy that could not be taken apart, is an error."""
    with pytest.raises(LinterError):
        findings_of([POLICY], [report])
