"""`make smoke`: one small clip, one alarm, one run of the schedule, on a deployed pipeline."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from checks.smoke.deployed import Clients, find
from checks.smoke.proofs import Proof, SmokeError, proofs_table
from checks.smoke.run import Smoke
from media_pipeline.domain.errors import MediaPipelineError
from sandbox.demo import run as demo
from sandbox.demo.clip import CLIPS_FOLDER, Clip, make_clip
from sandbox.deployment.deploy import Deployer, required_programs
from sandbox.runtime import servers
from sandbox.runtime.console import Terminal
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import Folder
from tools.ops.errors import UsageError, is_operators, sentence
from tools.terminal import print_error

PROVEN, NOT_PROVEN, WRONG, INTERRUPTED = 0, 1, 2, 130
# Billed for 10 s at least, so that a shorter one costs as much.
CLIP = Clip(width=640, height=360, seconds=10.0)
_EPILOG = (
    "AWS is reached as the AWS SDKs are configured. Exit codes: 0 all is proven; 1 something is not; 2 an "
    "argument, a setting or a permission is wrong; 130 interrupted. Everything it makes is removed, "
    "however it ends."
)


def main(arguments: Sequence[str]) -> int:
    """Run once and return the exit code, as `--help` tells them."""
    parser = argparse.ArgumentParser(prog="python -m checks.smoke", description=__doc__, epilog=_EPILOG)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--pipeline", metavar="NAME", help="a deployed pipeline: media-pipeline-dev")
    which.add_argument(
        "--sandbox", action="store_true", help="the sandbox's: started and deployed if it isn't up"
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    terminal = Terminal()
    try:
        proofs = _on_sandbox(terminal) if options.sandbox else _on_aws(options.pipeline, terminal)
    except (SandboxError, SmokeError, UsageError) as error:
        print_error(str(error))
        return WRONG
    except (MediaPipelineError, BotoCoreError, ClientError) as error:
        print_error(sentence(error))
        return WRONG if is_operators(error) else NOT_PROVEN
    except KeyboardInterrupt:
        print_error("Interrupted; what it had made has been removed.")
        return INTERRUPTED
    return report(proofs)


def report(proofs: Sequence[Proof]) -> int:
    """Print what was proven, and a sentence for each thing that was not; return the exit code."""
    console = Console(highlight=False, emoji=False)
    console.print()
    console.print(proofs_table(proofs))
    console.print()
    failed = [proof for proof in proofs if not proof.holds]
    for proof in failed:
        print_error(proof.sentence)
    if not failed:
        console.print(f"All {len(proofs)} are proven.", style="green")
    return NOT_PROVEN if failed else PROVEN


def _on_aws(pipeline: str, terminal: Terminal) -> list[Proof]:
    make: Any = boto3.client  # typed for literal names alone
    made: dict[str, Any] = {}

    def clients(service: str) -> Any:
        if service not in made:
            made[service] = make(service)
        return made[service]

    with TemporaryDirectory() as scratch:
        return smoke(clients, pipeline, Path(scratch), terminal)


def _on_sandbox(terminal: Terminal) -> list[Proof]:
    folder = Folder.chosen()
    required_programs()
    with folder.locked("smoke"), contextlib.ExitStack() as stack:
        with terminal.phase("Starting the sandbox, synthesizing the stacks"):
            running = stack.enter_context(servers.running(folder, terminal.say))
            deployer = Deployer(folder, running.endpoints, running.check)
            deployer.synthesize()
            running.wait()
        deployment = demo.deploy(deployer, terminal)
        session = running.endpoints.session()

        def clients(service: str) -> Any:
            return session.mediaconvert() if service == "mediaconvert" else session.any(service)

        name = deployment.output("pipeline_name")
        return smoke(clients, name, CLIPS_FOLDER, terminal, check=running.check)


def smoke(
    clients: Clients, pipeline: str, clips: Path, terminal: Terminal, check: Any = lambda: None
) -> list[Proof]:
    """Make the clip and run over one pipeline."""
    deployed = find(clients, pipeline)
    with terminal.phase("Making a clip with picture and sound"):
        clip = make_clip(clips, CLIP)
    return Smoke(
        clients=clients,
        deployed=deployed,
        clip=clip,
        clip_seconds=CLIP.seconds,
        terminal=terminal,
        check=check,
    ).run()


if __name__ == "__main__":
    # The AWS CLI and all other SDKs read AWS_REGION, and take it for the stronger one. boto3 does not.
    if os.environ.get("AWS_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]
    sys.exit(main(sys.argv[1:]))
