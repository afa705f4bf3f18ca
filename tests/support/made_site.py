"""A page as a build makes it, but always the same: what is synthesized with it follows no build."""

from collections.abc import Mapping
from pathlib import Path

_FILES: Mapping[str, str] = {
    "index.html": '<!doctype html><script type="module" src="/assets/index-B7c1.js"></script>',
    "assets/index-B7c1.js": "document.title = 'Page';",
    "assets/index-D2a0.css": "body { margin: 0 }",
}


def write_site(folder: Path) -> Path:
    """Write the files into a folder, and return it."""
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
