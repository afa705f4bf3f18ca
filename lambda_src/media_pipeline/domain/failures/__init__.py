"""Every failure that an asset's record may name, in one place: the catalogue.

Errors are made from it (`failure("EMPTY_FILE").error()`), and the documentation's table is made from it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from media_pipeline.domain.errors import PermanentError
from media_pipeline.domain.failures.failure import Failure
from media_pipeline.domain.failures.mediaconvert_errors import JOB_FAILURES
from media_pipeline.domain.values import dataclass

_OWN = (
    Failure(
        code="EMPTY_FILE",
        category="source",
        sentence="The file is empty: the upload probably broke off. Upload it again.",
        replay_helps=False,
        quarantines=True,
    ),
    Failure(
        code="NOT_A_MEDIA_FILE",
        category="source",
        sentence="This is not a media file: neither picture nor sound was found in it. "
        "Upload a video or audio file.",
        replay_helps=False,
        quarantines=True,
    ),
    Failure(
        code="ENCRYPTED_FILE",
        category="source",
        sentence="The file is encrypted (copy protection, DRM or scrambling), so it can't be processed. "
        "Upload a copy that is not protected. ({said})",
        replay_helps=False,
    ),
    Failure(
        code="UNSUPPORTED_SOUND",
        category="source",
        sentence="The codec or container of the file's sound is not supported. Export it again, sound alone "
        "as M4A (AAC), MP3, FLAC or WAV, a video's sound as AAC, then upload it again. ({said})",
        replay_helps=False,
    ),
    Failure(
        code="FILE_TOO_LARGE",
        category="source",
        sentence="The file has {size_bytes} bytes; at most {max_size_bytes} are accepted. "
        "Upload a smaller file.",
        replay_helps=False,
    ),
    Failure(
        code="UNSUPPORTED_FILE_TYPE",
        category="source",
        sentence="Files of this type are not accepted. Upload one of: {suffixes}.",
        replay_helps=False,
    ),
    Failure(
        code="NO_AUDIO_TRACK",
        category="source",
        sentence="The profile {profile} makes sound, but the file has none. "
        "Upload a file with sound, or with another profile.",
        replay_helps=False,
    ),
    Failure(
        code="SOURCE_MISSING",
        category="source",
        sentence="The file was removed before it could be processed. Upload it again.",
        replay_helps=False,
    ),
    Failure(
        code="SOURCE_ARCHIVED",
        category="source",
        sentence="The file lies in an archive of S3 ({said}), from which it can't be read. Restore it and "
        "replay the asset, or upload it again with the storage class STANDARD.",
        # Once it was restored.
        replay_helps=True,
    ),
    Failure(
        code="SOURCE_ENCRYPTED_BY_CUSTOMER",
        category="source",
        sentence="The file is encrypted with a key of your own (SSE-C), without which it can't be read. "
        "Upload it again without such a key: the bucket encrypts it by itself.",
        replay_helps=False,
    ),
    Failure(
        code="SOURCE_ACCESS_DENIED",
        category="permission",
        sentence="S3 has not let the pipeline read the file for two days ({said}). An operator must allow "
        "it, most often the KMS key that it was encrypted with, then replay the asset; the upload is kept.",
        replay_helps=True,
    ),
    Failure(
        code="SUPERSEDED",
        category="source",
        sentence="Before this file was done, a newer version of it was uploaded, which is processed instead.",
        replay_helps=False,
    ),
    Failure(
        code="UNKNOWN_PROFILE",
        category="source",
        sentence="The upload asks for the profile {profile}, which does not exist. "
        "Upload it again with one of: {allowed}.",
        # Once an operator has added the profile.
        replay_helps=True,
    ),
    Failure(
        code="TOO_EXPENSIVE",
        category="settings",
        sentence="Encoding this file costs {price}; at most {cap} may be spent on one. An operator can raise "
        "the cap (asset_cap_cents), or replay the asset with --force; a cheaper profile may do as well.",
        # But by force.
        replay_helps=False,
    ),
    Failure(
        code="JOB_REFUSED",
        category="settings",
        sentence="The transcoder refused the encoding settings for this file. An operator must fix the "
        "encoding presets, then replay the asset; the upload is kept. (MediaConvert: {said})",
        replay_helps=True,
    ),
    Failure(
        code="OUTPUTS_MISSING",
        category="service",
        sentence="The transcoder reported success, but its outputs are not what was planned. {found} "
        "Trying again may help: replay the asset.",
        replay_helps=True,
    ),
    Failure(
        code="OUTPUTS_INVALID",
        category="service",
        sentence="The transcoder reported success, but its outputs are not what was planned. {found} "
        "Trying again may help: replay the asset.",
        replay_helps=True,
    ),
    Failure(
        code="JOB_NOT_FOUND",
        category="service",
        sentence="The transcoder no longer knows the job of this file. Trying again may help: replay the "
        "asset.",
        replay_helps=True,
    ),
    Failure(
        code="NEVER_SUBMITTED",
        category="service",
        sentence="The file could not be submitted for two days. An operator can replay it once the cause, "
        "which the log of ingest_orchestrator names, is fixed.",
        replay_helps=True,
    ),
)

CATALOGUE: Mapping[str, Failure] = {known.code: known for known in (*_OWN, *JOB_FAILURES)}


def failure(code: str) -> Failure:
    """Return the failure of a code. Raises KeyError where the catalogue has none."""
    return CATALOGUE[code]


def quarantines(code: str) -> bool:
    """Tell whether a file that failed with this code is damaged or no media."""
    return code in CATALOGUE and CATALOGUE[code].quarantines


def has_been_quarantined(past_attempts: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether an attempt of these ended with a file that was found damaged."""
    return any(quarantines(attempt["error"]["code"]) for attempt in past_attempts if attempt.get("error"))


def replay_helps(code: str) -> bool:
    """Tell whether another attempt may succeed; nothing speaks against it where a code is unknown."""
    return code not in CATALOGUE or CATALOGUE[code].replay_helps


class Reason(StrEnum):
    """Name a reason by the code of its failure."""

    ARCHIVED = "SOURCE_ARCHIVED"
    CUSTOMER_KEY = "SOURCE_ENCRYPTED_BY_CUSTOMER"
    DENIED = "SOURCE_ACCESS_DENIED"


_CAPTION_SENTENCES = {
    Reason.ARCHIVED: "The caption file lies in an archive of S3 ({said}), from which it can't be read. "
    "Upload it again with the storage class STANDARD.",
    Reason.CUSTOMER_KEY: "The caption file is encrypted with a key of your own (SSE-C), without which it "
    "can't be read. Upload it again without such a key.",
    Reason.DENIED: "S3 does not let the pipeline read the caption file ({said}). Upload it again without "
    "encryption settings of your own, or ask an operator to allow its key.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Say why an object can't be read; `said` is the storage class, or S3's own words."""

    reason: Reason
    said: str

    def fault(self) -> PermanentError:
        """Return the error with which an asset fails that has such a source."""
        return failure(self.reason).fault(said=self.said)

    @property
    def caption_sentence(self) -> str:
        """Return the sentence with which a caption file is rejected."""
        return _CAPTION_SENTENCES[self.reason].format(said=self.said)
