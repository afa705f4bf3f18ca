"""The App with one change, for what `make diff` says of it.

Run `python -m tests.e2e.upgraded.altered_app CHANGE`.
"""

import os
import sys
from pathlib import Path
from typing import Any

from main import build_app, built_site

# The id of the stack is the environment's suffix.
STACK = "sandbox"


def main(change: str) -> None:
    """Synthesize the sandbox's stacks, changed."""
    app = build_app(os.environ, site=built_site(os.environ))
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


if __name__ == "__main__":
    main(sys.argv[1])
