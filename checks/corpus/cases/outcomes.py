"""Say what a source is to become: what the record says, and what a viewer sees and hears.

Sizes are written down in the table, never computed with the product's code.
"""

from dataclasses import dataclass
from fractions import Fraction

Size = tuple[int, int]

# What an asset of each profile has to offer; by MPEG-DASH and HLS alike the same renditions are reached.
FORMATS = {
    "default": frozenset({"HLS", "DASH", "MP4", "THUMBNAIL", "POSTER", "STORYBOARD"}),
    "classic": frozenset({"HLS", "DASH", "MP4", "THUMBNAIL", "POSTER", "STORYBOARD"}),
    "download": frozenset({"MP4", "THUMBNAIL", "POSTER"}),
    "audio": frozenset({"HLS", "DASH", "M4A"}),
}
STREAMED = ("HLS", "DASH")
PLAYED = frozenset({"HLS", "DASH", "MP4", "M4A"})


@dataclass(frozen=True, slots=True)
class Track:
    """Describe an audio rendition; the language is ISO 639-2, empty where the source didn't say."""

    language: str
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Hold what the record says that the source is; what isn't known is None, and not compared.

    Attributes:
        size: As seen: square pixels, upright.
        languages: Of each audio track, empty where it doesn't say.
    """

    container: str | None = None
    has_video: bool | None = None
    size: Size | None = None
    rotation: int | None = None
    frame_rate: Fraction | None = None
    varies: bool | None = None
    is_interlaced: bool | None = None
    bit_depth: int | None = None
    dynamics: str | None = None
    channels: tuple[int, ...] | None = None
    languages: tuple[str, ...] | None = None
    subtitles: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold everything that is expected of one source.

    Attributes:
        error: Code and category, where the asset fails.
        ladder: Sizes of the streamed renditions, largest first; none for sound alone.
        download: Sizes of the MP4 files; None means the largest of the ladder.
        inner: Size of the picture within a larger frame; None where it fills the frame.
        sounds: The streamed audio renditions, in the order of the source's tracks.
        downloaded_sounds: The same of the file to download; None means in stereo at most.
        is_tone_mapped: Whether the source is HDR: then its outputs are declared BT.709, and look it.
        captions: Languages of the captions, as BCP 47 codes, with their roles: ``en``, ``en.sdh``.
        is_quarantined: Whether the uploaded file is kept apart as damaged.
        has_storyboard: Whether a profile that makes one does; it takes a picture whose size Probe tells.
        floor: What each rendition's likeness must reach, in the case's measure; None: the measure's own.
    """

    status: str = "COMPLETE"
    error: tuple[str, str] | None = None
    profile: str = "default"
    ladder: tuple[Size, ...] = ()
    download: tuple[Size, ...] | None = None
    inner: Size | None = None
    frame_rate: Fraction = Fraction(30)
    seconds: float = 2.0
    sounds: tuple[Track, ...] = (Track("", 2),)
    downloaded_sounds: tuple[Track, ...] | None = None
    is_tone_mapped: bool = False
    captions: tuple[str, ...] = ()
    is_quarantined: bool = False
    has_storyboard: bool = True
    floor: float | None = None
    facts: Facts = Facts()

    @property
    def formats(self) -> frozenset[str]:
        """Return the formats that the finished asset must have."""
        return FORMATS[self.profile] - (frozenset() if self.has_storyboard else {"STORYBOARD"})

    def sizes(self, format_: str) -> tuple[Size, ...]:
        """Return the sizes of a format's renditions, largest first."""
        if format_ in STREAMED:
            return self.ladder
        return self.ladder[:1] if self.download is None else self.download

    def tracks(self, format_: str) -> tuple[Track, ...]:
        """Return a format's audio tracks."""
        if format_ in STREAMED:
            return self.sounds
        if self.downloaded_sounds is not None:
            return self.downloaded_sounds
        return tuple(Track(track.language, min(track.channels, 2)) for track in self.sounds)


def failed(code: str, category: str = "source", *, is_quarantined: bool = False) -> Outcome:
    """Return the outcome of a source that can't be processed."""
    return Outcome(status="FAILED", error=(code, category), is_quarantined=is_quarantined)
