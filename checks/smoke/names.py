"""The names that MediaConvert gives to what it writes, as the pipeline and the sandbox expect them.

Sources: MediaConvert guide, "Output file names and paths" and its page on CMAF outputs; the names of
tiles and of their playlist were seen in public playlists, and no document states them: AWS itself says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# By the preset's folder: what a name means, and its pattern below the asset's folder.
EXPECTED: Mapping[str, Mapping[str, str]] = {
    "cmaf": {
        "the HLS playlist of all renditions": r"cmaf/index\.m3u8",
        "the DASH manifest": r"cmaf/index\.mpd",
        "playlists of renditions": r"cmaf/index_\w+\.m3u8",
        "initialisation segments": r"cmaf/index_\w+init\.cmf[va]",
        "segments": r"cmaf/index_\w+_\d{9}\.cmf[va]",
        "the tiles' playlist": r"cmaf/indexThumbnail\.m3u8",
        "tiles": r"cmaf/indexThumbnail_\d{9}\.jpg",
    },
    "mp4": {"films to download": r"mp4/video_\w+\.mp4"},
    "thumbnails": {
        "stills": r"thumbnails/thumbnail_\w+\.\d{7}\.jpg",
        "the storyboard": r"thumbnails/storyboard\.vtt",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Say how what was found differs from what was expected.

    Attributes:
        missing: What was expected and is not there, in words.
        unexpected: Keys that no expectation is about.
        unchecked: Presets that nothing is expected of.
    """

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    unchecked: tuple[str, ...]


def compare(presets: Iterable[str], keys: Iterable[str]) -> Names:
    """Compare the keys below an asset's folder with what its presets should have made."""
    chosen = sorted(presets)
    known = [preset for preset in chosen if preset in EXPECTED]
    unchecked = tuple(preset for preset in chosen if preset not in EXPECTED)
    found = [key for key in keys if not key.startswith(tuple(f"{preset}/" for preset in unchecked))]
    patterns = [each for preset in known for each in EXPECTED[preset].items()]
    return Names(
        missing=tuple(
            f"{what} ({pattern})"
            for what, pattern in patterns
            if not any(re.fullmatch(pattern, key) for key in found)
        ),
        unexpected=tuple(
            key for key in found if not any(re.fullmatch(pattern, key) for _, pattern in patterns)
        ),
        unchecked=unchecked,
    )
