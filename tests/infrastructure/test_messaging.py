"""Queues, rules and event source mappings: what AWS enforces or quietly loses messages over."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from media_pipeline.domain.uploads.filter import UploadFilter
from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from stacks.settings import ENVIRONMENTS
from tests.infrastructure.places import permission_policy
from tests.infrastructure.policies import Request, allows
from tests.infrastructure.stack import (
    ACCOUNT_ID,
    OTHER_ACCOUNT_ID,
    Resource,
    Stack,
)


def _mappings(stack: Stack) -> list[tuple[Resource, Resource, Resource]]:
    """Return each event source mapping with its queue and its function."""
    return [
        (mapping, stack.with_arn(mapping["event_source_arn"]), _function(stack, mapping["function_name"]))
        for mapping in stack.of("aws_lambda_event_source_mapping")
    ]


def _function(stack: Stack, name_or_arn: str) -> Resource:
    name = name_or_arn.split(":")[6] if name_or_arn.startswith("arn:") else name_or_arn
    (function,) = (f for f in stack.of("aws_lambda_function") if f["function_name"] == name)
    return function


def _redrive(stack: Stack, queue: Resource) -> dict[str, Any] | None:
    """Return a queue's redrive policy, written on the queue or as a resource of its own."""
    own = [p for p in stack.of("aws_sqs_queue_redrive_policy") if p["queue_url"] == _url(stack, queue)]
    policy: dict[str, Any] | None = own[0]["redrive_policy"] if own else queue.get("redrive_policy")
    return policy


def _url(stack: Stack, queue: Resource) -> str:
    return str(stack.resolve(f"${{{queue.address}.url}}"))


def _dead_letter_queues(stack: Stack) -> set[str]:
    """Return the queues of what can't be consumed, and of what can't be delivered."""
    redrives = [_redrive(stack, queue) for queue in stack.of("aws_sqs_queue")]
    undelivered = {target.block("dead_letter_config")["arn"] for target, _, _ in _targets(stack)}
    return {redrive["deadLetterTargetArn"] for redrive in redrives if redrive} | undelivered


def _queue_policy(stack: Stack, queue: Resource) -> dict[str, Any]:
    (policy,) = (p for p in stack.of("aws_sqs_queue_policy") if p["queue_url"] == _url(stack, queue))
    document: dict[str, Any] = policy["policy"]
    return document


def _targets(stack: Stack) -> list[tuple[Resource, Resource, Resource]]:
    """Return each rule target with its rule and the resource that it feeds."""
    rules = {rule["name"]: rule for rule in stack.of("aws_cloudwatch_event_rule")}
    return [
        (target, rules[target["rule"]], stack.with_arn(target["arn"]))
        for target in stack.of("aws_cloudwatch_event_target")
    ]


def test_the_pipeline_has_its_parts(pipeline: Stack) -> None:
    """Three queues feed two functions, each rule has one target; nothing below holds for want of cases."""
    assert len(_mappings(pipeline)) == 3
    assert len({function["function_name"] for _, _, function in _mappings(pipeline)}) == 2
    assert len(_dead_letter_queues(pipeline)) == 4
    assert len(pipeline.of("aws_cloudwatch_event_rule")) == len(_targets(pipeline)) >= 2


def test_visibility_outlasts_six_attempts(pipeline: Stack) -> None:
    """A message stays hidden for six function timeouts and the batch window.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    for mapping, queue, function in _mappings(pipeline):
        window = mapping.get("maximum_batching_window_in_seconds", 0)
        assert queue["visibility_timeout_seconds"] >= 6 * function["timeout"] + window, queue.address
        assert queue["visibility_timeout_seconds"] <= 43_200


def test_event_source_concurrency(pipeline: Stack) -> None:
    """Maximum concurrencies lie within 2..1,000, and a function reserves what its queues take together.

    Else pollers of one queue are throttled by the other's messages. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    together: dict[str, int] = {}
    for mapping, _, function in _mappings(pipeline):
        maximum = mapping.block("scaling_config")["maximum_concurrency"]
        assert 2 <= maximum <= 1_000, mapping.address
        together[function.address] = together.get(function.address, 0) + maximum
    for _, _, function in _mappings(pipeline):
        assert together[function.address] == function["reserved_concurrent_executions"], function.address


