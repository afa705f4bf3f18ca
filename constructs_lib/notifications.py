"""The topics that tell people: one for assets, one for alarms, so that each has its own subscribers."""

from constructs_lib.bindings import Construct, SnsTopic, SnsTopicPolicy, SnsTopicSubscription
from constructs_lib.encryption import EncryptionKey
from constructs_lib.iam import (
    Account,
    Grantee,
    Statement,
    allow_service,
    deny_insecure_transport,
    policy_document,
)


class _Topic(Construct):
    """An encrypted topic that takes nothing without TLS, and perhaps an address that is mailed."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: EncryptionKey,
        email: str | None,
    ) -> None:
        super().__init__(scope, id_)
        self._key = key
        self._topic = SnsTopic(self, "Topic", name=name, kms_master_key_id=key.arn)
        self.arn: str = self._topic.arn
        SnsTopicPolicy(self, "Policy", arn=self._topic.arn, policy=policy_document(self._statements()))
        if email is not None:
            SnsTopicSubscription(self, "Email", topic_arn=self._topic.arn, protocol="email", endpoint=email)

    def _statements(self) -> list[Statement]:
        # A topic's policy can't say sns:*, only actions that exist on topics.
        return [deny_insecure_transport("sns:Publish", [self.arn])]


class AssetTopic(_Topic):
    """A topic to which the granted roles, and no service, publish the news of assets."""

    def grant_publish(self, role: Grantee) -> None:
        """Let a role publish: sns:Publish; kms:GenerateDataKey, kms:Decrypt."""
        role.allow(Statement(sid=f"PublishTo{self.node.id}", actions=["sns:Publish"], resources=[self.arn]))
        self._key.grant_encrypt(role, via="sns")


class AlarmTopic(_Topic):
    """A topic to which CloudWatch publishes for the alarms of one name pattern, and nothing else does.

    The key's policy must let CloudWatch publish to this topic (`encryption.alarms_may_publish`).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: EncryptionKey,
        account: Account,
        alarm_names: str,
        email: str | None,
    ) -> None:
        self._alarms = account.arn("cloudwatch", f"alarm:{alarm_names}")
        super().__init__(scope, id_, name=name, key=key, email=email)

    def _statements(self) -> list[Statement]:
        return [
            allow_service(
                "AlarmsPublish",
                "cloudwatch.amazonaws.com",
                actions=["sns:Publish"],
                resource=self.arn,
                # It names the account, and is what CloudWatch is documented to send. Source:
                # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
                conditions={"ArnLike": {"aws:SourceArn": self._alarms}},
            ),
            *super()._statements(),
        ]
