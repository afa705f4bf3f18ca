"""`python -m tools.ops COMMAND`: see `--help`."""

import os
import signal
import sys

from tools.ops.command_line import PIPELINE_VARIABLE, main

if __name__ == "__main__":
    # However the program ends, it releases the messages that it holds.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    # The AWS CLI and all other SDKs read AWS_REGION, and take it for the stronger one. boto3 does not.
    if os.environ.get("AWS_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]
    sys.exit(main(sys.argv[1:], default_pipeline=os.environ.get(PIPELINE_VARIABLE)))
