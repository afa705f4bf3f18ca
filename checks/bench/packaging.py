"""How many minutes of output a job asks to be encoded: one CMAF group against HLS and DASH apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.encoding.presets import parse_presets
from media_pipeline.encoding.profiles import parse_profiles
from sandbox.runtime.folder import PROJECT_ROOT
from stacks.encoding import read_encoding_documents

SHARED_PROFILE, SEPARATE_PROFILE = "default", "classic"
ALLOWED_RATIO = 0.60
PRESETS_FOLDER: Path = PROJECT_ROOT / "stacks" / "presets"


@dataclass(frozen=True, slots=True)
class EncodedMinutes:
    """Count outputs that are encoded, each as long as the source; stills are none of them."""

    shared: int
    separate: int

    @property
    def ratio(self) -> float:
        """Return what one group encodes, as a share of what two encode."""
        return self.shared / self.separate


def measure() -> EncodedMinutes:
    """Return the outputs of both profiles for a Full HD stereo source: minutes a minute of it."""
    encoding = read_encoding_documents(PRESETS_FOLDER)
    presets, profiles = parse_presets(encoding.presets), parse_profiles(encoding.profiles)

    def outputs(profile: str) -> int:
        settings = job_settings(
            source_uri="s3://uploads/a.mp4",
            destination="s3://outputs/id/1",
            source=REFERENCE_VIDEO,
            profile=profiles.by_name[profile],
            presets=presets,
        )
        return len(list(_encoded(settings)))

    return EncodedMinutes(shared=outputs(SHARED_PROFILE), separate=outputs(SEPARATE_PROFILE))


def _encoded(settings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in settings["OutputGroups"]:
        for output in group["Outputs"]:
            codec = output.get("VideoDescription", {}).get("CodecSettings", {}).get("Codec")
            if codec != "FRAME_CAPTURE":
                yield output
