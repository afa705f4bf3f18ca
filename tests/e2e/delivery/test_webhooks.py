"""Webhooks of the deployed pipeline, as receivers get them that verify with the library of the standard."""

import json

import pytest
from standardwebhooks import WebhookVerificationError

from tests.e2e.delivery.webhooks import (
    FLAKY,
    GONE,
    INNER,
    METADATA_URL,
    ROTATED,
    SLOW,
    SLOW_SECONDS,
    STEADY,
    Told,
)
from tests.e2e.deployed import Sandbox
from tests.e2e.operators import Operator
from tests.e2e.pipeline import Pipeline, wait_for

pytestmark = pytest.mark.phase("delivery")


def logged(sandbox: Sandbox, text: str) -> list[str]:
    """Return the lines of the sender's log that have a text."""
    events = (
        sandbox.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName="/aws/lambda/media-pipeline-webhook-sender-sandbox")
    )
    return [event["message"] for page in events for event in page["events"] if text in event["message"]]


def test_each_end_is_announced_and_signed(told: Told, pipeline: Pipeline) -> None:
    """What failed and what completed is announced by the id of its end, and the record says who took it."""
    ends = {f"{asset_id}/1/FAILED": key for key, asset_id in told.texts.items()}
    ends[f"{told.film.asset_id}/1/COMPLETE"] = "told/film.mp4"
    assets = [*told.texts.values(), told.film.asset_id]
    wait_for(lambda: told.receivers.ids(STEADY, *assets) == set(ends), "all ends to be announced")
    (secret,) = told.secrets[STEADY]
    for received in told.receivers.got(STEADY, *assets):
        event = received.verified(secret)
        data = event["data"]
        assert received.id == f"{data['asset_id']}/{data['attempt']}/{data['status']}"
        assert data["key"] == ends[received.id]
        assert event["type"] == {"FAILED": "asset.failed", "COMPLETE": "asset.completed"}[data["status"]]
        with pytest.raises(WebhookVerificationError):
            received.verified(told.secrets[FLAKY][0])

    def noted() -> bool:
        records = [pipeline.record(asset_id) or {} for asset_id in assets]
        return all(STEADY in [note["endpoint"] for note in record["webhooks"]] for record in records)

    wait_for(noted, "the records to say that the webhooks were taken")


def test_an_endpoint_that_failed_is_told_again(told: Told) -> None:
    """What was answered 500 comes again under the same id, with the same words, signed anew."""
    assets = [*told.texts.values(), told.film.asset_id]

    def twice() -> list[list[str]]:
        ids = [received.id for received in told.receivers.got(FLAKY, *assets)]
        return [ids] if len(ids) > len(set(ids)) and set(ids) == told.receivers.ids(STEADY, *assets) else []

    (ids,) = wait_for(twice, "the webhook to come again", lambda: told.receivers.got(FLAKY, *assets))
    (refused,) = {id_ for id_ in ids if ids.count(id_) > 1}
    first, again = (each for each in told.receivers.got(FLAKY, *assets) if each.id == refused)
    assert first.body == again.body
    (secret,) = told.secrets[FLAKY]
    assert first.verified(secret) == again.verified(secret)
    assert again.headers["webhook-timestamp"] > first.headers["webhook-timestamp"]


def test_both_secrets_sign_during_a_rotation(told: Told) -> None:
    """A receiver verifies with the former secret or with the new one, whichever it has."""
    former, new = told.secrets[ROTATED]
    assets = told.texts.values()
    wait_for(lambda: len(told.receivers.ids(ROTATED, *assets)) == len(assets), "all ends to be announced")
    for received in told.receivers.got(ROTATED, *assets):
        assert len(received.signatures) == 2
        assert received.verified(former) == received.verified(new)


def test_a_slow_endpoint_holds_up_no_other(told: Told) -> None:
    """While one takes seconds for each, another one is told of everything."""
    assets = told.texts.values()
    wait_for(lambda: len(told.receivers.ids(SLOW, *assets)) == len(assets), "all ends to be announced")
    # One that the sender, on a busy machine, waited for in vain came again, and was taken at once.
    first = {each.id: each for each in reversed(told.receivers.got(SLOW, *assets))}
    spent = [each.answered_at - each.at for each in first.values()]
    assert min(spent) >= SLOW_SECONDS
    arrived = [each.at for each in told.receivers.got(STEADY, *assets)]
    assert max(arrived) - min(arrived) < sum(spent) / 2, "they were told one after the other"


def test_an_endpoint_that_is_gone_is_told_nothing_more(
    told: Told, sandbox: Sandbox, pipeline: Pipeline, operator: Operator
) -> None:
    """410 disables it: operators see why, the alarm's metric counts it, and no later end is sent to it."""

    def endpoint() -> dict[str, str]:
        listed = json.loads(operator.run("webhooks", "list", "--json"))
        (found,) = (each for each in listed if each["id"] == GONE)
        return dict(found)

    found = wait_for(lambda: (one := endpoint())["disabled_at"] and one, "the endpoint to be disabled")
    assert "410" in found["disabled_for"]
    (alarm,) = (
        each
        for each in sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
        if each.get("MetricName") == "WebhookEndpointsDisabled"
    )
    assert alarm["AlarmActions"]
    counted = [json.loads(line) for line in logged(sandbox, '"WebhookEndpointsDisabled"')]
    assert counted
    for metric in alarm["Dimensions"]:
        assert counted[0][metric["Name"]] == metric["Value"]
    assert counted[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == alarm["Namespace"]

    told_before = len(told.receivers.got(GONE, *told.texts.values()))
    later = pipeline.ended("told/later.txt", pipeline.put("told/later.txt", b"No video.\n"))["asset_id"]
    wait_for(lambda: told.receivers.got(STEADY, later), "the later end to be announced")
    assert told.receivers.got(GONE, later) == []
    assert len(told.receivers.got(GONE, *told.texts.values())) == told_before


def test_nothing_is_sent_to_what_is_inside(told: Told, operator: Operator, sandbox: Sandbox) -> None:
    """The command refuses a link-local address, and where one got in otherwise, the sender does."""
    refused = operator.attempt("webhooks", "add", METADATA_URL)
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "is at the link-local address 169.254.169.254" in refused.stderr
    assert INNER in operator.run("webhooks", "list")
    wait_for(lambda: logged(sandbox, "link-local address 169.254.169.254"), "the sender to refuse")


def test_a_test_is_posted_and_an_endpoint_removed(told: Told, operator: Operator) -> None:
    """The commands say what a receiver answered, and which endpoints are left."""
    assert "answered 204" in operator.run("webhooks", "test", STEADY)
    operator.run("webhooks", "remove", STEADY, "--yes")
    listed = json.loads(operator.run("webhooks", "list", "--json"))
    assert STEADY not in {each["id"] for each in listed}
