"""`python -m tools.preflight STACK_DIRECTORY`: see `--help`."""

import sys

from tools.preflight.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
