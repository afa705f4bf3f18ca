"""Play what the sandbox makes in headless Chromium, a line each; fail where anything does not play."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.playback.chromium import ChromiumMissingError, find_chromium
from checks.playback.delivered import PlaybackError, delivering
from checks.playback.playing import Played, browsing, play
from checks.playback.presentations import make_presentations
from checks.playback.server import PlayersMissingError, serving
from sandbox.deployment.deploy import required_programs
from sandbox.runtime.errors import SandboxError


def main(arguments: Sequence[str]) -> int:
    """Play all presentations, from a folder and from a deployed sandbox; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m checks.playback", description=__doc__)
    parser.add_argument("--from-folder", action="store_true", help="deploy nothing: play from a folder alone")
    options = parser.parse_args(arguments)
    try:
        executable = find_chromium()
        required_programs()
        with tempfile.TemporaryDirectory(prefix="playback-") as name:
            folder = Path(name).resolve()
            delivered = () if options.from_folder else _delivered(executable, folder)
            all_play = _summary([*_made(executable, folder), *delivered])
    except (ChromiumMissingError, PlaybackError, PlayersMissingError, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all_play else 1


def _made(executable: str, folder: Path) -> Iterator[Played]:
    """Play what the sandbox makes of clips with each profile, from a folder."""
    presentations = make_presentations(folder)
    with serving(folder) as site, browsing(executable) as context:
        for one in presentations:
            path = one.path.relative_to(folder).as_posix()
            yield _told(play(context, f"{site}/page.html", f"{site}/media/{path}", one))


def _delivered(executable: str, folder: Path) -> Iterator[Played]:
    """Play what a deployed sandbox delivers."""
    with delivering(folder / "clips") as film, browsing(executable) as context:
        yield from map(_told, film.play(context))


def _told(played: Played) -> Played:
    print(played.line(), flush=True)
    return played


def _summary(played: Sequence[Played]) -> bool:
    good = sum(not each.errors for each in played)
    print(f"{good} of {len(played)} presentations are as they should be")
    return good == len(played)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
