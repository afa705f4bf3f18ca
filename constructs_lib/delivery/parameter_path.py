"""Parameters that programs write below one path of SSM's, without Terraform: names that roles are granted."""

from collections.abc import Sequence

from constructs_lib.encryption import EncryptionKey
from constructs_lib.iam import Account, Grantee, Statement


class ParameterPath:
    """A path below which parameters come and go while the stack stays as it is.

    Their values are in no state of Terraform's. What is encrypted is so with the stack's key.
    """

    def __init__(self, *, name: str, path: str, account: Account, key: EncryptionKey) -> None:
        self.path = path
        self._name = name
        self._key = key
        self._arn = account.arn("ssm", f"parameter{path}")

    def grant_list(self, role: Grantee, folders: Sequence[str]) -> None:
        """Let a role read all parameters of folders: ssm:GetParametersByPath."""
        arns = [f"{self._arn}/{folder}" for folder in folders]
        # By path is authorized on the path itself; the older spelling covers what is below it.
        resources = [arn for each in arns for arn in (each, f"{each}/*")]
        self._grant(role, "List", ["GetParametersByPath"], resources)

    def grant_read(self, role: Grantee, folders: Sequence[str]) -> None:
        """Let a role read single parameters of folders, secret ones too: ssm:GetParameters; kms:Decrypt."""
        self._grant(role, "Read", ["GetParameters"], self._in(folders))
        self._key.grant_decrypt(role, via="ssm")

    def grant_write(self, role: Grantee, folder: str) -> None:
        """Let a role write the parameters of one folder, which are no secrets: ssm:PutParameter."""
        self._grant(role, "Write", ["PutParameter"], self._in([folder]))

    def grant_administer(self, role: Grantee) -> None:
        """Let a role do everything with the parameters, secret ones too: ssm:GetParameter,
        GetParametersByPath, PutParameter, DeleteParameter; kms:Encrypt, kms:Decrypt.

        Standard parameters are encrypted with the key itself. Source:
        https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
        """
        # One resource for all folders: a managed policy has 6,144 characters for everything.
        actions = ["DeleteParameter", "GetParameter", "GetParametersByPath", "PutParameter"]
        self._grant(role, "Administer", actions, [f"{self._arn}/*"])
        self._key.grant_parameter_secrets(role)

    def _in(self, folders: Sequence[str]) -> list[str]:
        return [f"{self._arn}/{folder}/*" for folder in folders]

    def _grant(self, role: Grantee, verb: str, actions: Sequence[str], resources: Sequence[str]) -> None:
        role.allow(
            Statement(
                sid=f"{verb}{self._name}",
                actions=[f"ssm:{action}" for action in actions],
                resources=resources,
            )
        )
