"""Publish a storyboard for an attempt whose job made tiled pictures for seeking.

A film plays as well without one: whatever is wrong with the pictures is told in the asset's record, and fails
nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from media_pipeline.domain.bounds import cut
from media_pipeline.domain.errors import UnreadableOutputError
from media_pipeline.domain.ports import Document, OutputsBucket
from media_pipeline.domain.values import dataclass
from media_pipeline.publishing.dash_images import read_dash_images
from media_pipeline.publishing.storyboard import (
    Sheet,
    image_playlist_key,
    read_image_playlist,
    storyboard,
)
from media_pipeline.telemetry import logger

STORYBOARD = "STORYBOARD"
MAX_FAULT_BYTES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStoryboard:
    """Hold the storyboard's entry for the asset's outputs, or a sentence that says why there is none.

    Both are empty where no pictures were made.
    """

    outputs: Sequence[Mapping[str, Any]] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryboardPublisher:
    """Write the storyboard of the first manifest that names pictures which are all there."""

    outputs: OutputsBucket

    def publish(
        self,
        folder: str,
        outputs: Sequence[Mapping[str, Any]],
        sizes: Mapping[str, int],
        *,
        manifests: Mapping[str, Document],
    ) -> PublishedStoryboard:
        """Publish the storyboard of an attempt; `folder` is the attempt's, without a last slash.

        `sizes` are the bytes of all that lies there, by key, and `manifests` those read before: they name the
        same images whatever captions were added since. Equal images make equal bytes, so that another
        invocation writes the same.
        """
        faults: list[str] = []
        for entry in sorted(outputs, key=lambda entry: str(entry["format"]) != "HLS"):
            if entry["format"] not in ("HLS", "DASH"):
                continue
            key = f"{folder}/thumbnails/storyboard.vtt"
            try:
                sheets = self._sheets(entry, manifests)
                if not sheets:
                    continue
                _check_presence(sheets, sizes)
                text = storyboard(key, sheets, duration_ms=entry["duration_ms"])
            except UnreadableOutputError as error:
                faults.append(f"{entry['key']} {error}".replace(f"{folder}/", ""))
                continue
            self._write(key, text.encode(), sizes)
            return PublishedStoryboard(outputs=[_entry(key, entry["duration_ms"])])
        if not faults:
            return PublishedStoryboard()
        fault = cut(f"There is no storyboard: {'; '.join(faults)}.", MAX_FAULT_BYTES)
        logger.error("The video has no storyboard", reason=fault)
        return PublishedStoryboard(fault=fault)

    def _sheets(self, entry: Mapping[str, Any], manifests: Mapping[str, Document]) -> Sequence[Sheet]:
        key = entry["key"]
        body = manifests[key].body if key in manifests else self._body(key)
        if entry["format"] == "DASH":
            return read_dash_images(key, body)
        images_key = image_playlist_key(key, body.decode(errors="replace"))
        if images_key is None:
            return ()
        return read_image_playlist(images_key, self._body(images_key).decode(errors="replace"))

    def _body(self, key: str) -> bytes:
        document = self.outputs.read(key)
        if document is None:
            raise UnreadableOutputError(f"names {key}, which is not there")
        return document.body

    def _write(self, key: str, body: bytes, sizes: Mapping[str, int]) -> None:
        # One that came since the listing is another invocation's: the conditional write leaves it.
        current = self.outputs.read(key) if key in sizes else None
        if current is None or current.body != body:
            self.outputs.write(
                key,
                body,
                content_type="text/vtt; charset=utf-8",
                replaces=current.etag if current else None,
            )


def _check_presence(sheets: Sequence[Sheet], sizes: Mapping[str, int]) -> None:
    missing = list(dict.fromkeys(sheet.key for sheet in sheets if not sizes.get(sheet.key)))
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UnreadableOutputError(f"names images that are missing or empty: {missing[0]}{more}")


def _entry(key: str, duration_ms: int) -> dict[str, Any]:
    return {"format": STORYBOARD, "key": key, "width": 0, "height": 0, "duration_ms": duration_ms}
