"""The sandbox's command line: `python -m sandbox COMMAND`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from sandbox.demo import invitation, video_names
from sandbox.demo import run as demo
from sandbox.deployment.delivered import Delivered
from sandbox.deployment.deploy import Deployer, required_programs, tool_environment
from sandbox.runtime import servers
from sandbox.runtime.console import Terminal
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from tools.terminal import print_error

_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return int(options.run(Folder.chosen(), Terminal(), options))
    except SandboxError as error:
        print_error(str(error))
        return 1
    except KeyboardInterrupt:
        print_error("Interrupted; everything that was started has been stopped.")
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, help_: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_, description=help_)
        command.set_defaults(run=run)
        return command

    video = add("demo", _demo, "Deploy, upload, transcode, download and report; then stop everything")
    video.add_argument("videos", nargs="*", type=Path, metavar="VIDEO", help="without: a generated clip")
    video.add_argument(
        "--named-in",
        default="",
        metavar="TEXT",
        help="the same in one text, as `make demo VIDEO=TEXT` hands it over",
    )
    video.add_argument(
        "--open", action="store_true", help="leave the sandbox up at the end, until `sandbox down`"
    )
    load_test = add(
        "chaos", _chaos, "Deploy, upload thousands of files while faults are injected, audit what is left"
    )
    load_test.add_argument("--uploads", type=_at_least_one, default=5000, metavar="N", help="default: 5000")
    load_test.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="another one makes other uploads and faults; default: 1",
    )
    load_test.add_argument(
        "--night",
        action="store_true",
        help="let a preset have an error until messages were sent anew more often than Lambda allows a loop",
    )
    load_test.add_argument(
        "--cap",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="cap what a day's jobs may cost at this part of all (half, or 0.3), and raise it later",
    )
    api_load = add(
        "api-load", _api_load, "Deploy, read from the API at a rate that is kept, beside a bare function"
    )
    api_load.add_argument(
        "--rate", type=_at_least_one, default=200, metavar="N", help="requests a second; default: 200"
    )
    api_load.add_argument(
        "--seconds", type=_at_least_one, default=120, metavar="N", help="so long; default: 120"
    )
    add("up", _up, "Start the servers and leave them up")
    add("down", _down, "Stop the servers")
    add("status", _status, "Say what runs")
    add("deploy", _deploy, "Apply the sandbox's stack to the running sandbox")
    add("destroy", _destroy, "Destroy all that is deployed in the running sandbox")
    add("env", _env, "Print shell exports with which AWS tools reach the running sandbox")
    command = add("exec", _exec, "Run a command with which AWS tools, Terraform and cdktf reach the sandbox")
    command.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD ...")
    person = add("person", _person, "Invite a person, who signs in on the page of the running sandbox")
    person.add_argument("--group", choices=("viewer", "uploader", "operator"), default="operator")
    person.add_argument("--email", default=invitation.EMAIL, metavar="ADDRESS")
    path = add("clip", _clip, "Write the demo's clip to a file")
    path.add_argument("path", type=Path)
    return parser


def _demo(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    with folder.locked("demo"):
        videos = [*options.videos, *video_names.split(options.named_in)]
        report = demo.run(folder, videos, terminal, stays_up=options.open)
    return 0 if report.completed else 1


def _chaos(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    from sandbox.chaos import command  # loads ffmpeg, which only the demo's clip needs else
    from sandbox.chaos.settings import RECURSIVE_NIGHT_RENEWALS, LoadTestSettings

    if not os.environ.get("SANDBOX_DIR"):
        # What it leaves behind would be in the demo's way.
        folder = Folder(PROJECT_ROOT / ".sandbox-chaos")
    if options.night and options.cap:
        raise SandboxError("A night and a cap both make uploads wait: run one load test for each.")
    with folder.locked("chaos"):
        settings = LoadTestSettings(
            uploads=options.uploads,
            seed=options.seed,
            night_renewals=RECURSIVE_NIGHT_RENEWALS if options.night else 0,
            cap_share=options.cap,
        )
        report = command.run(folder, settings, terminal)
    return 0 if report.passed else 1


def _api_load(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    from sandbox.api_load import command  # loads ffmpeg, which only the demo's clip needs else

    if not os.environ.get("SANDBOX_DIR"):
        # What it leaves behind would be in the demo's way.
        folder = Folder(PROJECT_ROOT / ".sandbox-api-load")
    with folder.locked("api-load"):
        settings = command.LoadSettings(per_second=options.rate, seconds=options.seconds)
        report = command.execute(folder, settings, terminal)
    return 0 if report.passed else 1


def _share(text: str) -> float:
    share = 0.5 if text == "half" else float(text)
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("must be half, or between 0 and 1")
    return share


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _up(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    with folder.locked("up"):
        found = servers.found_running(folder)
        if found is None:
            required_programs()
            with terminal.phase("Starting the sandbox, synthesizing the stacks"):
                running = servers.start(folder, terminal.say, stays_up=True)
                found = running.endpoints
                try:
                    deployer = Deployer(folder, found, running.check)
                    deployer.synthesize()
                    running.wait()
                except BaseException:
                    servers.stop(folder)
                    raise
            # cdktf keeps its state in a bucket: it must be there before `make deploy ENV=sandbox`.
            with terminal.phase("Preparing the bucket for Terraform's state") as phase:
                deployer.ensure_backend(demo.following(phase))
    terminal.say(_where(found))
    return 0


def _where(endpoints: Endpoints) -> str:
    return (
        f"Up: AWS at {endpoints.aws}, MediaConvert at {endpoints.mediaconvert}, browsers at {endpoints.page}."
    )


def _down(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    with folder.locked("down"):
        stopped = servers.stop(folder)
    terminal.say("Stopped." if stopped else "Nothing was running.")
    return 0


def _status(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    found = servers.found_running(folder)
    if found is None:
        terminal.say("The sandbox is not up.")
        return 1
    terminal.say(_where(found))
    return 0


def _deploy(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    with folder.locked("deploy"):
        deployer = Deployer(folder, servers.required(folder), lambda: None)
        with terminal.phase("Synthesizing the stacks"):
            deployer.synthesize()
        demo.deploy(deployer, terminal)
    return 0


def _destroy(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    with folder.locked("destroy"):
        deployer = Deployer(folder, servers.required(folder), lambda: None)
        with terminal.phase("Synthesizing the stacks"):
            deployer.synthesize()
        with terminal.phase("Destroying what is deployed") as phase:
            deployer.destroy(demo.following(phase))
    return 0


def _env(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    endpoints = servers.required(folder)
    for name, value in endpoints.environment(base={}).items():
        print(f"export {name}={value}")
    return 0


def _exec(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise SandboxError("Name the command to run: python -m sandbox exec -- CMD ...")
    if shutil.which(command[0]) is None:
        raise SandboxError(f"The command `{command[0]}` was not found.")
    environment = tool_environment(folder, servers.required(folder))
    # The command talks to the person itself; Ctrl-C reaches it without us.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _person(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    endpoints = servers.required(folder)
    delivered = Delivered(endpoints, Deployer(folder, endpoints, lambda: None).deployment())
    lines = invitation.invited(delivered, options.email, options.group)
    terminal.say("\n".join([*lines, invitation.until_when(stays_up=True)]))
    return 0


def _clip(folder: Folder, terminal: Terminal, options: argparse.Namespace) -> int:
    from sandbox.demo import clip  # loads ffmpeg, which no other command needs

    shutil.copyfile(clip.demo_clip(), options.path)
    terminal.say(f"Wrote {options.path}.")
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Not through a buffered stream: this may come in the middle of one of its writes.
    os.write(sys.stderr.fileno(), b"\nStopping. If Terraform runs, it saves its state first.\n")
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
