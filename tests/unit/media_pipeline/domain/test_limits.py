"""Which uploads are accepted by their name and size, and in what words others are refused."""

import pytest

from media_pipeline.domain.errors import SourceError
from media_pipeline.domain.failures import failure
from media_pipeline.domain.failures.mediaconvert_errors import job_failure
from media_pipeline.domain.uploads.limits import SourceLimits, SourceTypes
from media_pipeline.domain.uploads.upload import UploadedObject

TYPES = SourceTypes(suffixes=(".mp4", ".mov"))
LIMITS = SourceLimits(max_size_bytes=1_000, types=TYPES)


def _upload(key: str = "a.mp4", size_bytes: int = 5) -> UploadedObject:
    return UploadedObject(
        bucket="uploads", key=key, version_id=None, etag="e", size_bytes=size_bytes, sequencer=""
    )


@pytest.mark.parametrize("upload", [_upload("a.MP4"), _upload("b.mov"), _upload(size_bytes=1_000)])
def test_videos_within_the_limit_are_accepted(upload: UploadedObject) -> None:
    """Letter case is no matter, and the largest size is within it."""
    LIMITS.check(upload)


@pytest.mark.parametrize(
    ("upload", "code", "words"),
    [
        (_upload(size_bytes=0), "EMPTY_FILE", ""),
        (_upload(size_bytes=1_001), "FILE_TOO_LARGE", "1,001"),
        (_upload(size_bytes=1_001), "FILE_TOO_LARGE", "1,000"),
        (_upload("a.txt"), "UNSUPPORTED_FILE_TYPE", ".mp4, .mov"),
        (_upload("mp4"), "UNSUPPORTED_FILE_TYPE", ".mp4, .mov"),
    ],
)
def test_others_are_refused_in_words(upload: UploadedObject, code: str, words: str) -> None:
    """The error has the facts that an uploader needs."""
    with pytest.raises(SourceError) as refused:
        LIMITS.check(upload)
    assert refused.value.code == code
    assert words in refused.value.message


def test_the_error_of_other_types_names_those_that_are_accepted() -> None:
    """It is the error that such an upload's record has."""
    assert TYPES.error == failure("UNSUPPORTED_FILE_TYPE").error(suffixes=".mp4, .mov")
    assert ".mp4, .mov" in TYPES.error.message


@pytest.mark.parametrize(
    ("code", "category", "replay_helps", "quarantines"),
    [
        (1010, "source", False, True),
        (1040, "settings", True, False),
        (99_999, "service", True, False),
    ],
)
def test_a_job_error_code_has_its_meaning(
    code: int, category: str, replay_helps: bool, quarantines: bool
) -> None:
    """Who can act, whether a replay helps and whether the file is set apart follow from the code."""
    found = job_failure(code)
    assert found.code == f"MEDIACONVERT_{code}"
    assert found.sentence.endswith(" ({said})")
    assert (found.category, found.replay_helps, found.quarantines) == (category, replay_helps, quarantines)
