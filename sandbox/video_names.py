"""Several file names in one text, as a person gives them to `make demo VIDEO="..."`."""

from __future__ import annotations

import glob
import shlex
from pathlib import Path


def split(text: str) -> list[Path]:
    """Return the files that a text names.

    Names are separated by spaces. One that holds spaces is quoted as for a shell, or is found because it
    exists. Patterns and `~` mean what they mean to a shell. What doesn't exist is returned as it was given.
    """
    if _exists(text.strip()):
        return [Path(text.strip()).expanduser()]
    try:
        quoted = shlex.split(text)
    except ValueError:
        # A lone quote: the apostrophe of a name.
        quoted = []
    if quoted and all(_matches(part) for part in quoted):
        return [path for part in quoted for path in _matches(part)]
    return _joined(text.split(" ")) if text.strip() else []


def _joined(words: list[str]) -> list[Path]:
    """Join words as far as the longest name that exists goes."""
    found: list[Path] = []
    while words:
        count = next((end for end in range(len(words), 0, -1) if _exists(" ".join(words[:end]))), 1)
        name = " ".join(words[:count])
        if name:
            found += _matches(name) or [Path(name)]
        words = words[count:]
    return found


def _matches(name: str) -> list[Path]:
    if _exists(name):
        return [Path(name).expanduser()]
    return [Path(found) for found in sorted(glob.glob(str(Path(name).expanduser())))]


def _exists(name: str) -> bool:
    return bool(name) and Path(name).expanduser().exists()
