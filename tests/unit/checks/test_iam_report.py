"""The report on grants: what counts as used, as explained, as missing."""

from collections.abc import Mapping

import pytest

from checks.iam.grants import (
    Grant,
    component,
    grants_of,
    in_the_stacks_account,
)
from checks.iam.reasons import REASONS, Reason
from checks.iam.report import compare, lines
from sandbox.local_aws.iam_calls import (
    IamCall,
    IamCalls,
    read_calls,
    without_names,
)
from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.policies import like
from tests.infrastructure.stack import DELIVERING, PLAIN, Stack

ROLE = "media-pipeline-reconciler-sandbox"
READ = Grant(ROLE, "ReadUploads", "s3:GetObject", ("arn:aws:s3:::uploads/*",))
QUERY = Grant(ROLE, "QueryAssets", "dynamodb:Query", ("arn:aws:dynamodb:us-east-1:1:table/a/index/b",))
WHY = Reason(sids=["Query*"], actions=["dynamodb:*"], components=["reconciler"], sentence="Only on a Sunday.")


def call(action: str, resource: str, *, allowed: bool = True) -> IamCall:
    """Return a call of the role."""
    return IamCall(ROLE, action, resource, allowed)


def test_every_reason_is_about_a_grant_that_exists(delivering: Stack) -> None:
    """A reason whose grant was removed or renamed is dead; so is an action or a role that no grant has."""
    grants = grants_of(delivering)
    for reason in REASONS:
        found = [grant for grant in grants if reason.is_about(grant)]
        for sid in reason.sids:
            assert any(like(sid, grant.sid) for grant in found), (sid, reason)
        for action in reason.actions:
            assert any(like(action, grant.action) for grant in found), (action, reason)
        for part in reason.components:
            assert any(component(grant.role) == part for grant in found), (part, reason)


def test_no_grant_has_two_reasons(delivering: Stack) -> None:
    """Which sentence stands for a grant does not depend on the order of the table."""
    for grant in grants_of(delivering):
        assert len([reason for reason in REASONS if reason.is_about(grant)]) <= 1, grant


def test_every_environment_grants_the_same(stacks: Mapping[str, Stack]) -> None:
    """What the sandbox proves holds everywhere: with delivery, and without, roles may the same actions."""
    granted = {
        name: {(component(grant.role), grant.sid, grant.action) for grant in grants_of(stacks[name])}
        for name in SETTINGS
    }
    for name, settings in SETTINGS.items():
        assert granted[name] == granted[DELIVERING if settings.delivers else PLAIN]


def test_used_grants_need_no_reason() -> None:
    """A grant that allowed a call is used; the report passes."""
    report = compare([READ], [call("s3:GetObject", "arn:aws:s3:::uploads/*")], [])
    assert report.passed
    assert report.used == [READ]


def test_an_unused_grant_without_a_reason_fails_the_report() -> None:
    """A grant that is neither used nor explained is named."""
    report = compare([READ, QUERY], [call("s3:GetObject", "arn:aws:s3:::uploads/*")], [])
    assert not report.passed
    assert report.unexplained == [QUERY]
    assert "NO REASON QueryAssets: dynamodb:Query" in "\n".join(lines(report))


def test_an_unused_grant_with_a_reason_stays() -> None:
    """The reason is printed beside the grant."""
    report = compare([QUERY], [], [WHY])
    assert report.passed
    assert report.explained == [(QUERY, WHY)]
    assert "Only on a Sunday." in "\n".join(lines(report))


def test_a_grant_that_nothing_would_miss_fails_the_report() -> None:
    """Of two grants that allow the same call each is redundant, until one alone allows another."""
    twice = Grant(ROLE, "ReadAll", "s3:GetObject", ("arn:aws:s3:::*",))
    uploads, outputs = (call("s3:GetObject", f"arn:aws:s3:::{bucket}/*") for bucket in ("uploads", "outputs"))
    assert compare([READ, twice], [uploads], []).redundant == [twice, READ]
    report = compare([READ, twice], [uploads, outputs], [])
    assert report.redundant == [READ]
    assert not report.passed
    assert "REDUNDANT reconciler: ReadUploads" in "\n".join(lines(report))


