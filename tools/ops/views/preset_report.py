"""The state of presets and profiles, deployed or in a folder: versions, validity, every error."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.encoding.presets import PresetName
from media_pipeline.encoding.profiles import PresetDocuments, parse_profiles
from tools.ops.errors import UsageError

PROFILES_FILE = "profiles.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetState:
    """Say how one preset stands; `version` is what its document says, empty where it says nothing."""

    name: str
    version: str
    state: str
    is_good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetReport:
    """Hold the state of each preset, each profile's presets, the profile of each prefix, and every error."""

    presets: Sequence[PresetState]
    profiles: Mapping[str, Sequence[str]]
    prefixes: Mapping[str, str]
    errors: Sequence[str]


def preset_report(documents: PresetDocuments) -> PresetReport:
    """Return what there is to say of these documents."""
    errors = documents.faults
    names = [name.value for name in PresetName]
    unused = sorted(set(documents.presets) - set(names))
    profiles: Mapping[str, Sequence[str]] = {}
    prefixes: Mapping[str, str] = {}
    try:
        read = parse_profiles(documents.profiles or "")
        profiles = {
            name: [preset.value for preset in chosen.presets] for name, chosen in read.by_name.items()
        }
        prefixes = read.prefixes
    except PresetsInvalidError:
        pass  # among the errors
    return PresetReport(
        presets=[
            *(_state(name, documents.presets.get(name), errors) for name in names),
            *(
                PresetState(
                    name=name, version=_version(documents.presets[name]), state="not used", is_good=True
                )
                for name in unused
            ),
        ],
        profiles=profiles,
        prefixes=prefixes,
        errors=errors,
    )


def documents_of(folder: Path) -> PresetDocuments:
    """Read a folder of presets, as `stacks/presets/` is one. Raises UsageError where it can't be read."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder. Name the one that holds hls.json, profiles.json, ...")
    try:
        texts = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.json"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The presets in {folder} can't be read: {error}.") from error
    profiles = texts.pop(PROFILES_FILE, None)
    return PresetDocuments(
        presets={name.removesuffix(".json"): text for name, text in texts.items()}, profiles=profiles
    )


def _state(name: str, text: str | None, errors: Sequence[str]) -> PresetState:
    own = sum(error.startswith(f"{name} ") for error in errors)
    if text is None:
        state = "missing"
    elif own:
        state = f"{own} error{'' if own == 1 else 's'}"
    else:
        state = "valid"
    return PresetState(name=name, version=_version(text), state=state, is_good=not own)


def _version(text: str | None) -> str:
    try:
        read = json.loads(text or "")
    except (ValueError, RecursionError):
        return ""
    return str(read["version"]) if isinstance(read, dict) and "version" in read else ""
