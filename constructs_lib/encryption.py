"""The customer-managed key, and who may use it for what."""

from collections.abc import Sequence

from constructs_lib.bindings import Construct, KmsAlias, KmsKey, TerraformResourceLifecycle
from constructs_lib.iam import Account, Grantee, Statement, allow_service, policy_document
from constructs_lib.lint import accept_finding

LOG_DELIVERY = "delivery.logs.amazonaws.com"


def events_may_send(account: Account) -> Statement:
    """Let EventBridge put events on encrypted queues, dead-letter queues among them.

    Scoped by account; the queues' policies name the rule. Not good for topics: source conditions in a key's
    policy are not supported where EventBridge publishes to an encrypted topic. Sources:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html and
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return allow_service(
        "EventBridgeSendsToQueues",
        "events.amazonaws.com",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resource="*",
        conditions=account.is_source,
    )


def alarms_may_publish(topic_arn: str) -> Statement:
    """Let CloudWatch alarms publish to one encrypted topic.

    Scoped by the topic, which SNS names in the encryption context of its requests; whether CloudWatch tells
    KMS an account is documented nowhere. Sources:
    https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns (actions), and "Set up an SNS topic
    with server-side encryption" of Amazon GameLift Servers (the context's key).
    """
    return allow_service(
        "AlarmsPublishToTopics",
        "cloudwatch.amazonaws.com",
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resource="*",
        conditions={"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": topic_arn}},
    )


def log_groups_may_encrypt(account: Account, *name_patterns: str) -> Statement:
    """Let CloudWatch Logs encrypt the log groups whose names match one of the patterns.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    arns = [account.arn("logs", f"log-group:{pattern}") for pattern in name_patterns]
    return allow_service(
        "LogGroupsEncrypt",
        f"logs.{account.region}.amazonaws.com",
        actions=[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey*",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        resource="*",
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arns[0] if len(arns) == 1 else arns}},
    )


def distributions_may_decrypt(account: Account) -> Statement:
    """Let the account's CloudFront distributions decrypt what they read from buckets.

    Scoped by the pattern that all of them fit: a distribution's own ARN would make a circle. Which one may
    read is the buckets' policies to say. CloudFront is not known to tell its account beside the ARN. Source:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    return allow_service(
        "DistributionsDecrypt",
        "cloudfront.amazonaws.com",
        actions=["kms:Decrypt"],
        resource="*",
        conditions={
            "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{account.account_id}:distribution/*"},
        },
    )


def log_delivery_may_encrypt(account: Account) -> Statement:
    """Let CloudWatch's log delivery encrypt the access logs that it writes to buckets of the account.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
    """
    return allow_service(
        "LogDeliveryEncrypts",
        LOG_DELIVERY,
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resource="*",
        conditions={"ArnLike": {"aws:SourceArn": log_delivery_sources(account)}, **account.is_source},
    )


def log_delivery_sources(account: Account) -> str:
    """Return the pattern of the sources of logs: those of distributions are in us-east-1."""
    return f"arn:aws:logs:us-east-1:{account.account_id}:*"


def account_administers(account: Account) -> Statement:
    """Let the account's administrators delegate through IAM what may be done with a key."""
    return Statement(
        sid="AccountDelegatesThroughIam",
        principal={"AWS": account.root_arn},
        actions=["kms:*"],
        resources=["*"],
    )


def accept_administration(key: KmsKey) -> None:
    """Accept what the lint finds of `account_administers` in a key's policy."""
    accept_finding(
        key,
        "PERMISSIONS_MANAGEMENT_ACTIONS",
        about="kms:putkeypolicy",
        reason="Without the account's own right over it, a key with a faulty policy is lost for good. "
        "Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    )
    accept_finding(
        key,
        "RESOURCE_MISMATCH",
        about="kms:ListKeys",
        reason="Of kms:* a key's policy grants what is about a key; the other actions are left out.",
    )


class EncryptionKey(Construct):
    """A rotated key with an alias.

    Its policy lets the account's administrators delegate through IAM, and each service in `services` do
    exactly what its statement says. S3, SNS, SQS, DynamoDB and Lambda are not among them on purpose: they use
    the key in the name of the role that calls them, which the grants below allow for that one service only.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        account: Account,
        services: Sequence[Statement],
        deletion_window_days: int,
        prevent_destroy: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._account = account
        self._key = KmsKey(
            self,
            "Key",
            description=f"Encrypts everything of {name}",
            enable_key_rotation=True,
            deletion_window_in_days=deletion_window_days,
            policy=policy_document([account_administers(account), *services]),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        )
        self.arn: str = self._key.arn
        self._accept_findings()
        KmsAlias(self, "Alias", name=f"alias/{name}", target_key_id=self._key.key_id)

    def _accept_findings(self) -> None:
        accept_administration(self._key)
        accept_finding(
            self._key,
            "MISMATCHED_TYPE",
            about="ArnLike requires a value of type Arn but given String",
            reason="To parliament an encryption context is any text; that of CloudWatch Logs is an ARN. "
            "Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        )
        accept_finding(
            self._key,
            "UNKNOWN_CONDITION_FOR_ACTION",
            about="kms:EncryptionContext:aws:logs:arn for action kms:DescribeKey",
            reason="CloudWatch Logs documents the statement so, with DescribeKey under the same condition. "
            "Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        )

    def grant_decrypt(self, role: Grantee, *, via: str) -> None:
        """Let a role read what the service `via` (`sqs`, `s3`...) stored under the key: kms:Decrypt."""
        self._grant(role, via, ["kms:Decrypt"])

    def grant_encrypt(self, role: Grantee, *, via: str) -> None:
        """Let a role store through the service `via`: kms:Decrypt, kms:GenerateDataKey.

        Writers need kms:Decrypt too: data keys are reused, and multipart uploads read their parts.
        """
        self._grant(role, via, ["kms:Decrypt", "kms:GenerateDataKey"])

    def grant_parameter_secrets(self, role: Grantee) -> None:
        """Let a role write and read standard SecureStrings of SSM: kms:Decrypt, kms:Encrypt.

        Source: https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
        """
        self._grant(role, "ssm", ["kms:Decrypt", "kms:Encrypt"])

    def grant_table_use(self, role: Grantee) -> None:
        """Let a role read and write tables: kms:Decrypt, DescribeKey, Encrypt, GenerateDataKey*, ReEncrypt*.

        Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        """
        actions = ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncryptFrom", "ReEncryptTo"]
        self._grant(role, "dynamodb", [f"kms:{action}" for action in actions])

    def grant_function_environment(self, role: Grantee, function_name: str) -> None:
        """Let a function's role read its own environment variables: kms:Decrypt.

        Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
        """
        function_arn = self._account.arn("lambda", f"function:{function_name}")
        role.allow(
            Statement(
                sid="UseKeyForEnvironment",
                actions=["kms:Decrypt"],
                resources=[self.arn],
                conditions={"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": function_arn}},
            )
        )

    def _grant(self, role: Grantee, via: str, actions: Sequence[str]) -> None:
        role.allow(
            Statement(
                sid=f"UseKeyThrough{via.capitalize()}",
                actions=actions,
                resources=[self.arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"{via}.{self._account.region}.amazonaws.com"}
                },
            )
        )
