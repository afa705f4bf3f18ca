"""What every stack tells Terraform before it names a resource: version, provider, where state is kept."""

from collections.abc import Mapping

from constructs_lib.bindings import AwsProvider, AwsProviderDefaultTags, Construct, S3Backend, TerraformStack
from stacks.settings import StateSettings

# The first version whose S3 backend knows `use_lockfile`. Source:
# https://developer.hashicorp.com/terraform/language/v1.10.x/upgrade-guides
TERRAFORM_VERSION = ">= 1.10"


def add_provider(
    stack: TerraformStack,
    *,
    region: str,
    tags: Mapping[str, str],
    version: str | None,
    s3_use_path_style: bool,
    skip_aws_checks: bool,
) -> None:
    """Let a stack deploy to one region, with tags on everything.

    Args:
        version: Of the provider; None lets the bindings' own stand.
    """
    stack.add_override("terraform.required_version", TERRAFORM_VERSION)
    AwsProvider(
        stack,
        "Aws",
        region=region,
        default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
        s3_use_path_style=s3_use_path_style or None,
        skip_credentials_validation=skip_aws_checks or None,
        skip_metadata_api_check="true" if skip_aws_checks else None,
        skip_region_validation=skip_aws_checks or None,
    )
    if version is not None:
        stack.add_override("terraform.required_providers.aws.version", version)


def add_provider_of_global_services(
    scope: Construct, *, tags: Mapping[str, str], skip_aws_checks: bool
) -> AwsProvider:
    """Add and return the provider for what AWS takes in us-east-1 alone, wherever the stack is."""
    return AwsProvider(
        scope,
        "AwsGlobal",
        alias="global",
        region="us-east-1",
        default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
        skip_credentials_validation=skip_aws_checks or None,
        skip_metadata_api_check="true" if skip_aws_checks else None,
        skip_region_validation=skip_aws_checks or None,
    )


def keep_state_in_s3(stack: TerraformStack, state: StateSettings, *, key: str) -> None:
    """Keep a stack's state, encrypted and locked, under a key of the state bucket."""
    S3Backend(
        stack,
        bucket=state.bucket,
        key=key,
        region=state.region,
        encrypt=True,
        use_path_style=state.use_path_style or None,
        skip_credentials_validation=state.skip_aws_checks or None,
        skip_metadata_api_check=state.skip_aws_checks or None,
        skip_region_validation=state.skip_aws_checks or None,
    )
    # cdktf's S3Backend does not know of it.
    stack.add_override("terraform.backend.s3.use_lockfile", True)
