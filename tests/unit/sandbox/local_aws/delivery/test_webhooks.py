"""An asset's end reaches a receiver by stream, functions, queue and parameters of the local AWS."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.webhooks.endpoint_store import SsmEndpointAdministration
from media_pipeline.adapters.webhooks.signature import signed_headers
from media_pipeline.domain.webhooks.endpoint import Secrets
from stacks.delivery.webhooks import end_filters
from stacks.lambda_package import build_lambda_package
from tests.support.asset_steps import read
from tests.support.fakes import FakeClock
from tests.support.lambda_invocation import ENVIRONMENT
from tests.support.local_clients import Client
from tests.support.local_resources import new_assets_table
from tests.support.local_roles import make_role
from tests.support.waiting import wait_for
from tests.support.webhook_world import SECRET, ended, endpoint

ROOT = Path(__file__).resolve().parents[5]
SERVICES = ("dynamodb", "kms", "sqs", "ssm")
ALLOWED = {"Effect": "Allow", "Action": [f"{service}:*" for service in SERVICES], "Resource": "*"}
PIPELINE = ENVIRONMENT["PIPELINE_NAME"]


class Receiver:
    """Receive webhooks on loopback, the first of which it does not take."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.received.append((dict(self.headers), body))
                self.send_response(500 if len(receiver.received) == 1 else 204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver."""
    started = Receiver()
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the functions' zip."""
    target = tmp_path_factory.mktemp("webhooks") / "lambda.zip"
    dependencies = ROOT / "build" / "lambda-dependencies"
    built = build_lambda_package(source=ROOT / "lambda_src", dependencies=dependencies, target=target)
    return built.path.read_bytes()


def _deploy(client: Client, archive: bytes, path: str, table: str, stream: str) -> None:
    """Make queue, functions and their event sources, as the stack does."""
    sqs, lambda_ = client("sqs"), client("lambda")
    url = sqs.create_queue(QueueName=f"webhooks-{uuid4()}", Attributes={"VisibilityTimeout": "60"})[
        "QueueUrl"
    ]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    variables = ENVIRONMENT | {
        "ASSETS_TABLE": table,
        "WEBHOOKS_PATH": path,
        "WEBHOOKS_QUEUE_URL": url,
        "CONSUMED_QUEUE_URL": url,
        "RETRY_SECONDS": "86400",
        "LOOPBACK_WEBHOOKS": "1",
    }
    names = {}
    for module in ("fan_out", "webhook_sender"):
        names[module] = f"{module}-{uuid4()}"
        lambda_.create_function(
            FunctionName=names[module],
            Runtime="python3.13",
            Role=make_role(client, ALLOWED, service="lambda.amazonaws.com"),
            Handler=f"media_pipeline.handlers.{module}.handler",
            Code={"ZipFile": archive},
            Environment={"Variables": variables},
            Timeout=30,
        )
    lambda_.create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName=names["fan_out"],
        StartingPosition="TRIM_HORIZON",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)} for pattern in end_filters()]},
    )
    lambda_.create_event_source_mapping(
        EventSourceArn=queue,
        FunctionName=names["webhook_sender"],
        BatchSize=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )


def test_an_end_is_told_until_it_is_taken_and_then_no_more(
    client: Client, archive: bytes, receiver: Receiver
) -> None:
    """A receiver that fails once gets the same webhook again, signed, and the record notes that it took it.

    The note is a change of the same record, in the same stream: it announces nothing.
    """
    dynamodb: Any = client("dynamodb")
    table, path = new_assets_table(dynamodb), f"/{PIPELINE}-{uuid4()}/webhooks"
    answer = dynamodb.update_table(
        TableName=table,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    administration = SsmEndpointAdministration(client("ssm"), path=path, key_id=key)
    administration.write_secrets("shop", Secrets(current=SECRET))
    administration.write(endpoint("shop", url=receiver.url))
    _deploy(client, archive, path, table, answer["TableDescription"]["LatestStreamArn"])

    assets = AssetTable(dynamodb, table)
    asset = ended(assets, FakeClock())
    wait_for(lambda: read(assets, asset.asset_id).webhooks, seconds=90)
    (first, body), (again, same) = receiver.received
    assert body == same
    assert first["webhook-id"] == again["webhook-id"] == f"{asset.asset_id}/1/COMPLETE"
    for headers in (first, again):
        seconds = int(headers["webhook-timestamp"])
        at = datetime.fromtimestamp(seconds, tz=UTC)
        signed = signed_headers([SECRET], webhook_id=headers["webhook-id"], at=at, payload=body)
        assert headers["webhook-signature"] == signed["webhook-signature"]
    told = json.loads(body)
    assert (told["type"], told["data"]["asset_id"]) == ("asset.completed", asset.asset_id)
    (note,) = read(assets, asset.asset_id).webhooks
    assert (note["endpoint"], note["answer"]) == ("shop", 204)
    assert len(receiver.received) == 2
