"""Profiles: which presets a job is made of, and which profile an upload gets.

An upload names its profile in its metadata (`x-amz-meta-profile`); else its key's longest prefix that the
document lists decides; else it is the default. A source without a picture gets the audio profile.
"""

import json
import re
from collections.abc import Mapping
from typing import Protocol

from media_pipeline.domain.errors import PresetsInvalidError
from media_pipeline.domain.failures import failure
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.presets import AUDIO_PRESETS, VIDEO_PRESETS, PresetName, Presets, parse_presets

DEFAULT_PROFILE = "default"
AUDIO_PROFILE = "audio"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Name the presets of a job; what is made for a public one needs no signature to be watched."""

    name: str
    presets: tuple[PresetName, ...]
    is_public: bool = False

    @property
    def has_video(self) -> bool:
        """Tell whether anything of it shows the source's picture."""
        return not set(self.presets) <= AUDIO_PRESETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Hold all profiles by name, and the name that each prefix of keys stands for."""

    by_name: Mapping[str, Profile]
    prefixes: Mapping[str, str]

    def chosen(self, *, key: str, requested: str | None) -> Profile:
        """Return an upload's profile.

        Raises SourceError where its metadata name one that doesn't exist.
        """
        if requested is None:
            longest = max((prefix for prefix in self.prefixes if key.startswith(prefix)), key=len, default="")
            return self.by_name[self.prefixes.get(longest, DEFAULT_PROFILE)]
        profile = self.by_name.get(requested.strip())
        if profile is None:
            raise failure("UNKNOWN_PROFILE").fault(
                profile=repr(requested[:64]), allowed=", ".join(sorted(self.by_name))
            )
        return profile

    def fitting(self, asked_for: Profile, *, has_video: bool, has_audio: bool) -> Profile:
        """Return the profile itself, or the one for sound alone where the source has no picture.

        Raises SourceError where the source has nothing that the profile is made of.
        """
        profile = self.by_name[AUDIO_PROFILE] if asked_for.has_video and not has_video else asked_for
        if not profile.has_video and not has_audio:
            raise failure("NO_AUDIO_TRACK").fault(profile=repr(profile.name))
        return profile


def parse_profiles(text: str) -> Profiles:
    """Read the profiles document: `profiles` (name to preset names) and `prefixes` (key prefix to name).

    `public` may list the profiles that are so; without it none is.

    Raises PresetsInvalidError naming every fault.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PresetsInvalidError([f"profiles is not JSON ({error})"]) from error
    if not isinstance(data, dict) or set(data) - {"public"} != {"profiles", "prefixes"}:
        raise PresetsInvalidError(
            ["profiles must be a JSON object of profiles and prefixes, and public if any"]
        )
    named, prefixes, public = data["profiles"], data["prefixes"], data.get("public", [])
    if not isinstance(named, dict) or not isinstance(prefixes, dict):
        raise PresetsInvalidError(["profiles and prefixes in profiles must be JSON objects"])
    faults = [
        f"profiles must have the profile {name!r}"
        for name in (DEFAULT_PROFILE, AUDIO_PROFILE)
        if name not in named
    ]
    profiles = {
        name: Profile(
            name=name,
            presets=_preset_names(name, presets, faults),
            is_public=isinstance(public, list) and name in public,
        )
        for name, presets in named.items()
    }
    if AUDIO_PROFILE in profiles and profiles[AUDIO_PROFILE].has_video:
        faults.append(f"profiles {AUDIO_PROFILE} must name no presets but {_listed(AUDIO_PRESETS)}")
    faults += [
        f"prefixes {prefix!r} is {name!r}: must be one of {', '.join(sorted(profiles))}"
        for prefix, name in prefixes.items()
        if not isinstance(name, str) or name not in profiles
    ]
    if not isinstance(public, list) or not all(isinstance(name, str) and name in profiles for name in public):
        faults.append(f"profiles public must be a list of names out of {', '.join(sorted(profiles))}")
    if faults:
        raise PresetsInvalidError(faults)
    return Profiles(by_name=profiles, prefixes=prefixes)


def _preset_names(profile: str, names: object, faults: list[str]) -> tuple[PresetName, ...]:
    if not _NAME.fullmatch(profile):
        faults.append(f"profiles {profile!r} must be named by up to 32 of a-z, 0-9 and -, beginning with a-z")
    known = [name.value for name in PresetName]
    if (
        not isinstance(names, list)
        or not all(isinstance(name, str) and name in known for name in names)
        or len(set(names)) != len(names)
    ):
        faults.append(f"profiles {profile} must be a list of distinct names out of {', '.join(known)}")
        return ()
    chosen = tuple(PresetName(name) for name in names)
    if not chosen:
        faults.append(f"profiles {profile} must name at least one preset")
    # Frame captures are made only in jobs that also have a regular output with a picture. Source:
    # MediaConvert guide, "File group with a frame capture output".
    elif PresetName.THUMBNAILS in chosen and not set(chosen) & VIDEO_PRESETS:
        faults.append(f"profiles {profile} must name one of {_listed(VIDEO_PRESETS)} beside thumbnails")
    return chosen


def _listed(names: frozenset[PresetName]) -> str:
    return ", ".join(sorted(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetDocuments:
    """Hold the text of each preset by its name, and of the profiles, None where there is none."""

    presets: Mapping[str, str]
    profiles: str | None

    def parsed(self) -> tuple[Presets, Profiles]:
        """Return what the documents say. Raises PresetsInvalidError naming every fault of all of them."""
        faults: list[str] = []
        presets: Presets | None = None
        profiles: Profiles | None = None
        try:
            presets = parse_presets(self.presets)
        except PresetsInvalidError as invalid:
            faults += invalid.faults
        try:
            if self.profiles is None:
                raise PresetsInvalidError(["profiles is missing"])
            profiles = parse_profiles(self.profiles)
        except PresetsInvalidError as invalid:
            faults += invalid.faults
        if presets is None or profiles is None:
            raise PresetsInvalidError(faults)
        return presets, profiles

    @property
    def faults(self) -> tuple[str, ...]:
        """Return every fault; each begins with its document's name."""
        try:
            self.parsed()
        except PresetsInvalidError as invalid:
            return invalid.faults
        return ()


class PresetStore(Protocol):
    """The port to presets and profiles.

    Raises: PresetsInvalidError where a document is missing or has faults, TransientError and its kin where
    Parameter Store can't answer.
    """

    def load(self) -> tuple[Presets, Profiles]:
        """Return the presets and profiles in force."""
        ...
