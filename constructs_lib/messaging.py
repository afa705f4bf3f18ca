"""Queues fed by EventBridge rules, and the queue of a schedule's runs that could not be delivered."""

import json
from collections.abc import Mapping
from typing import Any

from constructs_lib.bindings import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetRetryPolicy,
    Construct,
    SqsQueue,
    SqsQueuePolicy,
    SqsQueueRedriveAllowPolicy,
)
from constructs_lib.encryption import EncryptionKey
from constructs_lib.iam import (
    Grantee,
    Statement,
    allow_service,
    deny_insecure_transport,
    policy_document,
)

SECONDS_PER_DAY = 86_400

# Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html (six times the timeout)
VISIBILITY_PER_CONSUMER_TIMEOUT = 6

# EventBridge's own maximum. Source:
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
DELIVERY_MAX_AGE_SECONDS = SECONDS_PER_DAY
DELIVERY_MAX_RETRIES = 185

# Long enough to be read; short enough that the alarm on the queue ends by itself once runs are delivered.
UNDELIVERED_RUNS_RETENTION_DAYS = 1


class EventQueue(Construct):
    """A queue for events, with a dead-letter queue for what can't be consumed or delivered.

    The visibility timeout follows from the consumer's timeout. What EventBridge can't deliver lands in the
    same dead-letter queue as what the consumer gives up: one place to look, one alarm, one redrive.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        dlq_name: str,
        key: EncryptionKey,
        consumer_timeout_seconds: int,
        max_receive_count: int,
        retention_days: int,
        dlq_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self._key = key
        self._dlq = SqsQueue(
            self,
            "Dlq",
            name=dlq_name,
            message_retention_seconds=dlq_retention_days * SECONDS_PER_DAY,
            kms_master_key_id=key.arn,
            kms_data_key_reuse_period_seconds=300,
        )
        self.dlq_name: str = self._dlq.name
        self.dlq_url: str = self._dlq.url
        self.dlq_arn: str = self._dlq.arn
        self._queue = SqsQueue(
            self,
            "Queue",
            name=name,
            visibility_timeout_seconds=VISIBILITY_PER_CONSUMER_TIMEOUT * consumer_timeout_seconds,
            message_retention_seconds=retention_days * SECONDS_PER_DAY,
            receive_wait_time_seconds=20,
            kms_master_key_id=key.arn,
            kms_data_key_reuse_period_seconds=300,
            # Spelled as SQS gives it back: the provider takes white space for a change.
            redrive_policy=json.dumps(
                {"deadLetterTargetArn": self.dlq_arn, "maxReceiveCount": max_receive_count},
                separators=(",", ":"),
            ),
        )
        self.name: str = self._queue.name
        self.url: str = self._queue.url
        self.arn: str = self._queue.arn
        SqsQueueRedriveAllowPolicy(
            self,
            "RedriveAllow",
            queue_url=self._dlq.url,
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self._queue.arn]}
            ),
        )

    def grant_consume(self, role: Grantee) -> None:
        """Let a role consume, not send: sqs:ReceiveMessage, DeleteMessage, GetQueueAttributes; kms:Decrypt.

        Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        """
        self._grant(role, "Consume", ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"])
        self._key.grant_decrypt(role, via="sqs")

    def grant_postpone(self, role: Grantee) -> None:
        """Let a consumer postpone messages: sqs:ChangeMessageVisibility, SendMessage; kms as for sending."""
        self._grant(role, "Postpone", ["ChangeMessageVisibility", "SendMessage"])
        self._key.grant_encrypt(role, via="sqs")

    def grant_measure(self, role: Grantee) -> None:
        """Let a role see how many messages wait: sqs:GetQueueAttributes."""
        self._grant(role, "Measure", ["GetQueueAttributes"])

    def grant_watch(self, role: Grantee) -> None:
        """Let a role see how many messages wait or were given up: on both queues, sqs:GetQueueAttributes."""
        role.allow(
            Statement(
                sid=f"Watch{self.node.id}",
                actions=["sqs:GetQueueAttributes"],
                resources=[self.arn, self.dlq_arn],
            )
        )

    def grant_send(self, role: Grantee) -> None:
        """Let a role send, not consume: sqs:SendMessage; kms:GenerateDataKey, kms:Decrypt."""
        self._grant(role, "SendTo", ["SendMessage"])
        self._key.grant_encrypt(role, via="sqs")

    def grant_give_up(self, role: Grantee) -> None:
        """Let a role put what it gives up into the DLQ: sqs:SendMessage; kms:GenerateDataKey, kms:Decrypt."""
        self._grant(role, "GiveUpTo", ["SendMessage"], arn=self.dlq_arn)
        self._key.grant_encrypt(role, via="sqs")

    def grant_redrive(self, role: Grantee) -> None:
        """Let a role look at dead letters and move them back: on the DLQ, sqs:ReceiveMessage, DeleteMessage,
        ChangeMessageVisibility; on the queue, sqs:SendMessage; kms:GenerateDataKey, kms:Decrypt.
        """
        actions = ["ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage"]
        self._grant(role, "TakeDeadLettersOf", actions, arn=self.dlq_arn)
        self.grant_send(role)

    def _grant(self, role: Grantee, verb: str, actions: list[str], *, arn: str | None = None) -> None:
        role.allow(
            Statement(
                sid=f"{verb}{self.node.id}",
                actions=[f"sqs:{action}" for action in actions],
                resources=[arn or self.arn],
            )
        )

    def receive_from_roles(self) -> None:
        """Let no principal send by resource policy: roles do by their own, and over TLS alone."""
        for id_, queue in (("Policy", self._queue), ("DlqPolicy", self._dlq)):
            SqsQueuePolicy(
                self,
                id_,
                queue_url=queue.url,
                policy=policy_document([deny_insecure_transport("sqs:*", [queue.arn])]),
            )

    def receive_from(self, rule_arn: str) -> list[SqsQueuePolicy]:
        """Let one rule, and no other principal by resource policy, put events on the queue and its DLQ.

        Return the policies, for what must not send before they are in force.
        """
        return [
            _admit_rule(self, id_, queue, rule_arn)
            for id_, queue in (("Policy", self._queue), ("DlqPolicy", self._dlq))
        ]


class UndeliveredRuns(Construct):
    """A dead-letter queue for the runs of a schedule that EventBridge could not deliver.

    A run carries nothing to do again: each message is there to say why, in its attributes, for one day.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, key: EncryptionKey) -> None:
        super().__init__(scope, id_)
        self._queue = SqsQueue(
            self,
            "Queue",
            name=name,
            message_retention_seconds=UNDELIVERED_RUNS_RETENTION_DAYS * SECONDS_PER_DAY,
            kms_master_key_id=key.arn,
            kms_data_key_reuse_period_seconds=300,
        )
        self.name: str = self._queue.name
        self.arn: str = self._queue.arn

    def receive_from(self, rule_arn: str) -> SqsQueuePolicy:
        """Let one rule, and no other principal by resource policy, put runs on the queue.

        Return the policy, for what must not send before it is in force.
        """
        return _admit_rule(self, "Policy", self._queue, rule_arn)


