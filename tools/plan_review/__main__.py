"""`python -m tools.plan_review PLAN`: see `--help`."""

import sys

from tools.plan_review.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
