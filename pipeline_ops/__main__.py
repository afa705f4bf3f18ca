"""`python -m pipeline_ops COMMAND`: see `--help`."""

import os
import sys

from pipeline_ops.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], environ=os.environ))
