"""The presets and profiles as an operator writes them, and what is wrong with them, all of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from media_pipeline.errors import PresetsInvalidError
from media_pipeline.presets import Presets, parse_presets
from media_pipeline.profiles import Profiles, parse_profiles


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
