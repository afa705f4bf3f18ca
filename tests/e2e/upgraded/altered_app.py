"""The App with one change, for what `make diff` says of it, and for the steps of a rotation.

Run `python -m tests.e2e.upgraded.altered_app CHANGE`.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import main as program
from stacks.settings import ENVIRONMENTS

# The id of the stack is the environment's suffix.
STACK = "sandbox"
# Of a rotation: the keys that CloudFront approves of, and the one that signs.
SIGNING_KEYS: Mapping[str, tuple[tuple[int, ...], int]] = {
    "second-key-in": ((1, 2), 1),
    "second-key-signs": ((1, 2), 2),
    "first-key-out": ((2,), 2),
}


def main(change: str) -> None:
    """Synthesize the sandbox's stacks, changed."""
    if change in SIGNING_KEYS:
        rotate(*SIGNING_KEYS[change])
    app = program.build_app(os.environ, site=program.built_site(os.environ))
    stack: Any = app.node.find_child(STACK)
    if change == "another-partition-key":
        table = stack.node.find_child("Assets").node.find_child("Table")
        table.add_override("hash_key", "other_id")
        table.add_override("attribute.0.name", "other_id")
    elif change == "harmless":
        logs = stack.node.find_child("Reconciler").node.find_child("Logs")
        logs.add_override("retention_in_days", 30)
        logs.add_override("tags.Team", "media")
    elif change == "impossible":
        logs = stack.node.find_child("Reconciler").node.find_child("Logs")
        logs.add_override("retention_in_days", 31)
    app.synth()
    if change == "another-construct-id":
        # Every reference follows, as it does where the id is changed in the source.
        synthesized = Path(app.outdir) / "stacks" / STACK / "cdk.tf.json"
        synthesized.write_text(synthesized.read_text().replace("Assets_Table_", "Records_Table_"))


def rotate(generations: tuple[int, ...], current: int) -> None:
    """Change the settings of the sandbox as an operator does who rotates the signing key."""
    settings = ENVIRONMENTS[STACK]
    playback = replace(settings.playback, key_generations=generations, current_key_generation=current)
    vars(program)["ENVIRONMENTS"] = {**ENVIRONMENTS, STACK: replace(settings, playback=playback)}


if __name__ == "__main__":
    main(sys.argv[1])
