"""The very job that the pipeline would submit for a file, in the form in which MediaConvert receives it."""

from pathlib import Path
from typing import Any

from media_pipeline.adapters.probe_response import source_from_probe
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.presets import Presets, parse_presets
from media_pipeline.encoding.profiles import parse_profiles
from sandbox.mediaconvert.probing.probe_result import probe_file
from stacks.encoding import read_encoding_documents

PRESETS_FOLDER = Path(__file__).resolve().parents[2] / "stacks" / "presets"
SOURCE_URI = "s3://uploads/clip.mp4"


def wire_settings(source: Path, profile: str = "default", presets: Presets | None = None) -> dict[str, Any]:
    """Return the settings of the job for a file, by one of the shipped profiles.

    Without presets, those that are shipped.
    """
    encoding = read_encoding_documents(PRESETS_FOLDER)
    probed = source_from_probe({"ProbeResults": [_cased(probe_file(source), str.upper)]})
    settings = job_settings(
        source_uri=SOURCE_URI,
        destination="s3://outputs/asset/1",
        source=probed,
        profile=parse_profiles(encoding.profiles).by_name[profile],
        presets=presets or parse_presets(encoding.presets),
    )
    return on_the_wire(settings)


def on_the_wire(settings: dict[str, Any]) -> dict[str, Any]:
    """Return boto3's form of job settings as the endpoint gets it."""
    wire: dict[str, Any] = _cased(settings, str.lower)
    return wire


def _cased(value: Any, case: Any) -> Any:
    """Give every key's first letter the case of boto3 (upper) or of the wire (lower)."""
    if isinstance(value, dict):
        # Audio selectors are named by their users: such keys have spaces and stay as they are.
        return {
            key if " " in key else case(key[0]) + key[1:]: _cased(each, case) for key, each in value.items()
        }
    return [_cased(each, case) for each in value] if isinstance(value, list) else value
