"""Sizes of pictures and of the frames they lie in: even, never enlarged, within what MediaConvert makes."""

from media_pipeline.domain.values import dataclass

MIN_FRAME_SIDE = 32  # Source: MediaConvert API, VideoDescription.Width and Height: 32 to 8192
MAX_VIDEO_SIDE = 8192
MIN_PICTURE_SIDE = 2  # Source: MediaConvert API, Rectangle.Width and Height


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLimits:
    """Give the longest sides of a codec's pictures (pixels); a frame may lie or stand."""

    long_side: int
    short_side: int


# Source: MediaConvert guide, "Maximum supported output resolutions" by codec.
AVC_LIMITS = FrameLimits(long_side=4096, short_side=2160)
HEVC_LIMITS = FrameLimits(long_side=8192, short_side=4320)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSize:
    """Give a frame's width and height, and those of the picture in its middle (pixels, all even).

    They differ where the picture is smaller than the smallest frame: around it the frame is black.
    """

    width: int
    height: int
    picture_width: int
    picture_height: int

    @property
    def is_filled(self) -> bool:
        """Tell whether the picture fills the frame."""
        return (self.width, self.height) == (self.picture_width, self.picture_height)


def framed(picture_width: int, picture_height: int) -> FrameSize:
    """Return the smallest frame around a picture."""
    return FrameSize(
        width=max(picture_width, MIN_FRAME_SIDE),
        height=max(picture_height, MIN_FRAME_SIDE),
        picture_width=picture_width,
        picture_height=picture_height,
    )


def fitted(*, width: int, height: int, max_width: int) -> FrameSize:
    """Return the size of a still of a source of this size: at most `max_width` wide, never enlarged."""
    fitted_width = even(min(width, max_width))
    return framed(fitted_width, even(min(height, fitted_width * height / width)))


def even(side: float) -> int:
    """Round down to an even number that a picture can have."""
    return min(max(int(side) // 2 * 2, MIN_PICTURE_SIDE), MAX_VIDEO_SIDE)
