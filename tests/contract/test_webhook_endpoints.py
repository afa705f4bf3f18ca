"""Endpoints of webhooks in SSM parameters, as operators write and functions read them, on the local AWS."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.queues import SqsQueue
from media_pipeline.adapters.webhooks.endpoint_store import (
    SsmEndpointAdministration,
    SsmEndpoints,
    SsmSigningEndpoints,
)
from media_pipeline.adapters.webhooks.webhook_queue import SqsWebhookQueue
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import OperatorError
from media_pipeline.domain.webhooks.endpoint import Secrets
from media_pipeline.domain.webhooks.message import message_for, parse_message
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.webhook_world import OLDER_SECRET, PIPELINE, SECRET, ended, endpoint


class Store:
    """Hold a path of its own in SSM, with what reads and writes below it."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.ssm, self.path, self.clock = client("ssm"), f"/p-{uuid4()}/webhooks", FakeClock()
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        self.administration = SsmEndpointAdministration(self.ssm, path=self.path, key_id=key)
        self.listed = SsmEndpoints(self.ssm, path=self.path, max_age_seconds=0)
        self.signing = SsmSigningEndpoints(self.ssm, path=self.path, clock=self.clock, max_age_seconds=0)

    def add(self, name: str, *statuses: AssetStatus) -> None:
        """Add an endpoint."""
        self.administration.write_secrets(name, Secrets(current=SECRET))
        self.administration.write(endpoint(name, *statuses))


@pytest.fixture
def store(local_aws: Callable[[str], Any]) -> Store:
    """Return a store without endpoints."""
    return Store(local_aws)


def test_what_is_written_is_listed_and_found(store: Store) -> None:
    """Functions read endpoints as operators wrote them, in more than one page, and none that is not there."""
    assert list(store.listed.endpoints()) == []
    names = [f"e{number:02}" for number in range(12)]
    for name in names:
        store.add(name, AssetStatus.FAILED)
    assert [each.endpoint_id for each in store.listed.endpoints()] == names
    found = store.signing.find("e07")
    assert found is not None
    assert found.endpoint == endpoint("e07", AssetStatus.FAILED)
    assert found.secrets == Secrets(current=SECRET)
    assert store.signing.find("other") is None


def test_secrets_are_encrypted_and_rotate(store: Store) -> None:
    """Without decryption the parameter holds no secret; a rotation replaces it."""
    store.add("shop")
    name = f"{store.path}/secrets/shop"
    parameter = store.ssm.get_parameter(Name=name)["Parameter"]
    assert parameter["Type"] == "SecureString"
    assert SECRET not in parameter["Value"]
    kept = store.administration.secrets("shop")
    assert kept is not None
    rotated = kept.rotated(OLDER_SECRET, until=store.clock() + timedelta(days=1))
    store.administration.write_secrets("shop", rotated)
    found = store.signing.find("shop")
    assert found is not None
    assert found.secrets.in_force(store.clock()) == (OLDER_SECRET, SECRET)


def test_a_disabled_endpoint_is_off_until_it_is_enabled(store: Store) -> None:
    """Disabling is a parameter of its own; enabling and removing what is not there are no errors."""
    store.add("shop")
    store.signing.disable("shop", reason="It answered 410 Gone")
    store.signing.disable("shop", reason="It answered 410 Gone")
    (listed,) = store.listed.endpoints()
    found = store.signing.find("shop")
    assert found is not None
    assert not listed.is_enabled
    assert not found.endpoint.is_enabled
    store.administration.enable("shop")
    store.administration.enable("shop")
    (listed,) = store.listed.endpoints()
    assert listed.is_enabled
    store.administration.remove("shop")
    store.administration.remove("shop")
    assert list(store.listed.endpoints()) == []
    assert store.administration.secrets("shop") is None


def test_an_endpoint_without_secrets_is_sent_nothing(store: Store) -> None:
    """A webhook without a signature is worse than none: the operator is asked."""
    store.administration.write(endpoint("shop"))
    with pytest.raises(OperatorError, match="shop"):
        store.signing.find("shop")


def test_messages_are_grouped_by_endpoint(local_aws: Callable[[str], Any]) -> None:
    """More messages than a batch takes arrive, each in the group of its endpoint, anew as well."""
    sqs = local_aws("sqs")
    url = sqs.create_queue(QueueName=f"webhooks-{uuid4()}")["QueueUrl"]
    asset = ended(FakeAssetTable(), FakeClock())
    messages = [message_for(asset, f"e{number}", pipeline=PIPELINE) for number in range(12)]
    queue = SqsWebhookQueue(sqs, url)
    queue.send_all(messages)
    queue.renew(messages[0].to_text(), attributes={"Renewals": 1}, delay_seconds=0)
    assert SqsQueue(sqs, url).waiting() == 13
    groups: list[tuple[str, str]] = []
    while len(groups) < 13:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
        )
        groups += [
            (parse_message(message["Body"]).endpoint_id, message["Attributes"]["MessageGroupId"])
            for message in answer["Messages"]
        ]
    assert all(told == group for told, group in groups)
