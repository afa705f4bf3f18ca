"""A guard of the code, and how it is broken: changes of the source that take it away."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace a text, which a file holds once, by another."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Name a guard, the edits that break it, and the tests that hold it where the property does not."""

    name: str
    edits: tuple[Edit, ...]
    tests: str

    def faults(self, root: Path) -> Iterator[str]:
        """Yield where a project's source is no longer as the edits expect it."""
        for edit in self.edits:
            times = (root / edit.path).read_text().count(edit.old)
            if times != 1:
                yield f"{self.name}: {edit.path} holds {times} times, not once: {edit.old!r}"

    def break_in(self, root: Path) -> None:
        """Break the guard in a copy of the project."""
        for edit in self.edits:
            path = root / edit.path
            path.write_text(path.read_text().replace(edit.old, edit.new))


def guard(name: str, *edits: Edit, held_by: str = "") -> Guard:
    """Return a guard; where the property can't see it broken, `held_by` is a module of tests."""
    return Guard(name=name, edits=edits, tests=f"tests/{held_by}.py" if held_by else "")


def code(module: str, old: str, new: str) -> Edit:
    """Return an edit of one of the functions' modules."""
    return Edit(path=f"lambda_src/media_pipeline/{module}.py", old=old, new=new)


def table(old: str, new: str) -> Edit:
    """Return an edit of the assets table."""
    return code("adapters/asset_table", old, new)


def fake(old: str, new: str) -> Edit:
    """Return an edit of the fake table, which has the same guards: the property knows no other."""
    return Edit(path="tests/support/fakes/asset_table.py", old=old, new=new)
