"""What a caller of MediaConvert must be allowed, and that all are refused where that can't be asked."""

import socket

import pytest

from sandbox.mediaconvert.api.authorization import Check, LocalIam, checks
from sandbox.mediaconvert.api.errors import Forbidden, ServerError
from sandbox.mediaconvert.model import Account
from sandbox.runtime.environment import SERVICE, SERVICE_ACCESS_KEY_ID

ACCOUNT = Account("000000000000", "us-east-1")
HERE = "arn:aws:mediaconvert:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/jobs"


@pytest.mark.parametrize(
    ("operation", "given", "expected"),
    [
        ("SearchJobs", {"queue": f"{HERE}:queues/q"}, [("SearchJobs", f"{HERE}:queues/q")]),
        ("ListJobs", {"queue": "q"}, [("ListJobs", f"{HERE}:queues/q")]),
        ("ListJobs", {}, [("ListJobs", f"{HERE}:queues/Default")]),
        ("GetJob", {"id": "1-a"}, [("GetJob", f"{HERE}:jobs/1-a")]),
        ("GetQueue", {"name": "q"}, [("GetQueue", f"{HERE}:queues/q")]),
        ("DeleteJobTemplate", {"name": "t"}, [("DeleteJobTemplate", f"{HERE}:jobTemplates/t")]),
        ("Probe", {"inputFiles": []}, [("Probe", "*")]),
    ],
)
def test_an_operation_is_authorized_on_what_it_names(
    operation: str, given: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    """The resource is the queue, job or template of the request, as AWS lists them for each action."""
    found = [
        (check.action.removeprefix("mediaconvert:"), check.resource)
        for check in checks(ACCOUNT, operation, given)
    ]
    assert found == expected


def test_creating_a_job_also_passes_its_role() -> None:
    """Both are asked: the queue, and the role that is handed to MediaConvert."""
    given = {"queue": f"{HERE}:queues/q", "role": ROLE}
    assert list(checks(ACCOUNT, "CreateJob", given)) == [
        Check("mediaconvert:CreateJob", f"{HERE}:queues/q"),
        Check("iam:PassRole", ROLE, {"iam:PassedToService": SERVICE}),
    ]


@pytest.fixture
def unreachable() -> LocalIam:
    """Ask a local AWS that isn't there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return LocalIam(f"http://127.0.0.1:{port}", ACCOUNT, None, patience_seconds=0)


def test_every_call_is_refused_while_permissions_cannot_be_read(unreachable: LocalIam) -> None:
    """The call fails as if MediaConvert had a fault of its own, which callers try again."""
    with pytest.raises(ServerError):
        unreachable("AWS4-HMAC-SHA256 Credential=ASIAX/2026/us-east-1/mediaconvert/aws4_request", "Probe", {})


@pytest.mark.parametrize("authorization", ["", "Bearer token"])
def test_an_unsigned_call_is_refused(unreachable: LocalIam, authorization: str) -> None:
    """Without an access key there is no identity to ask about."""
    with pytest.raises(Forbidden):
        unreachable(authorization, "Probe", {})


def test_services_are_not_asked_about(unreachable: LocalIam) -> None:
    """CloudFormation makes job templates while the local AWS is busy with just that."""
    unreachable(f"AWS4-HMAC-SHA256 Credential={SERVICE_ACCESS_KEY_ID}/2026/x/y/aws4_request", "Probe", {})
