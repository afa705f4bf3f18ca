"""Terraform's CLI configuration: where the AWS provider comes from.

Where the registry can't be reached, `terraform init` needs a folder that holds the provider, which the
configuration names. A person's own `provider_installation` is respected; else such a folder is looked for
in the places where administrators put it; where there is none, the registry is used as usual.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

PROVIDER_VERSION = "5.100.0"
MIRROR_VARIABLE = "MEDIA_PIPELINE_PROVIDER_MIRROR"

_PROVIDER = Path("registry.terraform.io/hashicorp/aws")
_PREFIXES = ("/opt", "/usr/share", "/usr/local/share", "/usr/lib", "/usr/local/lib", "/var/lib", "/srv")
_HAS_INSTALLATION = re.compile(r"^\s*provider_installation\b", re.MULTILINE)
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def configuration(environment: Mapping[str, str], home: Path) -> str:
    """Return the text of the configuration file that Terraform shall use.

    Args:
        environment: Names the person's own file (TF_CLI_CONFIG_FILE; it may not exist) and our variable.
        home: The person's home folder, which may hold `.terraformrc`.
    """
    own = _own_configuration(environment, home)
    if _HAS_INSTALLATION.search(own):
        return own
    mirror = next((place for place in _candidates(environment, home) if holds_provider(place)), None)
    if mirror is None:
        return own or "# The provider comes from the registry.\n"
    path = str(mirror).replace("\\", "\\\\").replace('"', '\\"')
    return f"""{own}
provider_installation {{
  filesystem_mirror {{
    path    = "{path}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""


def holds_provider(place: Path) -> bool:
    """Return whether a folder is a mirror with our provider's version for this machine, packed or not."""
    folder = place / _PROVIDER
    machine = platform_name()
    unpacked = folder / PROVIDER_VERSION / machine
    packed = folder / f"terraform-provider-aws_{PROVIDER_VERSION}_{machine}.zip"
    try:
        return unpacked.is_dir() or packed.is_file()
    except OSError:
        return False


def platform_name() -> str:
    """Return this machine's name in provider folders, such as `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{'darwin' if sys.platform == 'darwin' else 'linux'}_{_MACHINES.get(machine, machine)}"


def _own_configuration(environment: Mapping[str, str], home: Path) -> str:
    named = environment.get("TF_CLI_CONFIG_FILE") or environment.get("TERRAFORM_CONFIG")
    # As Terraform does: a named file replaces the one in the home folder, even when it doesn't exist.
    try:
        return Path(named or home / ".terraformrc").read_text()
    except OSError:
        return ""


def _candidates(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    named = environment.get(MIRROR_VARIABLE)
    if named:
        yield Path(named)
    # The folders that Terraform itself would look into.
    # Source: https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    yield home / ".terraform.d/plugins"
    shares = [environment.get("XDG_DATA_HOME") or str(home / ".local/share")]
    shares += (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    yield from (Path(share) / "terraform/plugins" for share in shares)
    yield home / "Library/Application Support/io.terraform/plugins"
    yield Path("/Library/Application Support/io.terraform/plugins")
    for prefix in (*map(Path, _PREFIXES), home):
        yield prefix
        try:
            yield from sorted(prefix.iterdir())
        except OSError:
            continue
