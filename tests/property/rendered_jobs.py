"""Jobs of any source and profile, rendered with the shipped presets."""

from typing import Any

from hypothesis import strategies as st

from media_pipeline.domain.source import Source, UnknownSource
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.profiles import Profile
from tests.support.strategies import (
    shipped_presets,
    shipped_profiles,
    sources,
)

PRESETS = shipped_presets()


PROFILES = list(shipped_profiles().by_name.values())


any_source = st.one_of(sources(), st.just(UnknownSource(reason="Probe did not answer")))


def rendered(source: Source, profile: Profile, source_uri: str = "s3://uploads/a.mp4") -> dict[str, Any]:
    """Return the settings of a job."""
    return job_settings(
        source_uri=source_uri,
        destination="s3://outputs/0123456789abcdef/1",
        source=source,
        profile=profile,
        presets=PRESETS,
    )
