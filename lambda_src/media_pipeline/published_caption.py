"""A caption file as it lies in an attempt's folder."""

from dataclasses import dataclass

from media_pipeline.languages import language_label


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCaption:
    """Name the WebVTT file of a language (BCP 47) and the HLS playlist that plays it, by their keys."""

    language: str
    key: str
    playlist_key: str
    size_bytes: int

    @property
    def label(self) -> str:
        """Return what a player's menu calls it."""
        return language_label(self.language)
