"""Buckets, encrypted, private and versioned."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs_lib.bindings import (
    Construct,
    S3Bucket,
    S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule,
    S3BucketLifecycleConfiguration,
    S3BucketNotification,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
    TerraformResourceLifecycle,
)
from constructs_lib.encryption import LOG_DELIVERY, EncryptionKey, log_delivery_sources
from constructs_lib.iam import (
    Account,
    Grantee,
    Statement,
    allow_service,
    deny_insecure_transport,
    policy_document,
)
from constructs_lib.lifecycle import Tier, lifecycle_rules
from constructs_lib.lint import accept_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """Let browsers on these origins call a bucket with these methods."""

    origins: Sequence[str]
    methods: Sequence[str]
    exposed_headers: Sequence[str] = ()


class PrivateBucket(Construct):
    """A versioned bucket that only this account's identities reach, over TLS.

    Without a key, objects are encrypted with keys that S3 manages.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key: EncryptionKey | None,
        force_destroy: bool,
        prevent_destroy: bool,
        abandoned_upload_days: int,
        old_version_days: int,
        tiers: Sequence[Tier] = (),
        cors: Cors | None = None,
        expires_after_days: int | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._key = key
        self._bucket = S3Bucket(
            self,
            "Bucket",
            bucket=name,
            force_destroy=force_destroy,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        )
        self.name: str = self._bucket.id
        self.arn: str = self._bucket.arn
        self.domain_name: str = self._bucket.bucket_regional_domain_name
        public_access = self._block_public_access()
        self._encrypt(key)
        versioning = S3BucketVersioningA(
            self,
            "Versioning",
            bucket=self._bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            self,
            "Lifecycle",
            bucket=self._bucket.id,
            rule=lifecycle_rules(abandoned_upload_days, old_version_days, tiers, expires_after_days),
            # Rules about old versions are refused while the bucket keeps none.
            depends_on=[versioning],
        )
        self._statements = [deny_insecure_transport("s3:*", [self.arn, f"{self.arn}/*"])]
        self._policy = S3BucketPolicy(
            self,
            "Policy",
            bucket=self._bucket.id,
            policy=policy_document(self._statements),
            depends_on=[public_access],
        )
        self._cors = cors
        self._cors_configuration = (
            S3BucketCorsConfiguration(
                self, "Cors", bucket=self._bucket.id, cors_rule=[_cors_rule(cors, cors.origins)]
            )
            if cors is not None
            else None
        )
        self._accept_findings()

    def _accept_findings(self) -> None:
        accepted = {
            "CKV_AWS_18": "S3 delivers access logs late and not reliably; CloudTrail's data events, which an "
            "account switches on for all of its buckets at once, tell who read and wrote what. Source: "
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html",
            "CKV_AWS_144": "The pipeline lives in one region, where S3 keeps each object in several zones "
            "and old versions outlive a mistake; a copy elsewhere doubles the cost of storage.",
        }
        if self._key is None:
            accepted["CKV_AWS_145"] = "S3's own keys encrypt it: it exists before a key of ours does."
        for check, reason in accepted.items():
            accept_finding(self._bucket, check, reason=reason)

    def ignore_events(self, *, reason: str) -> None:
        """Say why nothing acts on the bucket's events."""
        accept_finding(self._bucket, "CKV2_AWS_62", reason=reason)

    def notify_eventbridge(self) -> None:
        """Send the bucket's events to the account's default event bus."""
        S3BucketNotification(self, "Notification", bucket=self._bucket.id, eventbridge=True)

    def admit_distribution(self, arn: str) -> None:
        """Let one CloudFront distribution read objects: s3:GetObject.

        What decrypts them is the key's policy, by `encryption.distributions_may_decrypt`. Source:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
        """
        self._statements.append(
            allow_service(
                "DistributionReads",
                "cloudfront.amazonaws.com",
                actions=["s3:GetObject"],
                resource=f"{self.arn}/*",
                conditions={"StringEquals": {"aws:SourceArn": arn}},
            )
        )
        self._policy.policy = policy_document(self._statements)

    @property
    def policy(self) -> S3BucketPolicy:
        """Return the bucket's policy, for what must wait for it."""
        return self._policy

    def admit_log_delivery(self, account: Account) -> None:
        """Let CloudWatch's log delivery write this account's access logs: s3:PutObject, GetBucketAcl.

        What encrypts them is the key's policy, by `encryption.log_delivery_may_encrypt`. Source:
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
        """
        of_account = {"ArnLike": {"aws:SourceArn": log_delivery_sources(account)}, **account.is_source}
        owned = {"s3:x-amz-acl": "bucket-owner-full-control", **account.is_source["StringEquals"]}
        self._statements += [
            allow_service(
                "LogDeliveryWrites",
                LOG_DELIVERY,
                actions=["s3:PutObject"],
                resource=f"{self.arn}/*",
                conditions={**of_account, "StringEquals": owned},
            ),
            allow_service(
                "LogDeliveryReadsAcl",
                LOG_DELIVERY,
                actions=["s3:GetBucketAcl"],
                resource=self.arn,
                conditions=of_account,
            ),
        ]
        self._policy.policy = policy_document(self._statements)

    def grant_read(self, role: Grantee) -> None:
        """Let a role read objects as they are now: s3:GetObject; kms:Decrypt."""
        self._grant(role, "Read", ["s3:GetObject"], [f"{self.arn}/*"])
        if self._key is not None:
            self._key.grant_decrypt(role, via="s3")

    def admit_origins(self, *origins: str) -> None:
        """Let browsers on further origins call the bucket as those of its `cors` may."""
        if self._cors is None or self._cors_configuration is None:
            raise ValueError(f"{self.node.path} lets no browser call it")
        self._cors_configuration.put_cors_rule([_cors_rule(self._cors, [*self._cors.origins, *origins])])

    def grant_list(self, role: Grantee) -> None:
        """Let a role list objects, and tell a missing one from a forbidden one: s3:ListBucket."""
        self._grant(role, "List", ["s3:ListBucket"], [self.arn])

    def grant_list_versions(self, role: Grantee) -> None:
        """Let a role list all versions of all objects: s3:ListBucketVersions."""
        self._grant(role, "ListVersions", ["s3:ListBucketVersions"], [self.arn])

    def grant_write(self, role: Grantee, *, prefix: str = "", in_parts: bool = False) -> None:
        """Let a role write: s3:PutObject, in parts AbortMultipartUpload; kms:GenerateDataKey, kms:Decrypt.

        S3 asks for no more to begin a multipart upload, to send its parts and to complete it. Source:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
        """
        actions = ["s3:PutObject", *(["s3:AbortMultipartUpload"] if in_parts else [])]
        self._grant(role, "Write", actions, [f"{self.arn}/{prefix}*"])
        if self._key is not None:
            self._key.grant_encrypt(role, via="s3")

    def grant_resume_parts(self, role: Grantee, *, prefix: str) -> None:
        """Let a role see parts and begun uploads: s3:ListMultipartUploadParts, ListBucketMultipartUploads.

        The latter knows no condition on a prefix: it names the keys of all begun uploads. Source:
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
        """
        self._grant(role, "ListParts", ["s3:ListMultipartUploadParts"], [f"{self.arn}/{prefix}*"])
        self._grant(role, "ListUploads", ["s3:ListBucketMultipartUploads"], [self.arn])

    def grant_delete(self, role: Grantee) -> None:
        """Let a role put a marker of deletion over objects, whose versions stay: s3:DeleteObject."""
        self._grant(role, "Delete", ["s3:DeleteObject"], [f"{self.arn}/*"])

    def grant_delete_versions(self, role: Grantee) -> None:
        """Let a role delete versions of objects for good: s3:DeleteObjectVersion."""
        self._grant(role, "DeleteVersions", ["s3:DeleteObjectVersion"], [f"{self.arn}/*"])

    def grant_tag_versions(self, role: Grantee) -> None:
        """Let a role read and write tags: s3:GetObjectVersionTagging, s3:PutObjectVersionTagging."""
        actions = ["s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"]
        self._grant(role, "TagVersions", actions, [f"{self.arn}/*"])

    def _grant(self, role: Grantee, verb: str, actions: Sequence[str], resources: Sequence[str]) -> None:
        role.allow(Statement(sid=f"{verb}{self.node.id}", actions=actions, resources=resources))

    def _block_public_access(self) -> S3BucketPublicAccessBlock:
        S3BucketOwnershipControls(
            self,
            "Ownership",
            bucket=self._bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        return S3BucketPublicAccessBlock(
            self,
            "PublicAccess",
            bucket=self._bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )

    def _encrypt(self, key: EncryptionKey | None) -> None:
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "Encryption",
            bucket=self._bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    # One data key per bucket instead of one per object: far fewer calls to KMS.
                    bucket_key_enabled=key is not None,
                    apply_server_side_encryption_by_default=S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                        sse_algorithm="aws:kms" if key else "AES256",
                        kms_master_key_id=key.arn if key else None,
                    ),
                )
            ],
        )


def _cors_rule(cors: Cors, origins: Sequence[str]) -> S3BucketCorsConfigurationCorsRule:
    return S3BucketCorsConfigurationCorsRule(
        allowed_origins=list(origins),
        allowed_methods=list(cors.methods),
        allowed_headers=["*"],
        expose_headers=list(cors.exposed_headers),
        max_age_seconds=3600,
    )