def test_batches_report_item_failures(pipeline: Stack) -> None:
    """One bad message does not send its whole batch back, and large batches have a window."""
    for mapping, _, _ in _mappings(pipeline):
        assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
        # Above 10 a window of at least a second is required by Lambda.
        batch, window = mapping["batch_size"], mapping.get("maximum_batching_window_in_seconds", 0)
        assert 1 <= batch <= 10 or (batch <= 10_000 and window >= 1)


def test_nothing_is_sent_before_it_is_allowed(pipeline: Stack) -> None:
    """A rule gets its target when target and DLQ admit it: no event is refused."""
    for target, rule, fed in _targets(pipeline):
        admitting = [p for p in pipeline.of("aws_sqs_queue_policy") if rule["name"] in str(p["policy"])]
        if fed.type == "aws_lambda_function":
            arn = pipeline.arn(rule)
            admitting += [p for p in pipeline.of("aws_lambda_permission") if p["source_arn"] == arn]
        assert len(admitting) == 2
        assert set(target["depends_on"]) == {admits.address for admits in admitting}


def test_every_queue_gives_up_into_a_dead_letter_queue(pipeline: Stack) -> None:
    """Each queue has a DLQ that admits it alone and keeps messages longer than the queue does."""
    dead = _dead_letter_queues(pipeline)
    for queue in pipeline.of("aws_sqs_queue"):
        arn = pipeline.arn(queue)
        if arn in dead:
            continue
        redrive = _redrive(pipeline, queue)
        assert redrive is not None, f"{queue.address} has no dead-letter queue"
        # Lambda's advice; with fewer, throttled pollers use a message up.
        assert 3 <= redrive["maxReceiveCount"] <= 1_000
        dlq = pipeline.with_arn(redrive["deadLetterTargetArn"])
        allow = [
            p["redrive_allow_policy"]
            for p in pipeline.of("aws_sqs_queue_redrive_allow_policy")
            if p["queue_url"] == _url(pipeline, dlq)
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
        for target, rule, queue in _targets(pipeline)
        if queue.type == "aws_sqs_queue"
        for arn in (target["arn"], target.block("dead_letter_config")["arn"])
    ]
    assert len(to_queues) == 6
    for rule, queue in to_queues:
        policy = _queue_policy(pipeline, queue)

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


def test_rule_targets_retry(pipeline: Stack) -> None:
    """Each target has a retry policy within EventBridge's ranges, so that a hiccup loses no event.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    """
    for target, _, _ in _targets(pipeline):
        retry = target.block("retry_policy")
        assert 60 <= retry["maximum_event_age_in_seconds"] <= 86_400, target.address
        assert 1 <= retry["maximum_retry_attempts"] <= 185, target.address


def test_undeliverable_events_are_kept(pipeline: Stack) -> None:
    """What can't be delivered to its target lies in a DLQ that admits that rule, by its source ARN alone."""
    for target, rule, fed in _targets(pipeline):
        dlq = pipeline.with_arn(target.block("dead_letter_config")["arn"])
        if fed.type == "aws_sqs_queue":
            redrive = _redrive(pipeline, fed)
            assert redrive is not None
            assert redrive["deadLetterTargetArn"] == pipeline.arn(dlq), "one place to look"
        request = Request(
            action="sqs:SendMessage",
            resource=pipeline.arn(dlq),
            principal="events.amazonaws.com",
            context={"aws:SourceArn": pipeline.arn(rule), "aws:SecureTransport": "true"},
        )
        assert allows(_queue_policy(pipeline, dlq), request), f"{rule.address} can't write to {dlq.address}"


