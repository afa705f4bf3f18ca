"""Which profile an upload is processed with, and what becomes of sources without picture or sound."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.source import (
    AudioTrack,
    Source,
    SourceInfo,
    UnknownSource,
)
from media_pipeline.domain.uploads.limits import SourceTypes
from media_pipeline.encoding.presets import PresetName
from media_pipeline.encoding.profiles import Profiles
from tests.support.ingest_world import SOURCE, IngestWorld
from tests.support.strategies import shipped_presets

SOUND = SourceInfo(
    container="mp3",
    duration_ms=10_000,
    video=None,
    audio=(AudioTrack(codec="MP3", channels=2, language=""),),
)
SILENCE = replace(SOURCE, audio=())


@pytest.fixture
def world() -> IngestWorld:
    """Return an orchestrator to which podcasts may be uploaded, too."""
    world = IngestWorld()
    types = SourceTypes(suffixes=(".mp4", ".mp3"))
    world.ingest = replace(
        world.ingest,
        limits=replace(world.ingest.limits, types=types),
        refusals=replace(world.ingest.refusals, types=types),
    )
    profiles = world.presets.profiles
    world.presets.profiles = Profiles(by_name=profiles.by_name, prefixes={"talks/": "download"})
    return world


def processed(
    world: IngestWorld, source: Source, *, key: str = "a.mp4", requested: str | None = None
) -> IngestWorld:
    """Upload a source, whose metadata may ask for a profile, and handle its message."""
    world.transcoder.source = source
    upload = world.upload(key)
    if requested is not None:
        world.uploads.profiles[upload.asset_id] = requested
    world.ingest.handle(upload)
    return world


@pytest.mark.parametrize(
    ("source", "key", "requested", "profile", "presets"),
    [
        (SOURCE, "a.mp4", None, "default", {"cmaf", "mp4", "thumbnails"}),
        (SOURCE, "a.mp4", "classic", "classic", {"hls", "dash", "mp4", "thumbnails"}),
        (SOURCE, "talks/a.mp4", None, "download", {"mp4", "thumbnails"}),
        (SOURCE, "talks/a.mp4", "default", "default", {"cmaf", "mp4", "thumbnails"}),
        (SOURCE, "a.mp4", "audio", "audio", {"audio", "m4a"}),
        (SOUND, "a.mp3", None, "audio", {"audio", "m4a"}),
        (SOUND, "a.mp4", "classic", "audio", {"audio", "m4a"}),
        (SILENCE, "a.mp4", None, "default", {"cmaf", "mp4", "thumbnails"}),
        (UnknownSource(reason="refused"), "a.mp3", None, "audio", {"audio", "m4a"}),
        (UnknownSource(reason="refused"), "a.mp4", None, "default", {"cmaf", "mp4", "thumbnails"}),
    ],
)
def test_an_upload_gets_its_profile(
    world: IngestWorld, source: Source, key: str, requested: str | None, profile: str, presets: set[str]
) -> None:
    """Metadata, then prefix, then default; sound alone is made into sound; the record says what was used."""
    asset = processed(world, source, key=key, requested=requested).asset
    assert (asset.status, asset.profile) == (AssetStatus.SUBMITTED, profile)
    versions = {name.value: shipped_presets().version(name) for name in PresetName}
    assert asset.preset_versions == {name: versions[name] for name in presets}
    assert {record["format"] for record in asset.planned_outputs} >= (
        {"M4A"} if profile == "audio" else set()
    )


@pytest.mark.parametrize(
    ("source", "requested", "code"), [(SOURCE, "8k", "UNKNOWN_PROFILE"), (SILENCE, "audio", "NO_AUDIO_TRACK")]
)
def test_what_cannot_be_made_fails_in_words(
    world: IngestWorld, source: Source, requested: str, code: str
) -> None:
    """An unknown profile, and sound of a silent file, end as FAILED with what to do; no job is submitted."""
    asset = processed(world, source, requested=requested).asset
    assert asset.status is AssetStatus.FAILED
    assert asset.error is not None
    assert (asset.error.code, asset.error.category) == (code, "source")
    assert "Upload" in asset.error.message
    assert not world.transcoder.jobs
    assert len(world.publisher.published) == 1
