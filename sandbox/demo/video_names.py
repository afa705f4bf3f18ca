"""Several file names in one text, as a person gives them to `make demo VIDEO="..."`."""

from __future__ import annotations

import glob
import shlex
from pathlib import Path

# Longer texts name no file. Source: Linux, limits.h, NAME_MAX and PATH_MAX; no other system takes more.
_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 4096


def split(text: str) -> list[Path]:
    """Return the files that a text names.

    Names are separated by spaces. One that holds spaces is quoted as for a shell, or is found because it
    exists. Patterns and `~` mean what they mean to a shell. What doesn't exist is returned as it was given.
    """
    if exists(text.strip()):
        return [_expanded(text.strip())]
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
        longest = min(len(words), _fitting(words))
        count = next((end for end in range(longest, 0, -1) if exists(" ".join(words[:end]))), 1)
        name = " ".join(words[:count])
        if name:
            found += _matches(name) or [Path(name)]
        words = words[count:]
    return found


def _matches(name: str) -> list[Path]:
    if exists(name):
        return [_expanded(name)]
    try:
        return [Path(found) for found in sorted(glob.glob(str(_expanded(name))))]
    except ValueError:
        # A character that no name can hold.
        return []


def _fitting(words: list[str]) -> int:
    """Return how many words, joined, a path can hold."""
    path = name = -1
    for number, word in enumerate(words):
        *folders, last = word.encode(errors="surrogateescape").split(b"/")
        path += 1 + sum(len(folder) + 1 for folder in folders) + len(last)
        name = len(last) if folders else name + 1 + len(last)
        if path > _MAX_PATH_BYTES or name > _MAX_NAME_BYTES:
            return number
    return len(words)


def exists(name: str) -> bool:
    """Return whether a text names something that is there; one that can't be a name doesn't."""
    try:
        return bool(name) and _expanded(name).exists()
    except (OSError, ValueError):
        # Too long, or with a character that no name can hold.
        return False


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:
        # A tilde before something that is no user's name.
        return Path(name)
