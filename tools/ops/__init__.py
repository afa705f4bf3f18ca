"""The operator's command line, on AWS and on the sandbox: list, show, replay, cancel, redrive, backfill."""

import sys
from pathlib import Path

# The functions' core and adapters are used as they are deployed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lambda_src"))