def test_rules_may_invoke_their_functions(pipeline: Stack) -> None:
    """Each rule may invoke its function, telling its ARN alone as EventBridge does; others may not.

    Source: "My rule ran but my Lambda function wasn't invoked",
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    """
    invoked = [(rule, function) for _, rule, function in _targets(pipeline)]
    invoked = [(rule, function) for rule, function in invoked if function.type == "aws_lambda_function"]
    assert invoked, "the reconciler is scheduled by a rule"
    for rule, function in invoked:
        policies = [
            permission_policy(pipeline, function, permission)
            for permission in pipeline.of("aws_lambda_permission")
            if _function(pipeline, permission["function_name"]) == function
        ]

        def invokes(source_arn: str, principal: str = "events.amazonaws.com") -> bool:
            request = Request(
                action="lambda:InvokeFunction",
                resource=pipeline.arn(function),  # noqa: B023
                principal=principal,
                context={"aws:SourceArn": source_arn},
            )
            return allows(policies, request)  # noqa: B023

        arn = pipeline.arn(rule)
        assert invokes(arn), f"{rule.address} may not invoke {function.address}"
        assert not invokes(f"{arn}-other")
        assert not invokes(arn.replace(ACCOUNT_ID, OTHER_ACCOUNT_ID))
        assert not invokes(arn, principal="s3.amazonaws.com")


def test_permissions_for_eventbridge_name_their_source_alone(any_stack: Stack) -> None:
    """No permission for EventBridge asks for the account, which EventBridge doesn't tell; all name the ARN.

    Source: as above; other services, S3 for one, do tell their account.
    """
    for permission in any_stack.of("aws_lambda_permission"):
        assert ACCOUNT_ID in permission["source_arn"] or permission.get("source_account"), permission.address
        if permission["principal"] == "events.amazonaws.com":
            assert ACCOUNT_ID in permission["source_arn"], permission.address
            assert permission.get("source_account") is None, permission.address


@pytest.mark.parametrize(
    ("key", "queue"),
    [
        *((key, "processing") for key in ("a/video.mp4", "video.MP4", "a.MoV", "a/notes.txt", "README")),
        *((key, "processing") for key in ("film.srt.mp4", "srt", "film.srt.txt", "film.ass")),
        *((key, "captions") for key in ("film.en.srt", "folder/film.VTT", "Film.De.Srt", "film.sRT", ".vtt")),
    ],
)
def test_an_upload_goes_to_the_queue_of_its_kind_alone(pipeline: Stack, key: str, queue: str) -> None:
    """Of the uploads bucket alone, caption files go to their queue, every other file to the processing queue.

    So no video waits behind captions; and the functions' own word for a caption file is the rules' word.
    """
    uploads = next(b for b in pipeline.of("aws_s3_bucket") if "-uploads-" in b["bucket"])
    admitting = []
    for component, pattern in _upload_patterns(pipeline).items():
        assert pattern["source"] == ["aws.s3"]
        assert pattern["detail"]["bucket"]["name"] == [uploads["bucket"]]
        if _admits(pattern, key):
            admitting.append(component)
    assert admitting == [queue]
    suffixes = ENVIRONMENTS[pipeline.name].caption_suffixes
    wanted = UploadFilter(prefix="", caption_suffixes=suffixes, ignored=IgnoredNames())
    assert wanted.is_caption(key) == (queue == "captions")


@pytest.mark.parametrize("key", ["folder/", "a.mp4.part", "folder/.DS_Store", "x.crdownload"])
def test_upload_rules_keep_back_what_nobody_uploaded(pipeline: Stack, key: str) -> None:
    """Folder markers and temporary names cost no message."""
    assert not any(_admits(pattern, key) for pattern in _upload_patterns(pipeline).values())


def test_upload_rules_are_such_that_eventbridge_takes(pipeline: Stack) -> None:
    """Suffixes alone, none empty, within the length of a pattern: no wildcards to be refused.

    Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns" and "Quotas".
    """
    for pattern in _upload_patterns(pipeline).values():
        assert all(_ends(pattern))
        assert len(json.dumps(pattern)) <= 2048


def test_an_upgrade_leaves_no_upload_between_two_rules(pipeline: Stack) -> None:
    """The upload rule lets go of captions when the captions' rule has its target, not before."""
    rules = {_component(pipeline, queue): (rule, target) for target, rule, queue in _targets(pipeline)}
    uploads, (_, target) = rules["processing"][0], rules["captions"]
    assert target.address in uploads["depends_on"]


