"""Measure the pictures that thumbnails were tiled into, and describe them for manifests."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from sandbox.mediaconvert.packaging import dash, hls
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails

# Not documented; a MediaConvert playlist quoted in https://github.com/videojs/m3u8-parser/issues/148 has it.
NAME = "Thumbnail"


@dataclass(frozen=True, slots=True)
class ThumbnailPictures:
    """Hold the pictures of a group.

    Attributes:
        name: File name that all of them begin with.
        paths: In the order of their times.
        seconds: Of the group's video: the last picture covers what is left of it.
    """

    tiled: TiledThumbnails
    name: str
    paths: Sequence[Path]
    seconds: Fraction

    @property
    def file_names(self) -> list[str]:
        """Names under which the pictures lie beside the manifests."""
        return [f"{self.name}_{path.name}" for path in self.paths]

    @property
    def playlist_name(self) -> str:
        """File name of the image playlist."""
        return f"{self.name}.m3u8"

    @property
    def lengths(self) -> list[Fraction]:
        """Seconds that each picture covers."""
        whole = self.tiled.picture_seconds
        return [min(whole, self.seconds - number * whole) for number in range(len(self.paths))]

    def image_playlist(self) -> str:
        """Write the HLS playlist of the pictures."""
        return hls.image_playlist(
            self.file_names,
            self.lengths,
            size=self._thumbnail_size,
            layout=self._layout,
            interval=self.tiled.interval_seconds,
        )

    def image_stream(self) -> hls.ImageStream:
        """Describe the pictures in an HLS master playlist."""
        return hls.ImageStream(name=self.playlist_name, peak_bps=self._peak_bps, size=self._thumbnail_size)

    def images(self) -> dash.Images:
        """Describe the pictures in a DASH manifest."""
        size = self.tiled.picture_size
        return dash.Images(
            name=self.name,
            bandwidth_bps=self._peak_bps,
            size=(size.width, size.height),
            layout=self._layout,
            picture_seconds=self.tiled.picture_seconds,
        )

    @property
    def _thumbnail_size(self) -> tuple[int, int]:
        frame = self.tiled.placement.frame
        return frame.width, frame.height

    @property
    def _layout(self) -> tuple[int, int]:
        return self.tiled.columns, self.tiled.rows

    @property
    def _peak_bps(self) -> int:
        """Bits per second of the densest picture."""
        sizes = (path.stat().st_size * 8 for path in self.paths)
        return max(round(size / length) for size, length in zip(sizes, self.lengths, strict=True))
