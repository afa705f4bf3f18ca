"""Rules of EventBridge and their targets: order, retries, undeliverable events, and permissions."""

from tests.infrastructure.functions import function_named
from tests.infrastructure.messaging import component_of, queue_policy, redrive_of, targets_of
from tests.infrastructure.places import permission_policy
from tests.infrastructure.policies import Request, allows
from tests.infrastructure.stack import ACCOUNT_ID, OTHER_ACCOUNT_ID, Stack


def test_nothing_is_sent_before_it_is_allowed(pipeline: Stack) -> None:
    """A rule gets its target when target and DLQ admit it: no event is refused."""
    for target, rule, fed in targets_of(pipeline):
        admitting = [p for p in pipeline.of("aws_sqs_queue_policy") if rule["name"] in str(p["policy"])]
        if fed.type == "aws_lambda_function":
            arn = pipeline.arn(rule)
            admitting += [p for p in pipeline.of("aws_lambda_permission") if p["source_arn"] == arn]
        assert len(admitting) == 2
        assert set(target["depends_on"]) == {admits.address for admits in admitting}


def test_rule_targets_retry(pipeline: Stack) -> None:
    """Each target has a retry policy within EventBridge's ranges, so that a short failure loses no event.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    """
    for target, _, _ in targets_of(pipeline):
        retry = target.block("retry_policy")
        assert 60 <= retry["maximum_event_age_in_seconds"] <= 86_400, target.address
        assert 1 <= retry["maximum_retry_attempts"] <= 185, target.address


def test_undeliverable_events_are_kept(pipeline: Stack) -> None:
    """What can't be delivered to its target lies in a DLQ that admits that rule, by its source ARN alone."""
    for target, rule, fed in targets_of(pipeline):
        dlq = pipeline.with_arn(target.block("dead_letter_config")["arn"])
        if fed.type == "aws_sqs_queue":
            redrive = redrive_of(pipeline, fed)
            assert redrive is not None
            assert redrive["deadLetterTargetArn"] == pipeline.arn(dlq), "one place to look"
        request = Request(
            action="sqs:SendMessage",
            resource=pipeline.arn(dlq),
            principal="events.amazonaws.com",
            context={"aws:SourceArn": pipeline.arn(rule), "aws:SecureTransport": "true"},
        )
        assert allows(queue_policy(pipeline, dlq), request), f"{rule.address} can't write to {dlq.address}"


def test_rules_may_invoke_their_functions(pipeline: Stack) -> None:
    """Each rule may invoke its function, telling its ARN alone as EventBridge does; others may not.

    Source: "My rule ran but my Lambda function wasn't invoked",
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    """
    invoked = [(rule, function) for _, rule, function in targets_of(pipeline)]
    invoked = [(rule, function) for rule, function in invoked if function.type == "aws_lambda_function"]
    assert invoked, "the reconciler is scheduled by a rule"
    for rule, function in invoked:
        policies = [
            permission_policy(pipeline, function, permission)
            for permission in pipeline.of("aws_lambda_permission")
            if function_named(pipeline, permission["function_name"]) == function
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


def test_an_upgrade_leaves_no_upload_between_two_rules(pipeline: Stack) -> None:
    """The upload rule lets go of captions when the captions' rule has its target, not before."""
    rules = {component_of(pipeline, queue): (rule, target) for target, rule, queue in targets_of(pipeline)}
    uploads, (_, target) = rules["processing"][0], rules["captions"]
    assert target.address in uploads["depends_on"]
