"""A caption file as it lies in an attempt's folder."""

from media_pipeline.domain.languages import language_label
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.sidecar_names import FORCED, SDH

# What an asset's record calls captions among its outputs.
CAPTIONS = "CAPTIONS"
_LABELS = {FORCED: "forced", SDH: "SDH"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCaption:
    """Name the WebVTT file of a language (BCP 47) and role, and the HLS playlist that plays it, by keys."""

    language: str
    key: str
    playlist_key: str
    size_bytes: int
    role: str = ""

    @property
    def variant(self) -> str:
        """Return what tells it from the asset's other captions: `en`, or `en.sdh`."""
        return variant(self.language, self.role)

    @property
    def label(self) -> str:
        """Return what a player's menu calls it."""
        label = language_label(self.language)
        return f"{label} ({_LABELS[self.role]})" if self.role else label


def variant(language: str, role: str) -> str:
    """Return the name of a language's captions in a role, as files are called."""
    return f"{language}.{role}" if role else language
