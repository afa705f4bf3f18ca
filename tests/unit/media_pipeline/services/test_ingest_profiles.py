"""Which profile an upload is processed with, and what becomes of sources without picture or sound."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.source import (
    AudioTrack,
    Source,
    SourceInfo,
    UnknownSource,
)
from media_pipeline.domain.transitions import Transition
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


def publish(world: IngestWorld, *names: str) -> None:
    """Make some profiles public, and no other."""
    profiles = world.presets.profiles
    by_name = {name: replace(each, is_public=name in names) for name, each in profiles.by_name.items()}
    world.presets.profiles = replace(profiles, by_name=by_name)


def folders(world: IngestWorld) -> set[str]:
    """Return the folders that the last job and its plan name."""
    settings = list(world.transcoder.settings.values())[-1]
    written = {
        str(group_settings["Destination"]).removeprefix("s3://outputs/").rsplit("/", 2)[0]
        for group in settings["OutputGroups"]
        for group_settings in group["OutputGroupSettings"].values()
        if isinstance(group_settings, dict)
    }
    planned = {str(output["key"]).rsplit("/", 2)[0] for output in world.asset.planned_outputs}
    assert written == planned
    return written


@pytest.mark.parametrize(
    ("source", "requested", "public", "is_public"),
    [
        (SOURCE, None, ["download"], False),
        (SOURCE, None, ["default"], True),
        (SOURCE, "download", ["default"], False),
        # Sound alone gets another profile; who may hear it is what its own says.
        (SOUND, None, ["audio"], False),
        (SOUND, None, ["default"], True),
        (SOUND, "audio", ["audio"], True),
    ],
)
def test_the_profile_that_was_asked_for_makes_an_upload_public(
    world: IngestWorld, source: Source, requested: str | None, public: list[str], is_public: bool
) -> None:
    """Its outputs are written to, planned in and recorded as of the public folder, or the asset's own."""
    publish(world, *public)
    asset = processed(world, source, requested=requested).asset
    assert asset.is_public is is_public
    assert folders(world) == {f"{'public/' if is_public else ''}{asset.asset_id}/1"} == {asset.folder}
    assert ("is_public" in world.table.records[asset.asset_id]) is is_public


def test_a_submission_that_is_repeated_keeps_its_folder(world: IngestWorld) -> None:
    """A profile that changes between the request and its repetition moves no outputs of the same attempt."""
    publish(world, "default")
    world.transcoder.failures["create_job"] = [TransientError("timeout")]
    with pytest.raises(TransientError):
        processed(world, SOURCE)
    assert world.asset.is_public
    publish(world)
    processed(world, SOURCE)
    assert world.asset.is_public
    assert folders(world) == {f"public/{world.asset.asset_id}/1"}


def test_a_replay_decides_anew(world: IngestWorld) -> None:
    """The next attempt is what the profile is by then; the first one's folder stays known."""
    publish(world, "default")
    asset = processed(world, SOURCE).asset
    step = Transition(
        to=AssetStatus.FAILED, attempt=1, at=world.clock(), detail="failed", job_id=asset.job_id
    )
    failed = world.table.advance(asset.asset_id, step)
    assert failed is not None
    publish(world)
    assert world.table.replay(failed, now=world.clock(), detail="again")
    second = processed(world, SOURCE).asset
    assert (second.attempt, second.is_public) == (2, False)
    assert second.folder_of(1) == f"public/{asset.asset_id}/1"
    assert folders(world) == {second.folder} == {f"{asset.asset_id}/2"}
