"""Deploy the earlier release, put assets in flight, apply the current one over it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.deployment.deploy import Deployer
from sandbox.runtime.folder import Folder
from sandbox.runtime.servers import Running
from tests.e2e.pipeline import Pipeline, Record, wait_for
from tests.resilience.upgrade import release

STATEFUL = (
    "aws_cloudwatch_log_group",
    "aws_cognito_user_pool",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_sqs_queue",
)
_PAUSE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What happened while the current release was applied over the earlier one.

    Attributes:
        before: Ids of stateful resources by their addresses, as the earlier release had them.
        after: The same, as the current release has them.
        submitted: The record, as the earlier release wrote it, of the asset that waited for MediaConvert.
        uploads: Version ids by keys of all that was uploaded before and while the current one was applied.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    submitted: Record
    uploads: Mapping[str, str]


def upgrade(
    folder: Folder, running: Running, deployer: Deployer, client: Callable[[str], Any], video: bytes
) -> Upgrade:
    """Apply the current release over the earlier one while assets are in flight."""
    release.put_in_place(folder, running.endpoints.mediaconvert)
    deployer.deploy_all(lambda changes: None)
    pipeline = Pipeline(client, deployer.deployment())
    before = _stateful(deployer)
    uploads: dict[str, str] = {}
    queue = deployer.deployment().output("mediaconvert_queue_arn").rpartition("/")[2]
    # Its job waits at MediaConvert until Terraform sets the queue as it should be.
    pipeline.mediaconvert.update_queue(Name=queue, Status="PAUSED")
    uploads["upgrade/waiting.mp4"] = pipeline.put("upgrade/waiting.mp4", video)
    submitted: Record = wait_for(lambda: _submitted(pipeline, "upgrade/waiting.mp4"), "a submitted asset")
    deployer.synthesize()
    with _uploading(pipeline, video, uploads):
        deployer.deploy(lambda changes: None)
    pipeline.mediaconvert.update_queue(Name=queue, Status="ACTIVE")
    return Upgrade(before, _stateful(deployer), submitted, uploads)


def _submitted(pipeline: Pipeline, key: str) -> Record | None:
    records = pipeline.records(key)
    return records[0] if records and records[0]["status"] == "SUBMITTED" else None


@contextmanager
def _uploading(pipeline: Pipeline, video: bytes, uploads: dict[str, str]) -> Iterator[None]:
    """Upload a video every few seconds."""
    ended = threading.Event()

    def upload() -> None:
        while True:
            key = f"upgrade/{len(uploads)}.mp4"
            uploads[key] = pipeline.put(key, video)
            if ended.wait(_PAUSE_SECONDS):
                return

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _stateful(deployer: Deployer) -> dict[str, str]:
    return {address: id_ for address, id_ in deployer.ids().items() if address.partition(".")[0] in STATEFUL}
