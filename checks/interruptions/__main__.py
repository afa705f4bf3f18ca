"""`make soak`: kill Terraform on the whole pipeline, again and again, and hold what is left of it.

The first half of the kills hits the first deployment, one after the other, each what the one before left.
The others hit updates of everything, each followed by an apply and a clean plan. At the end, goodbye leaves
nothing.
"""

import argparse
import base64
import hashlib
import json
import random
import shutil
import sys
import time
import zipfile

from checks.interruptions.killing import kill_and_recover
from sandbox.deployment.deploy import STACK, Deployer
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from tests.e2e.remains import remains

FOLDER = Folder(PROJECT_ROOT / ".sandbox-soak")


def main() -> int:
    """Run the rounds, say each, and return 1 where one did not end clean."""
    parser = argparse.ArgumentParser(prog="python -m checks.interruptions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    servers.stop(FOLDER)
    shutil.rmtree(FOLDER.path, ignore_errors=True)
    begun = time.monotonic()
    try:
        running = servers.start(FOLDER, print, stays_up=True)
        deployer = Deployer(FOLDER, running.endpoints, running.check)
        # Delivery would make each of the rounds longer, by resources that are killed and taken over alike.
        deployer.environment["DELIVERY"] = "none"
        deployer.synthesize()
        running.wait()
        deployer.ensure_backend(lambda changes: None)
        for number in range(1, options.rounds + 1):
            first = number <= options.rounds // 2
            # Also where the deployment before it was completed by a later attempt of the same run.
            if number > 1:
                change_everything(number)
            recover = not first or number == options.rounds // 2
            kill = kill_and_recover(FOLDER, running.endpoints, STACK, dice=dice, recover=recover)
            print(f"{number:2} {'first deployment' if first else 'update'}: {kill}", flush=True)
        deployer = Deployer(FOLDER, running.endpoints, running.check)
        deployer.destroy(lambda changes: None)
        left = sorted(remains(running.endpoints))
    finally:
        servers.stop(FOLDER)
    print(
        f"{options.rounds} kills (seed {options.seed}) in {time.monotonic() - begun:.0f} s; "
        f"left after destroy: {left or 'nothing'}"
    )
    return 1 if left else 0


def change_everything(number: int) -> None:
    """Change a tag of all resources, and the functions' code, in what was synthesized."""
    path = FOLDER.synthesized / "stacks" / STACK / "cdk.tf.json"
    stack = json.loads(path.read_text())
    stack["provider"]["aws"][0]["default_tags"][0]["tags"]["Round"] = str(number)
    functions = stack["resource"]["aws_lambda_function"].values()
    archive = path.parent / next(iter(functions))["filename"]
    with zipfile.ZipFile(archive, "a") as changed:
        changed.writestr(f"round-{number}.txt", "")
    digest = base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode()
    for function in functions:
        function["source_code_hash"] = digest
    path.write_text(json.dumps(stack))


if __name__ == "__main__":
    sys.exit(main())
