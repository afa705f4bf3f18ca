"""Queues: dead letters, encryption, and which rules may send."""

from tests.infrastructure.messaging import (
    dead_letter_queues,
    mappings_of,
    queue_policy,
    redrive_of,
    stream_mappings_of,
    targets_of,
    url_of,
)
from tests.infrastructure.policies import Request, allows
from tests.infrastructure.stack import ACCOUNT_ID, OTHER_ACCOUNT_ID, Stack


def test_the_pipeline_has_its_parts(pipeline: Stack) -> None:
    """Three queues feed two functions, each rule has one target; nothing below holds for want of cases.

    Delivery adds one queue of webhooks, which feeds a third function.
    """
    more = len(stream_mappings_of(pipeline))
    assert len(mappings_of(pipeline)) == 3 + more
    assert len({function["function_name"] for _, _, function in mappings_of(pipeline)}) == 2 + more
    assert len(dead_letter_queues(pipeline)) == 4 + more
    assert len(pipeline.of("aws_cloudwatch_event_rule")) == len(targets_of(pipeline)) >= 2


def test_every_queue_gives_up_into_a_dead_letter_queue(pipeline: Stack) -> None:
    """Each queue has a DLQ that admits it alone and keeps messages longer than the queue does."""
    dead = dead_letter_queues(pipeline)
    for queue in pipeline.of("aws_sqs_queue"):
        arn = pipeline.arn(queue)
        if arn in dead:
            continue
        redrive = redrive_of(pipeline, queue)
        assert redrive is not None, f"{queue.address} has no dead-letter queue"
        # Lambda's advice; with fewer, throttled pollers use a message up.
        assert 3 <= redrive["maxReceiveCount"] <= 1_000
        dlq = pipeline.with_arn(redrive["deadLetterTargetArn"])
        allow = [
            p["redrive_allow_policy"]
            for p in pipeline.of("aws_sqs_queue_redrive_allow_policy")
            if p["queue_url"] == url_of(pipeline, dlq)
        ] or [dlq["redrive_allow_policy"]]
        assert allow == [{"redrivePermission": "byQueue", "sourceQueueArns": [arn]}]
        # A message's age counts from its first queue on.
        assert dlq["message_retention_seconds"] > queue["message_retention_seconds"]


def test_queues_are_encrypted_with_our_key(pipeline: Stack) -> None:
    """Every queue is encrypted with the customer-managed key, the only kind EventBridge can be let use."""
    keys = {pipeline.arn(key) for key in pipeline.of("aws_kms_key")}
    ids = {key.id for key in pipeline.of("aws_kms_key")}
    for queue in pipeline.of("aws_sqs_queue"):
        assert queue["kms_master_key_id"] in keys | ids, queue.address


def test_queue_policy_admits_its_rule_alone(pipeline: Stack) -> None:
    """A rule may send to its target queue and DLQ; no other rule, account or service may."""
    to_queues = [
        (rule, pipeline.with_arn(arn))
        for target, rule, queue in targets_of(pipeline)
        if queue.type == "aws_sqs_queue"
        for arn in (target["arn"], target.block("dead_letter_config")["arn"])
    ]
    assert len(to_queues) == 6
    for rule, queue in to_queues:
        policy = queue_policy(pipeline, queue)

        def sends(source_arn: str, principal: str = "events.amazonaws.com") -> bool:
            request = Request(
                action="sqs:SendMessage",
                resource=pipeline.arn(queue),  # noqa: B023
                principal=principal,
                # EventBridge is documented to name the rule to SQS, and nothing else. Source:
                # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
                context={"aws:SourceArn": source_arn, "aws:SecureTransport": "true"},
            )
            return allows(policy, request)  # noqa: B023

        arn = pipeline.arn(rule)
        assert sends(arn), queue.address
        assert not sends(f"{arn}-other")
        assert not sends(arn.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID))
        assert not sends(arn, principal="s3.amazonaws.com")
