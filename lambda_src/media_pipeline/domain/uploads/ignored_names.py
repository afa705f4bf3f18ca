"""Tell which names in the uploads bucket are no uploads, but files of operating systems and sync clients.

A pattern is held against a key from each of its names on, in any letter case, and `*` stands for any text, a
slash too: `._*` is about files and about what lies in folders so named, `*.part` about keys that end so,
`@eaDir/*` about all in such a folder, `Thumbs.db` about files of just that name.

EventBridge's rule ignores most of them before they cost a message (`rule_suffixes`). Code that reads a key
afterwards decides by the patterns themselves, so a rule that knows less lets nothing in.
"""

from collections.abc import Iterable, Iterator

from media_pipeline.domain.values import dataclass

ANY = "*"
# A key that ends so is the marker of a folder, which consoles and mounts put there.
FOLDER_END = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredNames:
    """Hold the patterns."""

    patterns: tuple[str, ...] = ()

    def cover(self, key: str) -> bool:
        """Tell whether a key is passed over, without a record and without a word."""
        if key.endswith(FOLDER_END):
            return True
        names = list(_from_each_name(key.lower()))
        return any(_matches(pattern.lower(), name) for pattern in self.patterns for name in names)


def rule_suffixes(patterns: Iterable[str]) -> list[str]:
    """Return the ends of keys that an event rule can pass over: no key with such an end is let in anyhow.

    `anything-but` takes a list of suffixes. Its wildcards could say all of a pattern, but EventBridge limits
    how complex the wildcards of a rule are together, by a measure that it doesn't publish. Source: Amazon
    EventBridge User Guide, "Comparison operators for use in event patterns".
    """
    found = [FOLDER_END]
    for pattern in patterns:
        if ANY not in pattern:
            # Such a file at the top of the bucket is for the functions to pass over.
            found.append(f"{FOLDER_END}{pattern}")
        elif pattern.startswith(ANY) and ANY not in pattern[1:]:
            found.append(pattern[1:])
    return found


def _from_each_name(key: str) -> Iterator[str]:
    start = 0
    while True:
        yield key[start:]
        slash = key.find("/", start)
        if slash < 0:
            return
        start = slash + 1


def _matches(pattern: str, text: str) -> bool:
    """Tell whether a text is what a pattern says, in one pass over it."""
    first, *others = pattern.split(ANY)
    if not others:
        return text == pattern
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
