"""`python -m tools.plain_terraform STACK STATE_STACK --to=FOLDER`, which `make terraform` runs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.plain_terraform.folder import UnwritableFolderError, write


def main(arguments: Sequence[str]) -> int:
    """Write the folders and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.plain_terraform", description=__doc__)
    parser.add_argument("stack", type=Path, help="a synthesized stack: cdktf.out/stacks/dev")
    parser.add_argument(
        "state_stack", type=Path, help="that of its state bucket: cdktf.out/stacks/state-backend"
    )
    parser.add_argument("--to", type=Path, required=True, help="the folder to write")
    options = parser.parse_args(arguments)
    try:
        folders = write(stack=options.stack, state_stack=options.state_stack, target=options.to)
    except UnwritableFolderError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Wrote {', '.join(map(str, folders))}; {options.to / 'README.md'} says how to go on.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
