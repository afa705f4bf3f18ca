"""Keep a commit as the earlier release that upgrades are tested from.

Run `python -m tests.resilience.upgrade COMMIT`.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from sandbox.deployment.deploy import STACK
from sandbox.runtime.folder import PROJECT_ROOT
from tests.resilience.upgrade.release import ARCHIVE, CODE, STACK_FILE


def main(commit: str) -> None:
    """Synthesize the commit's sandbox stack and pack it with the commit's functions."""
    with tempfile.TemporaryDirectory() as temporary:
        tree, synthesized = Path(temporary) / "tree", Path(temporary) / "synthesized"
        tree.mkdir()
        archive = subprocess.run(
            ["git", "archive", commit], cwd=PROJECT_ROOT, capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
        (tree / "build").mkdir()
        (tree / "build" / "lambda-dependencies").symlink_to(PROJECT_ROOT / "build" / "lambda-dependencies")
        environment = {**os.environ, "ENVIRONMENT": STACK, "CDKTF_OUTDIR": str(synthesized)}
        subprocess.run([sys.executable, "main.py"], cwd=tree, env=environment, check=True)
        with tarfile.open(ARCHIVE, "w:xz") as packed:
            packed.add(synthesized / "stacks" / STACK / "cdk.tf.json", STACK_FILE, filter=anonymous)
            packed.add(tree / CODE, CODE, filter=anonymous)


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out who packed it and when, and what running Python leaves behind."""
    if "__pycache__" in member.name:
        return None
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main(sys.argv[1])
