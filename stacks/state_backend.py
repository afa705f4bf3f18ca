"""StateBackendStack: the bucket that holds Terraform state, made once before anything else."""

from collections.abc import Mapping

from constructs_lib.bindings import Construct, LocalBackend, TerraformOutput, TerraformStack
from constructs_lib.storage import PrivateBucket
from stacks.deployment import add_provider
from stacks.settings import StateSettings

ABANDONED_UPLOAD_DAYS = 7


class StateBackendStack(TerraformStack):
    """A versioned, encrypted, private bucket.

    Its own state can't lie in it, so that is a file under `state_folder`: small, without secrets, and one
    `terraform import` away where it is lost.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: StateSettings,
        tags: Mapping[str, str],
        state_folder: str,
        provider_version: str | None,
    ) -> None:
        super().__init__(scope, id_)
        LocalBackend(self, path=f"{state_folder}/{id_}.tfstate")
        add_provider(
            self,
            region=settings.region,
            tags=tags,
            version=provider_version,
            s3_use_path_style=settings.use_path_style,
            skip_aws_checks=settings.skip_aws_checks,
        )
        bucket = PrivateBucket(
            self,
            "State",
            name=settings.bucket,
            # The S3 backend's `encrypt` asks for S3's own keys; a key of ours would have to exist, and be
            # spelled out in every backend, before the bucket does.
            key=None,
            force_destroy=settings.force_destroy,
            prevent_destroy=settings.prevent_destroy,
            abandoned_upload_days=ABANDONED_UPLOAD_DAYS,
            old_version_days=settings.old_version_days,
        )
        bucket.ignore_events(reason="Terraform alone reads and writes it; nothing waits for a new state.")
        TerraformOutput(self, "state_bucket", value=bucket.name).override_logical_id("state_bucket")
