"""Terraform killed, raced and robbed of its state, on a small stack in the session's sandbox.

`make soak` kills it ten times on the whole pipeline.
"""

import json
import random
import sys
import threading
from collections.abc import Iterator

import pytest

from checks.interruptions import small_stack
from checks.interruptions.killing import kill_and_recover
from sandbox.deployment.deploy import Deployer
from sandbox.deployment.terraform import HeldLock
from sandbox.runtime.errors import TerraformError
from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import wait_for

pytestmark = pytest.mark.phase("changes")

STATE_BUCKET = "media-pipeline-tfstate-sandbox"
STATE = {"Bucket": STATE_BUCKET, "Key": small_stack.KEY}
LOCK = {"Bucket": STATE_BUCKET, "Key": f"{small_stack.KEY}.tflock"}
SEED = 3


@pytest.fixture(scope="module")
def small(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Provide the sandbox; at the end the small stack is destroyed."""
    yield sandbox
    deployer(sandbox).destroy_stack(lambda changes: None, small_stack.NAME)
    versions = sandbox.client("s3").list_object_versions(**prefix())
    for each in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
        sandbox.client("s3").delete_object(Bucket=STATE_BUCKET, Key=each["Key"], VersionId=each["VersionId"])


def prefix() -> dict[str, str]:
    """Say where the small stack's state is, with its lock."""
    return {"Bucket": STATE_BUCKET, "Prefix": small_stack.KEY}


def deployer(sandbox: Sandbox, *, lock_timeout: str | None = None) -> Deployer:
    """Begin a run, which may wait for another's lock."""
    made = Deployer(sandbox.folder, sandbox.endpoints, sandbox.running.check)
    if lock_timeout:
        made.environment["TF_CLI_ARGS_plan"] = f"-lock-timeout={lock_timeout}"
    return made


def release(sandbox: Sandbox, name: str) -> None:
    """Synthesize a release of the small stack and deploy it."""
    small_stack.write(sandbox.folder, name)
    deployer(sandbox).deploy(lambda changes: None, small_stack.NAME)


def lock(sandbox: Sandbox) -> dict[str, str]:
    """Read who holds the small stack's state, and for what; nothing where the state is not locked."""
    s3 = sandbox.client("s3")
    try:
        held: dict[str, str] = json.load(s3.get_object(**LOCK)["Body"])
    except s3.exceptions.NoSuchKey:
        return {}
    return held


def running_release(sandbox: Sandbox) -> str:
    """Ask the function which release's code it runs."""
    answer = sandbox.client("lambda").invoke(FunctionName=small_stack.FUNCTION, Payload=b"{}")
    return str(json.load(answer["Payload"]))


def test_a_killed_apply_is_made_good_by_the_next(small: Sandbox) -> None:
    """Wherever it was killed, the next apply takes over what exists, and the plan after it is clean."""
    small_stack.write(small.folder, "1")
    kill = kill_and_recover(
        small.folder,
        small.endpoints,
        small_stack.NAME,
        dice=random.Random(SEED),
        recover=True,
    )
    print(kill)
    assert running_release(small) == "1"
    keys = small.client("kms").list_keys()["Keys"]
    described = [
        small.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] for key in keys
    ]
    assert described.count("small-key-sandbox") == 1


def test_everything_that_exists_is_adopted_where_the_state_was_lost(small: Sandbox) -> None:
    """`make adopt` imports what the plan would make; the next apply makes nothing anew."""
    small.client("s3").delete_object(**STATE)
    before = small.client("dynamodb").describe_table(TableName="small-table-sandbox")["Table"]["TableId"]
    directory = small.folder.synthesized / "stacks" / small_stack.NAME
    adopted = small.command("exec", "--", sys.executable, "-m", "tools.state_recovery", str(directory))
    assert adopted.returncode == 0, adopted.stderr
    assert adopted.stdout.splitlines()[-1] == "9 imported; nothing in AWS was changed."
    deployer(small).deploy(lambda changes: None, small_stack.NAME)
    after = small.client("dynamodb").describe_table(TableName="small-table-sandbox")["Table"]["TableId"]
    assert before == after
    assert deployer(small).is_clean(small_stack.NAME)


def test_code_that_was_recorded_but_never_sent_is_found_and_sent(small: Sandbox) -> None:
    """An apply that was interrupted before it sent the code leaves a state that says it had: a plan tells."""
    release(small, "2")
    assert running_release(small) == "2"
    # As the provider leaves it: the state has the new hash, the function the old code.
    small.client("lambda").update_function_code(
        FunctionName=small_stack.FUNCTION, ZipFile=small_stack.code("1")
    )
    assert running_release(small) == "1"
    with pytest.raises(TerraformError, match=f"{small_stack.FUNCTION} runs other code than was deployed"):
        deployer(small).is_clean(small_stack.NAME)
    assert deployer(small).deploy(lambda changes: None, small_stack.NAME) == 1
    assert running_release(small) == "2"
    assert deployer(small).is_clean(small_stack.NAME)


def test_of_two_applies_at_once_the_second_waits_or_says_who_is_first(small: Sandbox) -> None:
    """Without patience it fails with the holder's name; with a lock timeout it waits."""
    small_stack.write(small.folder, "3")
    changed: list[int] = []
    first = threading.Thread(
        target=lambda: changed.append(deployer(small).deploy(lambda changes: None, small_stack.NAME))
    )
    first.start()
    wait_for(lambda: lock(small).get("Operation") == "OperationTypeApply", "the first one to apply")
    with pytest.raises(TerraformError) as refused:
        deployer(small).is_clean(small_stack.NAME)
    held = HeldLock.of(str(refused.value))
    assert held is not None
    assert "@" in held.who
    second = deployer(small, lock_timeout="90s")
    assert second.is_clean(small_stack.NAME)
    first.join()
    assert changed == [8]
    assert running_release(small) == "3"


def test_a_damaged_state_is_restored_from_its_former_version(small: Sandbox) -> None:
    """Terraform refuses a state that it can't read; the version before it brings back a clean plan."""
    release(small, "4")
    s3 = small.client("s3")
    s3.put_object(**STATE, Body=b'{"version": 4, "resources": [')
    with pytest.raises(TerraformError, match=r"(?s)plan. failed.*state"):
        deployer(small).is_clean(small_stack.NAME)
    listed = s3.list_object_versions(Bucket=STATE_BUCKET, Prefix=small_stack.KEY)["Versions"]
    versions = [each for each in listed if each["Key"] == small_stack.KEY]
    assert versions[0]["IsLatest"]
    # As docs/deployment.md says it.
    s3.copy_object(**STATE, CopySource={**STATE, "VersionId": versions[1]["VersionId"]})
    assert deployer(small).is_clean(small_stack.NAME)
