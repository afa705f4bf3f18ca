"""The page's files: read from its build, and put into the site bucket, each with its type."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from constructs_lib.bindings import Construct
from constructs_lib.delivery.site_files import SiteFile, SiteFiles
from constructs_lib.storage import PrivateBucket

# The page itself, which names all other files; these are named by their content.
PAGE = "index.html"
HASHED_FOLDER = "assets/"
# With `nosniff`, browsers run and show a file as what it is said to be, and as nothing else.
CONTENT_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Looked at anew each time, and kept for a year: what is below `assets/` never changes under its name.
ALWAYS_FRESH = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"


class SiteError(Exception):
    """Say what is wrong with the build of the page, and what helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Hold the build of the page: its folder and the files in it."""

    folder: Path
    files: tuple[SiteFile, ...]


def read_site(folder: Path) -> Site:
    """Return the build in a folder.

    Raises SiteError where it is missing, or has a file that is not of a page.
    """
    if not (folder / PAGE).is_file():
        raise SiteError(f"The page is expected in {folder}, where it is not built. Run: make site")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return Site(folder=folder, files=tuple(_site_file(folder, path) for path in paths))


def _site_file(folder: Path, path: Path) -> SiteFile:
    name = path.relative_to(folder).as_posix()
    content_type = CONTENT_TYPES.get(path.suffix)
    if content_type is None:
        known = ", ".join(sorted(CONTENT_TYPES))
        raise SiteError(f"{name} is none of {known}: browsers would not be told what it is.")
    if name != PAGE and not name.startswith(HASHED_FOLDER):
        raise SiteError(f"{name} is not below {HASHED_FOLDER}, and so not named by its content.")
    return SiteFile(
        name=name,
        content_type=content_type,
        cache_control=ALWAYS_FRESH if name == PAGE else FOR_EVER,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def add_site_files(scope: Construct, site: Site, *, bucket: PrivateBucket) -> None:
    """Put the page into its bucket; it comes last, when all that it names is there."""
    SiteFiles(scope, "SiteFiles", folder=site.folder, files=site.files, last=PAGE, bucket=bucket)
