"""How a failed job is reported: by its code, unless the source itself says more."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import JobStatus
from media_pipeline.domain.failures.mediaconvert_errors import job_error
from media_pipeline.manifests.file_kinds import FileKind
from media_pipeline.services.job_state_changes import DOUBTFUL_CODES, diagnosed_error
from tests.support.asset_world import (
    SOURCE,
    UPLOAD,
    AssetWorld,
    change,
)
from tests.support.made_outputs import encrypted_mp4

AUDIO_CODEC = "Audio codec [adpcm_ms] for track [1] is not a supported input audio codec"
VIDEO_CODEC = "Video codec [svq1] is not a supported input video codec"


@pytest.fixture
def world() -> AssetWorld:
    """Return a world with one submitted asset."""
    world = AssetWorld()
    world.submit()
    return world


@pytest.mark.parametrize("code", sorted(DOUBTFUL_CODES))
def test_an_encrypted_source_says_so(code: int) -> None:
    """Whatever MediaConvert calls it, an encrypted file is called encrypted, with its words kept."""
    error = diagnosed_error(code, "No good frames", has_video=True, kind=FileKind.ENCRYPTED)
    assert (error.code, error.category, error.replay_helps) == ("ENCRYPTED_FILE", "source", False)
    assert error.message.endswith(f"(MediaConvert {code}: No good frames)")


def test_a_playlist_is_reported_as_one() -> None:
    """A playlist under another name is 3400, also where MediaConvert says that it can't open the file."""
    error = diagnosed_error(1010, "No parser found", has_video=True, kind=FileKind.PLAYLIST)
    assert error.code == "MEDIACONVERT_3400"
    assert error.message.endswith("(MediaConvert 1010: No parser found)")


@pytest.mark.parametrize(
    ("has_video", "message", "code"),
    [
        (True, VIDEO_CODEC, "MEDIACONVERT_1030"),
        (True, "", "MEDIACONVERT_1030"),
        (True, AUDIO_CODEC, "UNSUPPORTED_SOUND"),
        (False, AUDIO_CODEC, "UNSUPPORTED_SOUND"),
        (False, "", "UNSUPPORTED_SOUND"),
    ],
)
def test_advice_on_sound_is_about_sound(has_video: bool, message: str, code: str) -> None:
    """Where sound is what is not supported, the advice is not to export it with another video codec."""
    error = diagnosed_error(1030, message, has_video=has_video, kind=None)
    assert error.code == code
    assert ("H.264" in error.message) is (code == "MEDIACONVERT_1030")


def test_any_other_error_is_its_code() -> None:
    """Errors of other codes, and of files of no such kind, are what the catalogue says of the code."""
    for code in (1010, 1021, 1040, 1404, 1999, 2099):
        assert diagnosed_error(code, "x", has_video=False, kind=None) == job_error(code, "x")


@pytest.mark.parametrize("code", [1010, 1030, 1076, 1999])
def test_a_failed_job_is_looked_into(world: AssetWorld, code: int) -> None:
    """An asset whose upload is encrypted ends with that sentence, and is not set apart as damaged."""
    film = encrypted_mp4()
    upload = replace(UPLOAD, size_bytes=len(film))
    world.uploads.contents[upload.key] = film
    world.table.records[UPLOAD.asset_id]["size_bytes"] = len(film)
    assert world.changes.apply(change(JobStatus.ERROR, error_code=code, error_message="?"))
    assert world.asset.status is AssetStatus.FAILED
    assert world.asset.error is not None
    assert world.asset.error.code == "ENCRYPTED_FILE"
    assert world.uploads.tags_of(UPLOAD) == {}


def test_sound_alone_gets_advice_on_sound(world: AssetWorld) -> None:
    """The record of the source tells that there is no picture."""
    sound = replace(SOURCE, video=None)
    world.table.records[UPLOAD.asset_id]["source_info"] = sound.as_record()
    assert world.changes.apply(change(JobStatus.ERROR, error_code=1030, error_message="Unsupported"))
    assert world.asset.error is not None
    assert world.asset.error.code == "UNSUPPORTED_SOUND"


def test_an_upload_that_was_replaced_tells_nothing(world: AssetWorld) -> None:
    """The bytes of a newer file say nothing about the one whose job failed."""
    world.uploads.contents[UPLOAD.key] = encrypted_mp4()
    world.uploads.put(replace(UPLOAD, etag="newer", version_id="v2"), world.clock())
    assert world.changes.apply(change(JobStatus.ERROR, error_code=1030, error_message=VIDEO_CODEC))
    assert world.asset.error is not None
    assert world.asset.error.code == "MEDIACONVERT_1030"
