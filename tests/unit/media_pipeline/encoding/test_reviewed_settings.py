"""The settings that were reviewed in the snapshot of the stacks are those that the functions render."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.encoding.job_settings import job_template_settings
from tests.support.strategies import shipped_presets, shipped_profiles

SNAPSHOTS = Path(__file__).resolve().parents[3] / "infrastructure/snapshot/__snapshots__/test_synthesized"
PROFILES = shipped_profiles().by_name


def _reviewed() -> Iterator[tuple[str, Any]]:
    """Yield the name and the settings of each job template of production."""
    stack = json.loads((SNAPSHOTS / "test_stack[prod].json").read_text())
    for template in stack["resource"]["aws_cloudformation_stack"].values():
        properties = template["template_body"]["Resources"]["JobTemplate"]["Properties"]
        yield properties["Name"], properties["SettingsJson"]


REVIEWED = dict(_reviewed())


def test_each_profile_has_reviewed_settings() -> None:
    """No profile is deployed that the snapshot does not show."""
    assert {name.removeprefix("media-pipeline-").removesuffix("-prod") for name in REVIEWED} == set(PROFILES)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_rendered_settings_are_the_reviewed_ones(profile: str) -> None:
    """Each field and value of a job was reviewed: `make snapshot-update` shows a change."""
    assert (
        job_template_settings(PROFILES[profile], shipped_presets())
        == (REVIEWED[f"media-pipeline-{profile}-prod"])
    )
