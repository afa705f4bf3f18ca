"""Synthesize one stack as the code has it now, for tables that follow from it."""

import json
import tempfile
from pathlib import Path

from tests.infrastructure.stack import Stack


def synthesize(name: str) -> Stack:
    """Return the stack of that name."""
    # Imported here: CDKTF starts a Node.js process, which is not needed where stacks are handed over.
    from main import build_app

    with tempfile.TemporaryDirectory() as folder:
        build_app({}, outdir=Path(folder)).synth()
        return Stack(name, json.loads((Path(folder) / f"stacks/{name}/cdk.tf.json").read_text()))
