"""The preflight, asked of a local AWS that is a new account's: what AWS would refuse is said before."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder
from tests.support.local_clients import Client, clients_of
from tests.support.local_functions import make_function, quota, reserve
from tests.support.local_roles import act, make_role, statement
from tools.preflight import command_line
from tools.preflight.deployment import read_deployment
from tools.preflight.findings import Concurrency, Verdict, concurrency_finding

STATE_BUCKET = "media-pipeline-tfstate"
STRANGER = "222222222222"

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def stack(synthesis_directory: Path) -> Path:
    """Return the synthesized stack of dev, as it is deployed to AWS."""
    return synthesis_directory / "stacks" / "dev"


@pytest.fixture
def state_bucket(client: Client) -> Iterator[str]:
    """Make the bucket for Terraform's state."""
    client("s3").create_bucket(Bucket=STATE_BUCKET)
    yield STATE_BUCKET
    client("s3").delete_bucket(Bucket=STATE_BUCKET)


@pytest.fixture
def check(client: Client, stack: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run the preflight; return its exit code and all that it printed, in one line."""

    def run(of: Path = stack, clients: Client = client) -> tuple[int, str]:
        code = command_line.main([str(of)], clients=lambda region: clients)
        printed = capsys.readouterr()
        return code, " ".join((printed.out + printed.err).split())

    return run


@pytest.mark.usefixtures("state_bucket")
def test_a_first_deployment_is_let_through(check: Check) -> None:
    """With AWS's default quotas, free names and the state bucket, nothing is short and nothing skipped."""
    code, said = check()
    assert code == 0
    assert "48 executions can be reserved: the quota is 1000." in said
    assert said.count("-dev is free.") == 3
    assert f"{STATE_BUCKET} is there." in said
    assert "2 at a time; max_jobs_in_flight lets 198 more wait for them." in said
    assert "skipped" not in said


@pytest.mark.usefixtures("state_bucket")
def test_a_new_account_is_caught_before_lambda_refuses(check: Check, client: Client, folder: Folder) -> None:
    """Of a quota of 10 nothing can be reserved: the sentence names field, value, range and remedies."""
    name = make_function(client)
    with quota(folder, 10):
        assert "below its minimum value of [10]" in str(reserve(client("lambda"), name, 5))
        code, said = check()
    assert code == 1
    assert (
        "processing_concurrency is 5, with which the functions reserve 48 executions "
        "(media-pipeline-api-dev 20, media-pipeline-fan-out-dev 10, "
        "media-pipeline-ingest-orchestrator-dev 7, "
        "media-pipeline-job-status-processor-dev 5, media-pipeline-reconciler-dev 1, "
        "media-pipeline-webhook-sender-dev 5); allowed: 0, since the account's quota is 10, "
        "10 of it are free, and 10 must stay unreserved. Ask for a quota of at least 148 (Service Quotas, "
        'AWS Lambda, Concurrent executions (L-B99A9384)); or leave delivery out: delivery="none", '
        "reserve_concurrency=False, account_concurrency=10 and processing_concurrency=2 or up to 3, "
        "in stacks/settings.py." in said
    )


def test_what_is_reserved_already_is_not_asked_for_again(stack: Path) -> None:
    """A deployment that has its share keeps it, also where the quota would leave it none today."""
    deployment = read_deployment(json.loads((stack / "cdk.tf.json").read_text()))
    own = {function.name: function.reserved or 0 for function in deployment.functions}
    assert sum(own.values()) == 48
    kept = concurrency_finding(deployment, Concurrency(quota=50, unreserved=2, reserved=own))
    assert kept.verdict is Verdict.FINE
    less = {**own, "media-pipeline-reconciler-dev": 0}
    assert (
        concurrency_finding(deployment, Concurrency(quota=50, unreserved=3, reserved=less)).verdict
        is Verdict.SHORT
    )
    assert (
        concurrency_finding(deployment, Concurrency(quota=148, unreserved=101, reserved=less)).verdict
        is Verdict.FINE
    )


@pytest.mark.usefixtures("state_bucket")
def test_an_account_without_a_reservation_shares_its_quota(
    check: Check, stack: Path, folder: Folder, tmp_path: Path
) -> None:
    """What the sentence advises, without delivery, is let through; one more at a time is not."""
    with quota(folder, 10):
        for bound, expected in ((3, 0), (4, 1)):
            document = json.loads((stack / "cdk.tf.json").read_text())
            functions = document["resource"]["aws_lambda_function"]
            for id_, function in list(functions.items()):
                if function["handler"].split(".")[-2] in ("api", "fan_out", "webhook_sender"):
                    del functions[id_]
                else:
                    del function["reserved_concurrent_executions"]
            for id_, mapping in document["resource"]["aws_lambda_event_source_mapping"].items():
                if id_.startswith(("IngestOrchestrator_Consumes_", "JobStatusProcessor_Consumes_")):
                    mapping["scaling_config"]["maximum_concurrency"] = bound
            (tmp_path / "cdk.tf.json").write_text(json.dumps(document))
            code, said = check(tmp_path)
            assert code == expected, said
    assert "run up to 11 times at once; allowed: 10" in said


def test_the_state_bucket_must_be_there(check: Check) -> None:
    """The sentence says which command makes it."""
    code, said = check()
    assert code == 1
    assert f"state.bucket is {STATE_BUCKET}, which does not exist" in said
    assert "make state-bucket ENV=dev" in said


def test_a_name_that_another_account_has_is_reported(check: Check, endpoints: Endpoints) -> None:
    """Names of buckets are global: S3 answers 403, and the bucket is in no list of ours."""
    stranger = clients_of(endpoints, STRANGER)("s3")
    stranger.create_bucket(Bucket=STATE_BUCKET)
    try:
        code, said = check()
    finally:
        stranger.delete_bucket(Bucket=STATE_BUCKET)
    assert code == 1
    assert f"state.bucket is {STATE_BUCKET}, which is another account's" in said


@pytest.mark.usefixtures("state_bucket")
def test_what_may_not_be_asked_is_skipped_in_words(
    check: Check, client: Client, endpoints: Endpoints
) -> None:
    """An identity with few rights deploys nothing by this, but a sentence for each thing is all it costs."""
    role = make_role(client, statement(["sts:GetCallerIdentity"], "*"))

    def clients(service: str) -> Any:
        return act(endpoints, role, service)

    code, said = check(clients=clients)
    assert code == 0
    assert "skipped: Access denied: your AWS identity may not do lambda:GetAccountSettings" in said
    assert "skipped: Access denied: your AWS identity may not do mediaconvert:ListQueues." in said
    assert f"{STATE_BUCKET}: It exists; whether it is this account's is not known" in said


def test_without_an_account_nothing_is_asked(check: Check, tmp_path: Path) -> None:
    """No credentials, or no answer: one sentence, and Terraform says the rest."""
    gone = Endpoints("https://127.0.0.1:1", "http://127.0.0.1:1", "/nonexistent", edge="http://127.0.0.1:1")
    code, said = check(clients=lambda service: gone.session(attempts=1).any(service))
    assert code == 0
    assert "skipped: AWS could not be asked for sts:GetCallerIdentity" in said
    code, said = check(tmp_path)
    assert code == 2
    assert "holds no synthesized stack" in said


def test_the_state_buckets_own_stack_asks_for_its_name_alone(check: Check, synthesis_directory: Path) -> None:
    """It has no functions and no other state than a file."""
    code, said = check(synthesis_directory / "stacks" / "state-backend")
    assert code == 0
    assert f"{STATE_BUCKET} is free." in said
    assert "Lambda" not in said
