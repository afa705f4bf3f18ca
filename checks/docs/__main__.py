"""`make docs`: write the generated tables and pictures of the documentation."""

import sys

from checks.docs.documentation import ROOT, generated_files
from checks.docs.regions import RegionError
from checks.docs.synthesis import synthesize


def main() -> int:
    """Write every generated file that is stale, and return the exit code."""
    try:
        files = generated_files(synthesize("prod"))
    except RegionError as error:
        print(error, file=sys.stderr)
        return 1
    stale = {path: text for path, text in files.items() if not path.is_file() or path.read_text() != text}
    for path, text in stale.items():
        path.write_text(text)
        print(f"Wrote {path.relative_to(ROOT)}")
    if not stale:
        print("The generated documentation is current.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
