"""Publish a storyboard for an attempt whose job made tiled pictures for seeking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from media_pipeline.documents import Documents
from media_pipeline.errors import UnreadableOutputError
from media_pipeline.storyboard import image_playlist_key, read_image_playlist, storyboard
from media_pipeline.telemetry import logger

STORYBOARD = "STORYBOARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryboardPublisher:
    """Write the storyboard of the first HLS master that names an image playlist."""

    documents: Documents

    def publish(self, folder: str, outputs: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return the storyboard's entry for the asset's outputs, none where no pictures were made.

        `folder` is the attempt's, without a last slash. Pictures that can't be read leave the video without a
        storyboard, which is logged. Equal pictures make equal bytes: who else writes, writes the same.
        """
        for entry in outputs:
            if entry["format"] != "HLS":
                continue
            key = f"{folder}/thumbnails/storyboard.vtt"
            try:
                text = self._storyboard(key, entry)
            except UnreadableOutputError as error:
                logger.error("There is no storyboard", manifest=entry["key"], reason=str(error))
                continue
            if text is None:
                continue
            self._write(key, text.encode())
            return [
                {
                    "format": STORYBOARD,
                    "key": key,
                    "width": 0,
                    "height": 0,
                    "duration_ms": entry["duration_ms"],
                }
            ]
        return []

    def _storyboard(self, key: str, entry: Mapping[str, Any]) -> str | None:
        images_key = image_playlist_key(entry["key"], self._text(entry["key"]))
        if images_key is None:
            return None
        sheets = read_image_playlist(images_key, self._text(images_key))
        return storyboard(key, sheets, duration_ms=entry["duration_ms"])

    def _text(self, key: str) -> str:
        document = self.documents.read(key)
        if document is None:
            raise UnreadableOutputError(f"names {key}, which is not there")
        return document.body.decode(errors="replace")

    def _write(self, key: str, body: bytes) -> None:
        current = self.documents.read(key)
        if current is None or current.body != body:
            self.documents.write(
                key,
                body,
                content_type="text/vtt; charset=utf-8",
                replaces=current.etag if current else None,
            )
