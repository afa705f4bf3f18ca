"""Play what the sandbox makes in headless Chromium, a line each; fail where anything does not play."""

import sys
import tempfile
import time
from pathlib import Path

from checks.playback.chromium import ChromiumMissingError, find_chromium
from checks.playback.playing import browsing, play
from checks.playback.presentations import make_presentations
from checks.playback.server import PlayersMissingError, serving


def main() -> int:
    """Make all presentations and play them; return the exit code."""
    try:
        executable = find_chromium()
        with tempfile.TemporaryDirectory(prefix="playback-") as name:
            return _play_all(executable, Path(name).resolve())
    except (ChromiumMissingError, PlayersMissingError) as error:
        print(error, file=sys.stderr)
        return 1


def _play_all(executable: str, folder: Path) -> int:
    begun = time.monotonic()
    presentations = make_presentations(folder)
    made = time.monotonic()
    failed = 0
    with serving(folder) as site, browsing(executable) as context:
        for presentation in presentations:
            played = play(context, site, folder, presentation)
            print(played.line(), flush=True)
            failed += bool(played.errors)
    print(
        f"{len(presentations) - failed} of {len(presentations)} presentations play to their end "
        f"({made - begun:.0f} s to make them, {time.monotonic() - made:.0f} s to play)"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
