"""Say why S3 gives an object to nobody, or not to this pipeline: its kind, in words for who uploaded it.

Source: S3 User Guide, "Working with archived objects" (GLACIER, DEEP_ARCHIVE and the archive tiers of
INTELLIGENT_TIERING can't be read before they are restored; GLACIER_IR can), and "Using server-side encryption
with customer-provided keys (SSE-C)" (every request, HeadObject's as well, needs the key).
"""

from dataclasses import dataclass
from enum import StrEnum

from media_pipeline.errors import PermanentError
from media_pipeline.failures import failure


class Reason(StrEnum):
    """Name a reason by the code of its failure."""

    ARCHIVED = "SOURCE_ARCHIVED"
    CUSTOMER_KEY = "SOURCE_ENCRYPTED_BY_CUSTOMER"
    DENIED = "SOURCE_ACCESS_DENIED"


_CAPTION_SENTENCES = {
    Reason.ARCHIVED: "The caption file lies in an archive of S3 ({said}), from which it can't be read. "
    "Upload it again with the storage class STANDARD.",
    Reason.CUSTOMER_KEY: "The caption file is encrypted with a key of your own (SSE-C), without which nobody "
    "can read it. Upload it again without such a key.",
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
