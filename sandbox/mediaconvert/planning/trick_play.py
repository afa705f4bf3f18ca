"""Turn a group's settings of image-based trick play into the thumbnails to make, tiled into JPEG pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.color import ColorPath, to_sdr
from sandbox.mediaconvert.planning.encodes import UNSUPPORTED, VideoEncode, unsupported
from sandbox.mediaconvert.planning.scaling import (
    DEFAULT,
    Placement,
    Size,
    place,
    seen_size,
)
from sandbox.mediaconvert.probing.source import VideoTrack

# Source: botocore mediaconvert model, CmafImageBasedTrickPlaySettings.
DEFAULT_THUMBNAIL_WIDTH, MAX_TILED_HEIGHT = 312, 4096
# Not documented; a MediaConvert playlist quoted in https://github.com/videojs/m3u8-parser/issues/148 has it.
DEFAULT_TILES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TiledThumbnails:
    """Describe thumbnails at an interval, tiled into pictures row by row; the first shows the first frame.

    Attributes:
        placement: Of the source in one thumbnail.
        frame_rate: Frames per second in which the interval is counted.
        is_deinterlaced: As of a VideoEncode.
    """

    placement: Placement
    color: ColorPath
    frame_rate: Fraction
    interval_frames: int
    columns: int
    rows: int
    is_deinterlaced: bool

    @property
    def interval_seconds(self) -> Fraction:
        """Time from one thumbnail to the next."""
        return self.interval_frames / self.frame_rate

    @property
    def picture_seconds(self) -> Fraction:
        """Time that a whole picture of thumbnails covers."""
        return self.interval_seconds * self.columns * self.rows

    @property
    def picture_size(self) -> Size:
        """Size of a picture, all its thumbnails together."""
        frame = self.placement.frame
        return Size(frame.width * self.columns, frame.height * self.rows)


def tiled_thumbnails(
    settings: Mapping[str, Any],
    video: VideoEncode,
    track: VideoTrack,
    rotation: int,
    segment_seconds: Fraction,
) -> TiledThumbnails | None:
    """Describe the thumbnails that a group asks for; ``video`` and its segments are its first output's.

    JPEG has a standard range only, so that those of a source with a high one are tone-mapped.

    Raises:
        JobError: 1040, a kind of trick play that isn't made here, or tiles that are too high.
    """
    mode = settings.get("imageBasedTrickPlay", "NONE")
    if mode == "NONE":
        return None
    if mode not in ("THUMBNAIL", "ADVANCED"):
        raise unsupported(f"imageBasedTrickPlay {mode}")
    details: Mapping[str, Any] = settings.get("imageBasedTrickPlaySettings", {}) if mode == "ADVANCED" else {}
    # Source: botocore mediaconvert model, CmafIntervalCadence: one that follows segments isn't tiled.
    tiles = 1 if details.get("intervalCadence") == "FOLLOW_SEGMENTATION" else DEFAULT_TILES
    rows = details.get("tileHeight", tiles)
    width = details.get("thumbnailWidth", DEFAULT_THUMBNAIL_WIDTH)
    frame = video.placement.frame
    in_proportion = Fraction(width * frame.height, frame.width)
    height = details.get("thumbnailHeight") or max(2, round(in_proportion / 2) * 2)
    if height * rows > MAX_TILED_HEIGHT:
        raise JobError(
            UNSUPPORTED,
            f"imageBasedTrickPlaySettings: {rows} rows of thumbnails {height} high are higher than "
            f"{MAX_TILED_HEIGHT} together.",
        )
    crop = video.placement.crop
    shown = seen_size(Size(track.width, track.height), track.sample_aspect, rotation, crop)
    return TiledThumbnails(
        placement=replace(place(shown, width, height, DEFAULT), crop=crop),
        color=to_sdr(track),
        frame_rate=video.frame_rate,
        interval_frames=_interval_frames(details, video, segment_seconds),
        columns=details.get("tileWidth", tiles),
        rows=rows,
        is_deinterlaced=video.is_deinterlaced,
    )


def _interval_frames(details: Mapping[str, Any], video: VideoEncode, segment_seconds: Fraction) -> int:
    match details.get("intervalCadence", "FOLLOW_IFRAME"):
        case "FOLLOW_CUSTOM":
            return max(1, round(Fraction(details["thumbnailInterval"]) * video.frame_rate))
        case "FOLLOW_SEGMENTATION":
            return round(segment_seconds * video.frame_rate)
        case _:
            return video.gop_frames
