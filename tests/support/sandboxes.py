"""Which tests share a deployed sandbox."""

# What is in such a folder shares one, in subfolders too; the innermost folder counts.
FOLDERS = ("tests/e2e/upgraded", "tests/e2e")


def sandbox_of(nodeid: str) -> str | None:
    """Return the folder whose sandbox a test uses, None where it uses none."""
    return next((folder for folder in FOLDERS if nodeid.startswith(f"{folder}/")), None)
