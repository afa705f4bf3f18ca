"""`python -m sandbox chaos`: servers, deployment, load test, report."""

from __future__ import annotations

import contextlib
import shutil
import time

from sandbox.chaos import report as reports
from sandbox.chaos.load_test import Place, run_load_test
from sandbox.chaos.report import Report
from sandbox.chaos.settings import LoadTestSettings
from sandbox.demo import run as demo
from sandbox.deployment.deploy import Deployer, required_programs
from sandbox.runtime import function_logs, servers
from sandbox.runtime.console import Terminal
from sandbox.runtime.folder import Folder

REPORT = "chaos-report.json"


def run(folder: Folder, settings: LoadTestSettings, terminal: Terminal) -> Report:
    """Do everything from nothing to a report.

    A sandbox that is up in this folder is used as it is, and left up. Otherwise the load test begins on an
    empty one: what an earlier one left, five objects for each upload and more, would slow it down.

    Raises:
        SandboxError: Something the person can act on; its message says what.
    """
    required_programs()
    with contextlib.ExitStack() as stack:
        with terminal.phase("Starting the sandbox, synthesizing the stacks"):
            if servers.found_running(folder) is None:
                servers.stop(folder)
                _empty(folder)
            folder.faults.unlink(missing_ok=True)
            running = stack.enter_context(servers.running(folder, terminal.say))
            deployer = Deployer(folder, running.endpoints, running.check)
            deployer.synthesize()
            running.wait()
        deployment = demo.deploy(deployer, terminal)
        begun = time.time()
        try:
            report = run_load_test(Place(folder, running, deployment), settings, terminal)
        finally:
            folder.faults.unlink(missing_ok=True)
            function_logs.save(running.endpoints.session(), begun, folder.log("functions"))
    path = folder.path / REPORT
    report.write(path)
    terminal.say("\n".join(["", *reports.lines(report), ""]))
    terminal.say(f"{'Passed' if report.passed else 'FAILED'}. The report: {folder.relative(path)}")
    return report


def _empty(folder: Folder) -> None:
    for path in (folder.aws, folder.mediaconvert):
        shutil.rmtree(path, ignore_errors=True)
    folder.backend_state.unlink(missing_ok=True)