def _upload_patterns(stack: Stack) -> dict[str, dict[str, Any]]:
    """Return the patterns of the rules on uploads, by the queue that they feed."""
    return {
        _component(stack, queue): rule["event_pattern"]
        for _, rule, queue in _targets(stack)
        if "Object Created" in str(rule.get("event_pattern"))
    }


def _component(stack: Stack, fed: Resource) -> str:
    name = str(fed.get("name") or fed["function_name"])
    return name.removeprefix("media-pipeline-").removesuffix(f"-{stack.name}")


def _ends(pattern: Mapping[str, Any]) -> list[str]:
    """Return the ends of keys that a pattern is about."""
    tests = pattern["detail"]["object"]["key"]
    return [end for test in tests for end in test.get("anything-but", {}).get("suffix", [test.get("suffix")])]


def _admits(pattern: Mapping[str, Any], key: str) -> bool:
    is_about: bool = key.endswith(tuple(_ends(pattern)))
    (operator,) = {operator for test in pattern["detail"]["object"]["key"] for operator in test}
    return is_about == bool(operator == "suffix")


def test_job_rule_listens_to_our_queue_alone(pipeline: Stack) -> None:
    """Events of other MediaConvert queues of the account don't reach the pipeline."""
    (queue,) = pipeline.of("aws_media_convert_queue")
    (rule,) = (
        r for r in pipeline.of("aws_cloudwatch_event_rule") if "MediaConvert" in str(r.get("event_pattern"))
    )
    pattern = rule["event_pattern"]
    assert pattern["source"] == ["aws.mediaconvert"]
    assert pattern["detail-type"] == ["MediaConvert Job State Change"]
    assert pattern["detail"]["queue"] == [pipeline.arn(queue)]
    assert len(pattern["detail"]["status"]) == len(set(pattern["detail"]["status"]))
    assert set(pattern["detail"]["status"]) == {
        "PROGRESSING",
        "STATUS_UPDATE",
        "COMPLETE",
        "ERROR",
        "CANCELED",
        "NEW_WARNING",
    }


def test_schedule_is_a_rate(pipeline: Stack) -> None:
    """The reconciler runs at a rate that EventBridge can read, often enough for the alarm on its silence."""
    (rule,) = (r for r in pipeline.of("aws_cloudwatch_event_rule") if r.get("schedule_expression"))
    rate = re.fullmatch(r"rate\((?:1 minute|(\d+) minutes)\)", rule["schedule_expression"])
    assert rate, rule["schedule_expression"]
    (alarm,) = (
        a for a in pipeline.of("aws_cloudwatch_metric_alarm") if a.get("metric_name") == "StuckAssets"
    )
    assert 1 <= int(rate[1] or 1) * 60 <= alarm["period"]


def _may_send(stack: Stack, function: Resource, queue: Resource) -> bool:
    return stack.role_may(function["role"], "sqs:SendMessage", stack.arn(queue))


def test_functions_that_send_to_themselves_are_allowed_to(pipeline: Stack) -> None:
    """Lambda's recursive loop detection is off for the functions whose messages come back, and for no other.

    Left on, it stops a message after 16 rounds, and the message ends in the DLQ. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    """
    sends: dict[str, set[str]] = {}
    for function in pipeline.of("aws_lambda_function"):
        sends[function["function_name"]] = {
            consumer["function_name"]
            for _, queue, consumer in _mappings(pipeline)
            if _may_send(pipeline, function, queue)
        }
    looping = {name for name in sends if name in _reached(sends, name)}
    assert len(looping) == 2
    allowed = {
        _function(pipeline, config["function_name"])["function_name"]
        for config in pipeline.of("aws_lambda_function_recursion_config")
        if config["recursive_loop"] == "Allow"
    }
    assert allowed == looping


def _reached(sends: dict[str, set[str]], start: str) -> set[str]:
    """Return every function that a message of a function may come to, step by step."""
    reached: set[str] = set()
    waiting = set(sends[start])
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= sends[name] - reached
    return reached
