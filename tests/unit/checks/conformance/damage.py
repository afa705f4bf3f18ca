"""Damage a presentation: each damage breaks one rule."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Damage = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Broken:
    """Describe a damage and the error that names it.

    Attributes:
        rule: What it breaks.
        error: Regular expression that one of the errors matches.
    """

    rule: str
    damage: Damage
    error: str

    def assert_found(self, errors: Sequence[str]) -> None:
        """Fail unless one of the errors names the damage."""
        assert any(re.search(self.error, error) for error in errors), f"{self.rule}: {errors}"


def replaced(name: str, old: str, new: str) -> Damage:
    """Replace the first match of a regular expression in a file's text."""

    def damage(folder: Path) -> None:
        path = folder / name
        text, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=1)
        assert count == 1, f"{name} has no {old}"
        path.write_text(text, encoding="utf-8")

    return damage


def scaled(name: str, pattern: str, factor: float) -> Damage:
    """Multiply a number that stands behind a pattern."""

    def damage(folder: Path) -> None:
        path = folder / name
        text, count = re.subn(
            rf"({pattern})(\d+)",
            lambda match: f"{match[1]}{round(int(match[2]) * factor)}",
            path.read_text(encoding="utf-8"),
            count=1,
        )
        assert count == 1, f"{name} has no {pattern}"
        path.write_text(text, encoding="utf-8")

    return damage


def removed(name: str) -> Damage:
    """Remove a file."""
    return lambda folder: (folder / name).unlink()


def overwritten(name: str, content: bytes) -> Damage:
    """Replace a file's content."""

    def damage(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return damage


def copied(name: str, onto: str) -> Damage:
    """Put a copy of a file in the place of another one."""

    def damage(folder: Path) -> None:
        (folder / onto).write_bytes((folder / name).read_bytes())

    return damage


def keyframe_lost(name: str) -> Damage:
    """Turn the first IDR picture of a segment into a common one."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        head = re.compile(rb"\x00\x00\x01\x65" if name.endswith(".ts") else rb"\x65\x88")
        found = head.search(data, max(data.find(b"mdat"), 0))
        assert found, f"{name} has no IDR picture"
        at = found.start() + found[0].index(0x65)
        data[at] = 0x41
        (folder / name).write_bytes(data)

    return damage


def shifted(name: str, ticks: int) -> Damage:
    """Move a fragment's decode time."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        at = data.index(b"tfdt") + 8
        size = 8 if data[at - 4] else 4
        data[at : at + size] = (int.from_bytes(data[at : at + size], "big") + ticks).to_bytes(size, "big")
        (folder / name).write_bytes(data)

    return damage


def both(*damages: Damage) -> Damage:
    """Do several."""

    def damage(folder: Path) -> None:
        for one in damages:
            one(folder)

    return damage
