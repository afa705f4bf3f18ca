"""What services of AWS may do by the policies of what they call: rules' targets, and topics of alarms."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.local_clients import Client
from tests.support.local_resources import admit_rule, new_function
from tests.support.local_roles import make_role
from tests.support.waiting import wait_for

ACCOUNT = "000000000000"
# What a refused delivery would take to arrive all the same.
PATIENCE_SECONDS = 1.0


class Rule:
    """A rule for one source of events of its own, and what is sent to it."""

    def __init__(self, client: Client) -> None:
        self.name, self._client = f"rule-{uuid4()}", client
        pattern = json.dumps({"source": [self.name]})
        self.arn: str = client("events").put_rule(Name=self.name, EventPattern=pattern)["RuleArn"]

    def feed(self, target_arn: str, dlq_arn: str | None = None) -> None:
        """Give the rule its target."""
        target: dict[str, Any] = {"Id": "target", "Arn": target_arn}
        if dlq_arn is not None:
            target["DeadLetterConfig"] = {"Arn": dlq_arn}
        self._client("events").put_targets(Rule=self.name, Targets=[target])

    def fire(self) -> None:
        """Send an event that the rule matches."""
        entry = {"Source": self.name, "DetailType": "test", "Detail": json.dumps({"number": 1})}
        assert self._client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def counted(self, metric: str) -> float:
        """Return what EventBridge's metric counts for the rule."""
        now = datetime.now(tz=UTC)
        points = self._client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Events",
            MetricName=metric,
            Dimensions=[{"Name": "RuleName", "Value": self.name}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))


@pytest.fixture
def rule(client: Client) -> Rule:
    """Return a rule without targets."""
    return Rule(client)


def new_queue(client: Client, **attributes: str) -> str:
    """Make a queue; return its URL."""
    url: str = client("sqs").create_queue(QueueName=f"queue-{uuid4()}", Attributes=attributes)["QueueUrl"]
    return url


def arn_of(client: Client, url: str) -> str:
    """Return a queue's ARN."""
    answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = answer["Attributes"]["QueueArn"]
    return arn


def received(client: Client, url: str, seconds: int = 1) -> list[dict[str, Any]]:
    """Return the messages that come within some seconds."""
    answer = client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds, MessageAttributeNames=["All"]
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def made_function(client: Client) -> str:
    """Make a function that says in its log that it was invoked; return its name."""
    return new_function(client("lambda"), make_role(client, service="lambda.amazonaws.com"))


def function_arn(name: str) -> str:
    """Return a function's ARN."""
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def permit(client: Client, function: str, **conditions: str) -> None:
    """Let EventBridge invoke a function, under conditions."""
    client("lambda").add_permission(
        FunctionName=function,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        **conditions,
    )


def was_invoked(client: Client, function: str) -> bool:
    """Return whether a function has written anything to its log."""
    groups = client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]
    return any(
        client("logs").filter_log_events(logGroupName=group["logGroupName"])["events"] for group in groups
    )


def test_a_rule_invokes_a_function_that_admits_its_arn(client: Client, rule: Rule) -> None:
    """A permission by source ARN is enough, and the invocation is no failure."""
    name = made_function(client)
    permit(client, name, SourceArn=rule.arn)
    rule.feed(function_arn(name))
    rule.fire()
    wait_for(lambda: was_invoked(client, name))
    assert rule.counted("FailedInvocations") == 0


@pytest.mark.parametrize(
    "conditions",
    [
        {"SourceArn": "{rule}", "SourceAccount": ACCOUNT},
        {"SourceAccount": ACCOUNT},
        {"SourceArn": "{rule}-other"},
        None,
    ],
    ids=["arn-and-account", "account", "another-rule", "no-permission"],
)
def test_a_rule_does_not_invoke_a_function_that_asks_for_more(
    client: Client, rule: Rule, conditions: dict[str, str] | None
) -> None:
    """A permission that names the account keeps EventBridge out; the DLQ has the event and the reason."""
    name, dlq = made_function(client), new_queue(client)
    if conditions is not None:
        permit(client, name, **{key: value.format(rule=rule.arn) for key, value in conditions.items()})
    rule.feed(function_arn(name), admit_rule(client("sqs"), dlq, rule.arn))
    rule.fire()
    (message,) = received(client, dlq, seconds=10)
    assert json.loads(message["Body"])["detail"] == {"number": 1}
    reported = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert reported["ERROR_CODE"] == "NO_PERMISSIONS"
    assert (reported["RULE_ARN"], reported["TARGET_ARN"]) == (rule.arn, function_arn(name))
    assert rule.arn in reported["ERROR_MESSAGE"]
    time.sleep(PATIENCE_SECONDS)
    assert not was_invoked(client, name)
    assert (rule.counted("FailedInvocations"), rule.counted("InvocationsSentToDlq")) == (1, 1)


