"""The process environments: what the servers may see, and what reaches the sandbox's endpoints."""

from __future__ import annotations

import os
from collections.abc import Mapping

from sandbox.runtime.errors import ServerError

REGION = "us-east-1"
# The sandbox's MediaConvert acts as the service with these. The local AWS lets exactly this access key put
# events whose source begins with "aws.", and takes it for the service where a role is assumed.
SERVICE = "mediaconvert.amazonaws.com"
SERVICE_ACCESS_KEY_ID = "AKIAMEDIACONVERTSVC"
SERVICE_SECRET = "test"

# Proxies must not catch the loopback interface; package indexes, locales and paths are the user's own.
_NEVER_INHERITED = ("AWS_", "TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_LOG", "SANDBOX_")
_SERVER_INHERITS = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT")


def of_server(home: str, ca_bundle: str) -> dict[str, str]:
    """Return the clean environment of a server: nothing of the user's AWS settings can leak into a function.

    Args:
        home: A folder without an AWS configuration.
        ca_bundle: The authority that vouches for the local AWS; functions inherit it.
    """
    kept = {name: os.environ[name] for name in _SERVER_INHERITS if name in os.environ}
    return {
        **kept,
        "HOME": home,
        "PYTHONUNBUFFERED": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CA_BUNDLE": ca_bundle,
    }


def allows_undocumented_inputs() -> bool:
    """Return whether the MediaConvert endpoint is to read what MediaConvert's guide doesn't list.

    Raises:
        ServerError: SANDBOX_UNDOCUMENTED_INPUTS has a value that says neither yes nor no.
    """
    value = os.environ.get("SANDBOX_UNDOCUMENTED_INPUTS", "")
    if value not in ("", "0", "1"):
        raise ServerError(f"SANDBOX_UNDOCUMENTED_INPUTS is {value!r}. Set it to 1 or 0, or unset it.")
    return value == "1"


def of_client(
    *,
    aws_url: str,
    mediaconvert_url: str,
    edge_url: str,
    page_origin: str,
    ca_bundle: str,
    base: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the environment in which boto3, the AWS CLI, Terraform and cdktf reach the sandbox.

    Args:
        aws_url: The local AWS.
        mediaconvert_url: The MediaConvert endpoint.
        edge_url: Where browsers send parts of uploads, and sign in.
        page_origin: Where browsers have the page.
        ca_bundle: The authority that vouches for the local AWS.
        base: What to build on; the current environment by default.
    """
    inherited = os.environ if base is None else base
    kept = {name: value for name, value in inherited.items() if not name.startswith(_NEVER_INHERITED)}
    not_proxied = [part for part in (kept.get("NO_PROXY") or kept.get("no_proxy") or "").split(",") if part]
    no_proxy = ",".join(dict.fromkeys([*not_proxied, "127.0.0.1", "localhost"]))
    return {
        **kept,
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ENDPOINT_URL_MEDIACONVERT": mediaconvert_url,
        "AWS_CA_BUNDLE": ca_bundle,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A profile or an endpoint of the user's would be stronger than some of these.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        "ENVIRONMENT": "sandbox",
        "MEDIACONVERT_ENDPOINT": mediaconvert_url,
        "UPLOAD_ENDPOINT": edge_url,
        "SIGN_IN_URL": edge_url,
        "PAGE_ORIGINS": page_origin,
        "CHECKPOINT_DISABLE": "1",
    }
