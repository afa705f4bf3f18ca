"""Say in words what MediaConvert's job error codes mean, where the fault lies, and whether a replay can help.

Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html; 1050 and 1507 are
in its earlier editions. MediaConvert's own words follow ours, so that no detail is lost.
"""

from collections.abc import Mapping

from media_pipeline.domain.failures.failure import AssetError, Category, Failure

_Meaning = tuple[Category, str, bool, bool]


def _source(sentence: str, *, quarantines: bool = False) -> _Meaning:
    return "source", sentence, False, quarantines


def _fixable(category: Category, sentence: str) -> _Meaning:
    """Return a meaning under which another attempt may succeed, once its cause is gone or fixed."""
    return category, sentence, True, False


_BROKEN = _source(
    "The file is damaged or ends too early. Export or copy it again, then upload it again.",
    quarantines=True,
)
_ACCELERATION = _fixable(
    "settings",
    "Accelerated transcoding was asked for, which these settings or this file don't allow. An operator must "
    "turn it off, then replay the asset.",
)
_TOO_LARGE = _fixable(
    "settings",
    "The transcoder ran out of space: the job makes too many or too large outputs of this file. An operator "
    "must take some out of the encoding presets, then replay the asset.",
)
_ROLE = _fixable(
    "permission",
    "The transcoder may not use its role or the encryption key. An operator must repair the permissions, "
    "then replay the asset; the upload is kept.",
)
_HTTP_INPUT = _fixable(
    "settings",
    "The transcoder was to fetch its source over HTTP, which this pipeline never asks for. An operator must "
    "look who submits jobs in its name.",
)
_HTTP_TROUBLE = _fixable(
    "service",
    "The transcoder could not fetch its source over the network. Trying again may help: replay the asset.",
)
_UNEXPLAINED = _fixable(
    "service",
    "The transcoder failed, and its own words are all that is known. Trying again may help: replay the "
    "asset; if it fails again, export the file anew and upload it again.",
)

_MEANINGS: Mapping[int, _Meaning] = {
    1010: _source(
        "The file could not be read: it is neither video nor sound, of a kind that is not supported, damaged "
        "or incomplete. Check that it plays on your computer, then upload it again, best as MP4 or M4A.",
        quarantines=True,
    ),
    1020: _source("The file has no picture that could be processed. Upload a file with a video track."),
    1021: _source("The file has no sound although sound was expected. Upload it again with sound."),
    1022: _UNEXPLAINED,
    1030: _source(
        "The file's codec or container is not supported. Export it as MP4 with H.264 and AAC, then upload it "
        "again."
    ),
    1040: _fixable(
        "settings",
        "The encoding settings do not fit this file. An operator must fix the encoding presets, then replay "
        "the asset.",
    ),
    1041: _ACCELERATION,
    1042: _ACCELERATION,
    1043: _ACCELERATION,
    1050: _TOO_LARGE,
    1056: _fixable(
        "service",
        "The transcoder could not open the source or write an output. Trying again may help: replay the "
        "asset; if it fails again, an operator must check the buckets and their permissions.",
    ),
    1060: _fixable(
        "settings",
        "The job was to cut a part out of the file that is not in it. An operator must fix the job's "
        "settings, then replay the asset.",
    ),
    1075: _BROKEN,
    1076: _BROKEN,
    1080: _fixable(
        "settings",
        "The settings of MXF outputs are not valid. An operator must fix the encoding presets, then replay "
        "the asset.",
    ),
    1091: _fixable(
        "permission",
        "The transcoder could not encrypt its outputs. An operator must repair the permissions of its role, "
        "then replay the asset; the upload is kept.",
    ),
    1092: _source(
        "The file's sound is damaged: it can't be decoded. Export or copy the file again, then upload it "
        "again.",
        quarantines=True,
    ),
    1093: _UNEXPLAINED,
    1401: _fixable(
        "permission",
        "The transcoder was denied access to a bucket. An operator must repair the permissions, then replay "
        "the asset; the upload is kept.",
    ),
    1404: _source("The file was removed before it could be processed. Upload it again."),
    1432: _ROLE,
    1433: _ROLE,
    1434: _ROLE,
    1507: _TOO_LARGE,
    1515: _ROLE,
    1517: _UNEXPLAINED,
    1522: _UNEXPLAINED,
    1550: _fixable(
        "service",
        "Accelerated transcoding failed on the transcoder's side. Trying again may help: replay the asset.",
    ),
    1601: _UNEXPLAINED,
    1602: _UNEXPLAINED,
    1603: _UNEXPLAINED,
    1700: _UNEXPLAINED,
    1999: _UNEXPLAINED,
    3400: _source(
        "The file is a playlist, which names the parts of a video and holds none of it. Upload the video "
        "itself, as one file."
    ),
    3401: _HTTP_INPUT,
    3403: _HTTP_INPUT,
    3404: _HTTP_INPUT,
    3408: _HTTP_TROUBLE,
    3450: _HTTP_TROUBLE,
    3451: _HTTP_TROUBLE,
    3452: _HTTP_TROUBLE,
    3453: _HTTP_TROUBLE,
    3454: _HTTP_TROUBLE,
    3455: _HTTP_TROUBLE,
    3456: _HTTP_TROUBLE,
    3457: _fixable(
        "permission",
        "The account's MediaConvert policy doesn't allow sources from there. An operator must change the "
        "policy, then replay the asset.",
    ),
    3458: _HTTP_TROUBLE,
    3999: _HTTP_TROUBLE,
}


def job_failure(code: int) -> Failure:
    """Return what a job error code stands for; one that AWS has added since is as good as unexplained."""
    category, sentence, replay_helps, quarantines = _MEANINGS.get(code, _UNEXPLAINED)
    return Failure(
        code=f"MEDIACONVERT_{code}",
        category=category,
        sentence=f"{sentence} ({{said}})",
        replay_helps=replay_helps,
        quarantines=quarantines,
    )


JOB_FAILURES = tuple(job_failure(code) for code in sorted(_MEANINGS))


def job_error(code: int, message: str) -> AssetError:
    """Return the error that an asset records for a job that ended with this code and message."""
    return job_failure(code).error(said=words_of_job(code, message))


def words_of_job(code: int, message: str) -> str:
    """Return MediaConvert's own words, on one line."""
    words = " ".join(message.split())
    return f"MediaConvert {code}: {words}" if words else f"MediaConvert {code}"
