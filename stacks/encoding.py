"""Encoding presets and profiles as they lie in `stacks/presets/`, and the job templates made from them.

Read and rendered by the functions' own code: what an operator is given cannot differ from what runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media_pipeline.encoding.job_settings import job_template_settings
from media_pipeline.encoding.presets import PresetName, parse_presets
from media_pipeline.encoding.profiles import parse_profiles

PROFILES_FILE = "profiles.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingDocuments:
    """Hold the text of each preset and of the profiles, and each profile's job template settings."""

    presets: Mapping[str, str]
    profiles: str
    job_templates: Mapping[str, Mapping[str, Any]]


def read_encoding_documents(folder: Path) -> EncodingDocuments:
    """Read and check a folder of presets. Raises PresetsInvalidError naming every fault."""
    texts = {name.value: (folder / f"{name.value}.json").read_text("utf-8") for name in PresetName}
    profiles_text = (folder / PROFILES_FILE).read_text("utf-8")
    presets = parse_presets(texts)
    profiles = parse_profiles(profiles_text)
    return EncodingDocuments(
        presets=texts,
        profiles=profiles_text,
        job_templates={
            name: job_template_settings(profile, presets) for name, profile in profiles.by_name.items()
        },
    )
