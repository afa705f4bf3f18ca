"""Terraform's and OpenTofu's CLI configuration: where the AWS provider comes from.

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

# Each program takes a provider without a host to be its own registry's. Source:
# https://opentofu.org/docs/language/providers/requirements/#source-addresses
_TERRAFORM, _TOFU = "registry.terraform.io", "registry.opentofu.org"
_PREFIXES = ("/opt", "/usr/share", "/usr/local/share", "/usr/lib", "/usr/local/lib", "/var/lib", "/srv")
_HAS_INSTALLATION = re.compile(r"^\s*provider_installation\b", re.MULTILINE)
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def configuration(environment: Mapping[str, str], home: Path) -> str:
    """Return the text of the configuration file that Terraform shall use.

    Args:
        environment: Names the person's own file (TF_CLI_CONFIG_FILE; it may not exist), our variable, and the
            program (TERRAFORM_BINARY_NAME).
        home: The person's home folder, which may hold `.terraformrc`, or for OpenTofu `.tofurc`.
    """
    host = registry_host(environment)
    own = _own_configuration(environment, home, host)
    if _HAS_INSTALLATION.search(own):
        return own
    places = _candidates(environment, home, host)
    mirror = next((place for place in places if holds_provider(place, host)), None)
    if mirror is None:
        return own or "# The provider comes from the registry.\n"
    path = str(mirror).replace("\\", "\\\\").replace('"', '\\"')
    return f"""{own}
provider_installation {{
  filesystem_mirror {{
    path    = "{path}"
    include = ["{host}/hashicorp/aws"]
  }}
  direct {{
    exclude = ["{host}/hashicorp/aws"]
  }}
}}
"""


def registry_host(environment: Mapping[str, str]) -> str:
    """Return the registry that the chosen program takes providers from, OpenTofu's where it is named so."""
    return _TOFU if "tofu" in Path(environment.get("TERRAFORM_BINARY_NAME", "")).name else _TERRAFORM


def holds_provider(place: Path, host: str = _TERRAFORM) -> bool:
    """Return whether a folder mirrors our provider's version for this machine, packed or not."""
    folder = place / host / "hashicorp" / "aws"
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


def _own_configuration(environment: Mapping[str, str], home: Path, host: str) -> str:
    named = environment.get("TF_CLI_CONFIG_FILE") or environment.get("TERRAFORM_CONFIG")
    # As the programs do: a named file replaces those in the home folder, even when it doesn't exist, and
    # OpenTofu takes Terraform's where it has none. Source: https://opentofu.org/docs/cli/config/config-file
    usual = [home / ".tofurc"] if host == _TOFU else []
    for path in [Path(named)] if named else [*usual, home / ".terraformrc"]:
        try:
            return path.read_text()
        except OSError:
            continue
    return ""


def _candidates(environment: Mapping[str, str], home: Path, host: str) -> Iterator[Path]:
    named = environment.get(MIRROR_VARIABLE)
    if named:
        yield Path(named)
    # The folders that Terraform itself would look into.
    # Source: https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    yield home / ".terraform.d/plugins"
    shares = [environment.get("XDG_DATA_HOME") or str(home / ".local/share")]
    shares += (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    programs = ("opentofu", "terraform") if host == _TOFU else ("terraform",)
    yield from (Path(share) / program / "plugins" for share in shares for program in programs)
    yield home / "Library/Application Support/io.terraform/plugins"
    yield Path("/Library/Application Support/io.terraform/plugins")
    for prefix in (*map(Path, _PREFIXES), home):
        yield prefix
        try:
            yield from sorted(prefix.iterdir())
        except OSError:
            continue
