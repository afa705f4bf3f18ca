"""Synthesis of all environments against a plain import of the AWS bindings."""

import os
import sys
import tempfile
from pathlib import Path

from checks.bench.measuring import Comparison, cost

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
ALLOWED_RATIO = 0.4


def measure() -> Comparison:
    """Synthesize everything, and import the bindings, in fresh processes in turn."""
    synthesis, plain_import = [], []
    base = {name: value for name, value in os.environ.items() if name != "ENVIRONMENT"}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            synthesis.append(
                cost(
                    [sys.executable, "main.py"],
                    cwd=PROJECT_ROOT,
                    environment={**base, "CDKTF_OUTDIR": folder},
                )
            )
            plain_import.append(
                cost([sys.executable, "-c", "import cdktf_cdktf_provider_aws"], cwd=PROJECT_ROOT)
            )
    return Comparison(synthesis, plain_import)
