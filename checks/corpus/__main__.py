"""`make corpus`: deploy the real stack to the local AWS, and run every kind of source through it."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from checks.corpus import report
from checks.corpus.cases.case import Case
from checks.corpus.examination.examination import Result
from checks.corpus.run import Place, made_sources, run
from checks.corpus.table import chosen
from sandbox.demo import run as demo
from sandbox.demo.assets import Upload
from sandbox.deployment.deploy import Deployer, Deployment, required_programs
from sandbox.runtime import function_logs, servers
from sandbox.runtime.console import Terminal
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import Folder
from tools.terminal import print_error

REPORT = "corpus-report.json"
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run the chosen cases and return the exit code: 1 where one does not hold."""
    parser = argparse.ArgumentParser(prog="python -m checks.corpus", description=__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="run the cases whose names hold one of these"
    )
    terminal, folder = Terminal(), Folder.chosen()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cases = chosen(parser.parse_args(arguments).words)
        required_programs()
        with folder.locked("corpus"):
            results = _run(folder, cases, terminal)
    except (SandboxError, ValueError) as error:
        print_error(str(error))
        return 1
    except KeyboardInterrupt:
        print_error("Interrupted; everything that was started has been stopped.")
        return INTERRUPTED
    path = folder.path / REPORT
    report.write(path, results)
    terminal.say("\n".join(["", *report.summary(results), f"The report: {folder.relative(path)}"]))
    return 0 if all(result.holds for result in results) else 1


def _run(folder: Folder, cases: Sequence[Case], terminal: Terminal) -> list[Result]:
    with contextlib.ExitStack() as stack:
        with terminal.phase("Starting the sandbox, synthesizing the stacks"):
            running = stack.enter_context(servers.running(folder, terminal.say))
            deployer = Deployer(folder, running.endpoints, running.check)
            deployer.synthesize()
            running.wait()
        with terminal.phase(f"Making the sources of {len(cases)} cases") as phase:
            sources = made_sources(
                cases, lambda done, name: phase.update(done, len(cases), name, counted="sources")
            )
        deployment = demo.deploy(deployer, terminal)
        begun = time.time()
        try:
            return _transcoded(folder, running, deployment, cases, sources, terminal)
        finally:
            function_logs.save(running.endpoints.session(), begun, folder.log("functions"))


def _transcoded(
    folder: Folder,
    running: servers.Running,
    deployment: Deployment,
    cases: Sequence[Case],
    sources: dict[str, Path],
    terminal: Terminal,
) -> list[Result]:
    place = Place.of(running.endpoints.session(), deployment, folder, running.check)
    with terminal.phase("Transcoding and comparing") as phase:

        def look(uploads: Sequence[Upload], examined: int) -> None:
            ended = sum(each.share for each in uploads)
            phase.update(ended + examined, 2 * len(cases), f"{demo.standing(uploads)}; {examined} compared")

        results = run(
            place,
            cases,
            sources,
            on_result=lambda result: terminal.say("\n".join(report.lines(result))),
            on_look=look,
        )
        phase.result(f"{sum(result.holds for result in results)} of {len(results)} hold")
    return results


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