def test_a_reason_for_what_is_used_is_needless() -> None:
    """A sentence that is no longer true is named, so that it gets removed."""
    report = compare([QUERY], [call("dynamodb:Query", QUERY.resources[0])], [WHY])
    assert report.needless == [WHY]


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize(
    ("action", "resource"),
    [("s3:DeleteObject", "arn:aws:s3:::uploads/*"), ("s3:GetObject", "arn:aws:s3:::elsewhere/*")],
)
def test_a_call_without_a_grant_fails_the_report(action: str, resource: str, *, allowed: bool) -> None:
    """Whether it was refused or not: another action, or the same one on another resource."""
    report = compare(
        [READ], [call("s3:GetObject", "arn:aws:s3:::uploads/*"), call(action, resource, allowed=allowed)]
    )
    assert not report.passed
    assert [each.action for each in report.ungranted] == [action]
    assert f"WITHOUT A GRANT reconciler: {action} on {resource}" in "\n".join(lines(report))


def test_a_grant_for_a_folder_covers_what_was_allowed_in_the_bucket() -> None:
    """Objects are noted together, and a folder's grant may have allowed it; no refusal is excused by it."""
    folder = Grant(ROLE, "WriteUploads", "s3:PutObject", ("arn:aws:s3:::uploads/web/*",))
    noted = call("s3:PutObject", "arn:aws:s3:::uploads/*")
    report = compare([folder], [noted], [])
    assert report.passed
    assert report.used == [folder]
    refused = call("s3:PutObject", "arn:aws:s3:::uploads/*", allowed=False)
    assert compare([folder], [noted, refused], []).ungranted == [refused]
    elsewhere = call("s3:PutObject", "arn:aws:s3:::outputs/*")
    assert compare([folder], [noted, elsewhere], []).ungranted == [elsewhere]


def test_a_refused_call_uses_no_grant() -> None:
    """What was refused while its grant was taken away doesn't count as use of it."""
    report = compare([READ], [call("s3:GetObject", "arn:aws:s3:::uploads/*", allowed=False)], [])
    assert report.unexplained == [READ]
    assert report.ungranted == []


def test_calls_are_noted_once_and_outlive_the_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One line a kind of call; another server goes on where a killed one stopped, even in half a line."""
    path = tmp_path_factory.mktemp("calls") / "calls.jsonl"
    session = f"arn:aws:sts::000000000000:assumed-role/{ROLE}/session"
    for _ in range(2):
        calls = IamCalls(path)
        for key in ("a", "b"):
            calls.note(session, "s3:GetObject", f"arn:aws:s3:::uploads/{key}", allowed=True)
        calls.note("arn:aws:iam::000000000000:root", "s3:ListBucket", "arn:aws:s3:::uploads", allowed=True)
    with path.open("a") as file:
        file.write('{"role": "half')
    assert list(read_calls(path)) == [call("s3:GetObject", "arn:aws:s3:::uploads/*")]


def test_names_within_a_resource_are_taken_together() -> None:
    """Objects of a bucket, jobs and log streams are no resources of their own in a policy."""
    assert without_names("arn:aws:s3:::b/x/y\nz") == "arn:aws:s3:::b/*"
    assert without_names("arn:aws:s3:::b") == "arn:aws:s3:::b"
    jobs = "arn:aws:mediaconvert:us-east-1:000000000000:jobs/"
    assert without_names(f"{jobs}123-a") == f"{jobs}*"
    queue = "arn:aws:mediaconvert:us-east-1:000000000000:queues/q"
    assert without_names(queue) == queue


def test_the_sandboxs_account_is_the_stacks() -> None:
    """ARNs of the local AWS and of the resolved stack are comparable, also where a name holds the account."""
    bucket = call("s3:GetObject", "arn:aws:s3:::media-uploads-000000000000-sandbox/*")
    [moved] = in_the_stacks_account([bucket])
    assert moved.resource == "arn:aws:s3:::media-uploads-111122223333-sandbox/*"