def _admit_rule(scope: Construct, id_: str, queue: SqsQueue, rule_arn: str) -> SqsQueuePolicy:
    return SqsQueuePolicy(
        scope,
        id_,
        queue_url=queue.url,
        policy=policy_document(
            [
                allow_service(
                    "RuleSends",
                    "events.amazonaws.com",
                    actions=["sqs:SendMessage"],
                    resource=queue.arn,
                    # It names the account, and is all that EventBridge is documented to send. Source:
                    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
                    conditions={"ArnEquals": {"aws:SourceArn": rule_arn}},
                ),
                deny_insecure_transport("sqs:*", [queue.arn]),
            ]
        ),
    )


class EventRule(Construct):
    """A rule that puts matching events of the default bus on a queue."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        pattern: Mapping[str, Any],
        queue: EventQueue,
        after: "EventRule | None" = None,
    ) -> None:
        """Add the rule and its target; where it is to let go of what the rule `after` takes, not before that.

        So an event that comes while a deployment is under way is delivered by one of both, or by both.
        """
        super().__init__(scope, id_)
        self._rule = CloudwatchEventRule(
            self,
            "Rule",
            name=name,
            description=description,
            event_pattern=json.dumps(pattern),
            depends_on=[after._target] if after else None,
        )
        self.arn: str = self._rule.arn
        policies = queue.receive_from(self._rule.arn)
        self._target: CloudwatchEventTarget = CloudwatchEventTarget(
            self,
            "Target",
            rule=self._rule.name,
            target_id="queue",
            arn=queue.arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=DELIVERY_MAX_AGE_SECONDS,
                maximum_retry_attempts=DELIVERY_MAX_RETRIES,
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=queue.dlq_arn),
            # EventBridge doesn't retry what a queue forbids, and a DLQ that forbids it too loses the event.
            depends_on=policies,
        )
