"""Terraform's CLI configuration: the person's own, a mirror on this machine, or the registry."""

from pathlib import Path

import pytest

from sandbox.deployment import provider_mirror
from sandbox.deployment.provider_mirror import (
    MIRROR_VARIABLE,
    PROVIDER_VERSION,
    configuration,
    platform_name,
)

TOFU = {"TERRAFORM_BINARY_NAME": "/opt/bin/tofu", "XDG_DATA_DIRS": "/nowhere"}


def mirror(
    place: Path,
    version: str = PROVIDER_VERSION,
    machine: str | None = None,
    host: str = "registry.terraform.io",
) -> Path:
    """Make an unpacked mirror."""
    name = machine or platform_name()
    (place / host / "hashicorp/aws" / version / name).mkdir(parents=True)
    return place


@pytest.fixture(autouse=True)
def no_mirrors_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look only where a test says."""
    monkeypatch.setattr(provider_mirror, "_PREFIXES", ())


def test_a_mirror_that_is_named_is_used(tmp_path: Path) -> None:
    """The provider alone comes from the mirror; everything else from the registry."""
    place = mirror(tmp_path / "mirror")
    text = configuration({MIRROR_VARIABLE: str(place), "XDG_DATA_DIRS": str(tmp_path)}, tmp_path / "home")
    assert f'path    = "{place}"' in text
    assert text.count("registry.terraform.io/hashicorp/aws") == 2


@pytest.mark.parametrize("below", [".terraform.d/plugins", ".local/share/terraform/plugins", "plugins"])
def test_a_mirror_is_found_in_the_usual_places(tmp_path: Path, below: str) -> None:
    """Terraform's implied mirror folders and the folders below the prefixes are looked into."""
    mirror(tmp_path / below)
    assert str(tmp_path / below) in configuration({"XDG_DATA_DIRS": "/nowhere"}, tmp_path)


def test_a_packed_mirror_counts(tmp_path: Path) -> None:
    """A zip as `terraform providers mirror` writes it is a mirror too."""
    folder = tmp_path / "m/registry.terraform.io/hashicorp/aws"
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_{PROVIDER_VERSION}_{platform_name()}.zip").touch()
    assert provider_mirror.holds_provider(tmp_path / "m")


def test_another_version_or_machine_is_no_mirror(tmp_path: Path) -> None:
    """A folder without our provider for this machine is passed over, and the registry is used."""
    mirror(tmp_path / "old", version="5.99.0")
    mirror(tmp_path / "other", machine="plan9_mips")
    text = configuration({"XDG_DATA_DIRS": "/nowhere"}, tmp_path)
    assert "filesystem_mirror" not in text


def test_a_persons_own_installation_settings_are_respected(tmp_path: Path) -> None:
    """A file with a provider_installation is used as it is, though a mirror is there."""
    mirror(tmp_path / "plugins")
    own = 'provider_installation {\n  network_mirror { url = "https://mirror.example.com/" }\n}\n'
    (tmp_path / ".terraformrc").write_text(own)
    assert configuration({}, tmp_path) == own


def test_other_settings_of_a_person_are_kept(tmp_path: Path) -> None:
    """Credentials or a plugin cache stay beside the mirror."""
    mirror(tmp_path / "plugins")
    named = tmp_path / "my.tfrc"
    named.write_text('plugin_cache_dir = "/cache"\n')
    text = configuration({"TF_CLI_CONFIG_FILE": str(named), "XDG_DATA_DIRS": "/nowhere"}, tmp_path)
    assert text.startswith('plugin_cache_dir = "/cache"\n')
    assert "filesystem_mirror" in text


def test_a_configuration_file_that_does_not_exist_is_no_error(tmp_path: Path) -> None:
    """TF_CLI_CONFIG_FILE may name a file that isn't there; what is written is valid all the same."""
    (tmp_path / ".terraformrc").write_text("disable_checkpoint = true\n")
    missing = {"TF_CLI_CONFIG_FILE": str(tmp_path / "missing"), "XDG_DATA_DIRS": "/nowhere"}
    assert configuration(missing, tmp_path) == "# The provider comes from the registry.\n"


@pytest.mark.parametrize(
    "below", [".terraform.d/plugins", ".local/share/opentofu/plugins", ".local/share/terraform/plugins"]
)
def test_opentofu_has_a_registry_of_its_own(tmp_path: Path, below: str) -> None:
    """Where OpenTofu is the program, a mirror of its registry is looked for, and Terraform's is none."""
    mirror(tmp_path / "plugins")
    assert "filesystem_mirror" not in configuration(TOFU, tmp_path)
    mirror(tmp_path / below, host="registry.opentofu.org")
    text = configuration(TOFU, tmp_path)
    assert f'path    = "{tmp_path / below}"' in text
    assert text.count('"registry.opentofu.org/hashicorp/aws"') == 2
    assert "registry.terraform.io" not in text


def test_opentofu_reads_its_own_file_first(tmp_path: Path) -> None:
    """A `.tofurc` wins over a `.terraformrc`, which OpenTofu takes where there is no other."""
    (tmp_path / ".terraformrc").write_text('plugin_cache_dir = "/terraform"\n')
    assert configuration(TOFU, tmp_path) == 'plugin_cache_dir = "/terraform"\n'
    (tmp_path / ".tofurc").write_text('plugin_cache_dir = "/tofu"\n')
    assert configuration(TOFU, tmp_path) == 'plugin_cache_dir = "/tofu"\n'
    assert "/terraform" in configuration({"XDG_DATA_DIRS": "/nowhere"}, tmp_path)
