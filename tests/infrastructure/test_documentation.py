"""README and docs/: generated parts are current, links work, and every page can be found."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from checks.docs.documentation import PICTURE, ROOT, generated_files, pages
from media_pipeline import __version__
from tests.infrastructure.stack import Stack

README = ROOT / "README.md"
MAX_README_LINES = 250
PAGES = [*pages(), ROOT / "CHANGELOG.md"]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(path: Path) -> str:
    """Return a page without its code, in which nothing is a link."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    # A link's own text may be code.
    return re.sub(r"(?<!\[)`[^`\n]*`(?!\])", "", text)


def links(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the file part and the anchor of each relative link and image of a page."""
    for target in _LINK.findall(_prose(path)):
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            yield unquote(file), anchor


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    found: set[str] = set()
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    for heading in re.findall(r"^#+ (.+)$", text, flags=re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 0
        while (numbered := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(numbered)
    return found


@pytest.fixture(scope="session")
def generated(stacks: Mapping[str, Stack]) -> Mapping[Path, str]:
    """Return the text that each generated file should have."""
    return generated_files(stacks["prod"])


@pytest.mark.parametrize("path", [*pages(), PICTURE], ids=_name)
def test_generated_files_are_current(generated: Mapping[Path, str], path: Path) -> None:
    """Tables and pictures are what the code says today: `make docs` changes nothing."""
    assert path.read_text() == generated[path], f"{_name(path)} is stale: run `make docs`"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_links_lead_somewhere(path: Path) -> None:
    """Each relative link and image of a page names a file that exists, and each anchor a heading of it."""
    for file, anchor in links(path):
        target = (path.parent / file).resolve() if file else path
        assert target.is_relative_to(ROOT), f"{file} is outside of the project"
        assert target.exists(), f"{file} does not exist"
        assert not anchor or anchor in anchors(target), f"{file}#{anchor} has no heading"


def test_every_page_is_reachable_from_the_readme() -> None:
    """Links lead from the README to each page and picture of docs/."""
    reached, unread = {README}, [README]
    while unread:
        page = unread.pop()
        found = {(page.parent / file).resolve() for file, _ in links(page) if file} - reached
        reached |= found
        unread += [path for path in found if path.suffix == ".md"]
    assert {_name(path) for path in (ROOT / "docs").iterdir()} <= {
        _name(path) for path in reached if path.is_relative_to(ROOT)
    }


def test_the_readme_is_short() -> None:
    """The README has at most 250 lines; what is longer belongs on a page."""
    assert len(README.read_text().splitlines()) <= MAX_README_LINES


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    """Links in prose are found, those in code are not, and repeated headings are numbered."""
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b` & c!\n[x](y.md#z) `[no](no.md)` [`f`](f.py)\n```\n[no](no.md)\n# no\n```\n# Two\n# Two\n"
    )
    assert list(links(page)) == [("y.md", "z"), ("f.py", "")]
    assert anchors(page) == {"a-b--c", "two", "two-1"}


def test_the_changelog_has_the_version() -> None:
    """The newest released version of the changelog is that of the code, below a place for changes."""
    released = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
    assert released[:2] == ["Unreleased", __version__]
    assert len(set(released)) == len(released)


def test_the_licence_is_named_as_it_is() -> None:
    """LICENSE is the licence that package.json, and so the bill of materials, names."""
    text = (ROOT / "LICENSE").read_text()
    assert json.loads((ROOT / "package.json").read_text())["license"] == "Apache-2.0"
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "Copyright 2026 The media pipeline authors" in text
