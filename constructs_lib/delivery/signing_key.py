"""Keys that sign cookies and URLs for CloudFront, which knows their public half."""

from collections.abc import Sequence
from typing import Protocol

from constructs_lib.bindings import Construct, KmsAlias, KmsKey, TerraformResourceLifecycle
from constructs_lib.bindings.cloudfront import CloudfrontKeyGroup, CloudfrontPublicKey, DataAwsKmsPublicKey
from constructs_lib.encryption import accept_administration, account_administers
from constructs_lib.iam import Account, Grantee, Statement, policy_document

# CloudFront takes RSA 2048 and ECDSA P-256 keys; with this algorithm KMS signs what CloudFront calls SHA256.
# Sources: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
# and https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
KEY_SPEC = "RSA_2048"
SIGNING_ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"


class SigningKey(Protocol):
    """A key whose public half CloudFront knows by an id, and with whose private half a role may sign."""

    @property
    def key_pair_id(self) -> str:
        """Return the id by which cookies and URLs name the key."""
        ...

    @property
    def private_key(self) -> str:
        """Return where the private half is: an ARN of KMS, or a parameter's name."""
        ...

    def grant_sign(self, role: Grantee) -> None:
        """Let a role sign."""
        ...


class KmsSigningKey(Construct):
    """A key pair of KMS: nobody has its private half, and no state file holds it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        account: Account,
        deletion_window_days: int,
        prevent_destroy: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._key = KmsKey(
            self,
            "Key",
            description=f"Signs cookies and URLs as {name}",
            customer_master_key_spec=KEY_SPEC,
            key_usage="SIGN_VERIFY",
            deletion_window_in_days=deletion_window_days,
            policy=policy_document([account_administers(account)]),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        )
        KmsAlias(self, "Alias", name=f"alias/{name}", target_key_id=self._key.key_id)
        public = DataAwsKmsPublicKey(self, "Public", key_id=self._key.arn)
        self._public_key = _public_key(self, name=name, pem=public.public_key_pem)
        self.arn: str = self._key.arn
        # KMS rotates no asymmetric keys: a new generation in the settings does. Source:
        # https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
        accept_administration(self._key)

    @property
    def key_pair_id(self) -> str:
        """Return the id by which cookies and URLs name the key."""
        return str(self._public_key.id)

    @property
    def private_key(self) -> str:
        """Return the key's ARN."""
        return self.arn

    def grant_sign(self, role: Grantee) -> None:
        """Let a role sign, by the one algorithm that CloudFront verifies: kms:Sign.

        Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        """
        role.allow(
            Statement(
                sid="SignForViewers",
                actions=["kms:Sign"],
                resources=[self.arn],
                conditions={"StringEquals": {"kms:SigningAlgorithm": SIGNING_ALGORITHM}},
            )
        )


class ParameterSigningKey(Construct):
    """A key pair whose private half an operator keeps in an SSM SecureString; no stack knows its value.

    For signatures that KMS does not make (SHA-1).
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, account: Account, parameter: str, pem: str
    ) -> None:
        super().__init__(scope, id_)
        self._account = account
        self._parameter = parameter
        self._public_key = _public_key(self, name=name, pem=pem)

    @property
    def key_pair_id(self) -> str:
        """Return the id by which cookies and URLs name the key."""
        return str(self._public_key.id)

    @property
    def private_key(self) -> str:
        """Return the name of the parameter."""
        return self._parameter

    def grant_sign(self, role: Grantee) -> None:
        """Let a role read the private half: ssm:GetParameter.

        The parameter is encrypted with the account's `aws/ssm`, which every role may use through SSM. Source:
        https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
        """
        role.allow(
            Statement(
                sid="ReadSigningKey",
                actions=["ssm:GetParameter"],
                resources=[self._account.arn("ssm", f"parameter{self._parameter}")],
            )
        )


class KeyGroup(Construct):
    """The keys of whose signatures a distribution approves."""

    def __init__(self, scope: Construct, id_: str, *, name: str, keys: Sequence[SigningKey]) -> None:
        super().__init__(scope, id_)
        self._group = CloudfrontKeyGroup(self, "Group", name=name, items=[key.key_pair_id for key in keys])
        self.id: str = self._group.id


def _public_key(scope: Construct, *, name: str, pem: str) -> CloudfrontPublicKey:
    return CloudfrontPublicKey(
        scope,
        "PublicKey",
        name=name,
        encoded_key=pem,
        # A key that leaves its group is deleted after the group was changed: CloudFront refuses to delete one
        # that a group names. Source: DeletePublicKey, PublicKeyInUse.
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
