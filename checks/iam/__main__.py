"""`make iam-report`: compare what the sandbox's roles are granted with what they asked for.

Calls are read from every sandbox of the project: that of the tests (`make test-e2e`), demo and chaos.
"""

import json
import sys
import tempfile
from pathlib import Path

from checks.iam.grants import grants_of, in_the_stacks_account
from checks.iam.report import compare, lines
from sandbox.local_aws.iam_calls import read_calls
from sandbox.runtime.folder import PROJECT_ROOT
from tests.infrastructure.stack import Stack


def main() -> int:
    """Print the report; return 1 where a grant is neither used nor explained, or a call has no grant."""
    files = sorted(PROJECT_ROOT.glob(".sandbox*/aws/iam-calls.jsonl"))
    calls = in_the_stacks_account(call for file in files for call in read_calls(file))
    if not calls:
        print("No sandbox has noted any call yet. Run `make test-e2e` or `make chaos` first.")
        return 1
    report = compare(grants_of(sandbox_stack()), calls)
    print("Calls of", ", ".join(str(file.relative_to(PROJECT_ROOT)) for file in files))
    print("\n".join(lines(report)))
    return 0 if report.passed else 1


def sandbox_stack() -> Stack:
    """Synthesize the sandbox's stack as the code has it now."""
    from main import build_app

    with tempfile.TemporaryDirectory() as folder:
        build_app({}, outdir=Path(folder)).synth()
        return Stack("sandbox", json.loads((Path(folder) / "stacks/sandbox/cdk.tf.json").read_text()))


if __name__ == "__main__":
    sys.exit(main())