def test_an_event_for_what_is_gone_lies_in_the_dlq(client: Client, rule: Rule) -> None:
    """A function that was deleted is reported as such."""
    dlq = new_queue(client)
    rule.feed(function_arn(f"gone-{uuid4()}"), admit_rule(client("sqs"), dlq, rule.arn))
    rule.fire()
    (message,) = received(client, dlq, seconds=10)
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_RESOURCE"


def test_a_dlq_that_forbids_the_rule_loses_the_event(client: Client, rule: Rule) -> None:
    """Nothing arrives anywhere, and a metric of its own says so."""
    queue, dlq = new_queue(client), new_queue(client)
    rule.feed(arn_of(client, queue), arn_of(client, dlq))
    rule.fire()
    wait_for(lambda: rule.counted("InvocationsFailedToBeSentToDlq") == 1)
    assert received(client, queue) + received(client, dlq) == []


def _key(client: Client, *allowed: dict[str, Any]) -> str:
    """Make a key whose policy has the account's own statement and these; return its ARN."""
    account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    own = {"Effect": "Allow", "Principal": account, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [own, *allowed]})
    arn: str = client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    return arn


def _uses_key(service: str, **condition: str) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    return {**statement, "Condition": {"StringEquals": condition}} if condition else statement


def test_a_rule_fills_an_encrypted_queue_whose_key_admits_it(client: Client, rule: Rule) -> None:
    """The queue's policy is not enough: the key's must let EventBridge use it too."""
    forbidden = new_queue(client, KmsMasterKeyId=_key(client))
    rule.feed(admit_rule(client("sqs"), forbidden, rule.arn))
    rule.fire()
    wait_for(lambda: rule.counted("FailedInvocations") == 1)
    assert received(client, forbidden) == []
    key = _key(client, _uses_key("events.amazonaws.com", **{"aws:SourceAccount": ACCOUNT}))
    admitted = new_queue(client, KmsMasterKeyId=key)
    rule.feed(admit_rule(client("sqs"), admitted, rule.arn))
    rule.fire()
    assert len(received(client, admitted, seconds=10)) == 1


def _alarm(client: Client, *topics: str) -> str:
    """Make an alarm that tells topics; return its name."""
    name = f"alarm-{uuid4()}"
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=list(topics),
    )
    return name


def _topic(client: Client, key: str, alarms: str) -> tuple[str, str]:
    """Make an encrypted topic for some alarms with a queue behind it; return its ARN and the queue's URL."""
    sns, queue = client("sns"), new_queue(client)
    topic: str = sns.create_topic(Name=f"topic-{uuid4()}", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{alarms}"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    delivers = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(client, queue),
    }
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [delivers]})}
    client("sqs").set_queue_attributes(QueueUrl=queue, Attributes=attributes)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(client, queue))
    return topic, queue


def test_an_alarm_reaches_the_topics_that_admit_it(client: Client) -> None:
    """A topic's policy by alarm, and a key's by topic, let CloudWatch in; a key's by account does not."""
    by_account = _key(client, _uses_key("cloudwatch.amazonaws.com", **{"aws:SourceAccount": ACCOUNT}))
    closed = _key(client)
    open_ = _key(client, _uses_key("cloudwatch.amazonaws.com"))
    topics = {
        "admitted": _topic(client, open_, "alarm-*"),
        "another alarm's": _topic(client, open_, "other-*"),
        "a closed key's": _topic(client, closed, "alarm-*"),
        "a key's by account": _topic(client, by_account, "alarm-*"),
    }
    by_topic = _topic(client, closed, "alarm-*")
    context = {"kms:EncryptionContext:aws:sns:topicArn": by_topic[0]}
    scoped = _key(client, _uses_key("cloudwatch.amazonaws.com", **context))
    client("sns").set_topic_attributes(
        TopicArn=by_topic[0], AttributeName="KmsMasterKeyId", AttributeValue=scoped
    )
    topics["a key's by topic"] = by_topic
    name = _alarm(client, *(topic for topic, _ in topics.values()))
    client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    heard = {words for words, (_, queue) in topics.items() if received(client, queue)}
    assert heard == {"admitted", "a key's by topic"}
