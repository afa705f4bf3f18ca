"""`python -m sandbox api-load`: servers, deployment, assets to read, a bare function, the reads, report."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.api_load import report as reports
from sandbox.api_load.bare import bare_function
from sandbox.api_load.reads import PAGE_SIZE, reads
from sandbox.api_load.report import Report, by_name, measured
from sandbox.api_load.schedule import Request, Run, run
from sandbox.api_load.throttling import raised_limits
from sandbox.demo import run as demo
from sandbox.demo.clip import CLIPS_FOLDER, Clip, make_clip
from sandbox.deployment.delivered import Delivered
from sandbox.deployment.deploy import Deployer, Deployment, required_programs
from sandbox.runtime import servers
from sandbox.runtime.console import Phase, Terminal
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import StalledError
from sandbox.runtime.folder import Folder, write_json

REPORT = "api-load-report.json"
# Three pages: behind the second one, a listing would look into the months before.
ASSETS = 3 * PAGE_SIZE
_ASSETS_SECONDS = 300.0
_WARM_UP_SECONDS = 10
_PERSON = "api-load@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSettings:
    """Say how many requests a second are due, and for how many seconds; the bare function gets a quarter."""

    per_second: int = 200
    seconds: int = 120
    seed: int = 1


def execute(folder: Folder, settings: LoadSettings, terminal: Terminal) -> Report:
    """Do everything from nothing to a report; a sandbox that is up is used, and left up.

    Raises:
        SandboxError: Something the person can act on; its message says what.
    """
    required_programs()
    with contextlib.ExitStack() as stack:
        with terminal.phase("Starting the sandbox, synthesizing the stacks"):
            running = stack.enter_context(servers.running(folder, terminal.say))
            deployer = Deployer(folder, running.endpoints, running.check)
            deployer.synthesize()
            running.wait()
        deployment = demo.deploy(deployer, terminal)
        report = measure(folder, running.endpoints, deployment, settings, terminal)
    path = folder.path / REPORT
    report.write(path)
    terminal.say("\n".join(["", *reports.lines(report), ""]))
    terminal.say(f"{'Passed' if report.passed else 'FAILED'}. The report: {folder.relative(path)}")
    return report


def measure(
    folder: Folder, endpoints: Endpoints, deployment: Deployment, settings: LoadSettings, terminal: Terminal
) -> Report:
    """Ask a deployed API, and a bare function before it.

    Raises:
        SandboxError: The pipeline has no delivery, or its assets don't end.
    """
    delivered = Delivered(endpoints, deployment)
    token = delivered.sign_in(delivered.add_person(_PERSON, "viewer"))
    with terminal.phase(f"Making {ASSETS} assets to read") as phase:
        asset_ids, cursor = _assets(folder, endpoints, deployment, delivered, token, phase)
    rate, seconds = settings.per_second, settings.seconds
    host = endpoints.page.partition("://")[2]
    wanted = reads(
        rate * seconds, host=host, token=token, asset_ids=asset_ids, cursor=cursor, seed=settings.seed
    )
    pipeline = deployment.output("pipeline_name")
    with contextlib.ExitStack() as stack:
        api = pipeline.replace("pipeline", "pipeline-api", 1)
        usual = stack.enter_context(raised_limits(endpoints, api=api, per_second=10 * rate))
        with (
            terminal.phase(f"A bare function, {rate} requests a second for {seconds // 4} s") as phase,
            bare_function(endpoints) as invoke,
        ):
            bare = _asked(endpoints, [invoke] * (rate * max(seconds // 4, 1)), rate, phase)
        with terminal.phase(f"Mixed reads of the API, {rate} a second for {seconds} s") as phase:
            found = _asked(endpoints, wanted, rate, phase)
    return Report(
        per_second=rate,
        answered_per_second=round(len(found.samples) / max(found.seconds, 1.0), 1),
        seconds=seconds,
        assets=len(asset_ids),
        usual_limit=usual,
        api=measured(found.samples),
        unsent=found.unsent,
        by_read=by_name(found),
        bare=measured(bare.samples),
    )


def _asked(endpoints: Endpoints, requests: Sequence[Request], rate: int, phase: Phase) -> Run:
    """Send requests, after some that start the functions' processes and are not counted."""
    port = int(endpoints.edge.rpartition(":")[2])
    # As a deployed function is, which has been asked before.
    run(requests[: rate * _WARM_UP_SECONDS], port=port, per_second=rate)
    stopped = threading.Event()
    try:
        found = run(
            requests,
            port=port,
            per_second=rate,
            on_progress=lambda sent: phase.update(sent, len(requests), "", counted="requests"),
            stopped=stopped,
        )
    finally:
        stopped.set()
    phase.result(f"{len(found.samples)} answered in {found.seconds:.0f} s")
    return found


def _assets(
    folder: Folder,
    endpoints: Endpoints,
    deployment: Deployment,
    delivered: Delivered,
    token: str,
    phase: Phase,
) -> tuple[list[str], str]:
    """Return ids of assets that are there, made where they are few, and where the second page begins."""
    if len(_listed(delivered, token)[0]) < ASSETS:
        # Without an encoder: what an asset holds matters to no read.
        write_json(folder.faults, {"mediaconvert": {"instant": True}})
        clip = make_clip(CLIPS_FOLDER, Clip(width=96, height=96, seconds=1, has_audio=False)).read_bytes()
        s3, bucket = endpoints.session().s3(), deployment.output("uploads_bucket")
        for number in range(ASSETS):
            s3.put_object(Bucket=bucket, Key=f"api-load/{number:03d}.mp4", Body=clip)
    try:
        deadline = time.monotonic() + _ASSETS_SECONDS
        while True:
            ids, cursor = _listed(delivered, token)
            if len(ids) >= ASSETS and cursor:
                phase.result(f"{len(ids)} complete")
                return ids, cursor
            if time.monotonic() > deadline:
                raise StalledError(f"Of {ASSETS} assets {len(ids)} have ended in {_ASSETS_SECONDS:.0f} s.")
            phase.update(len(ids), ASSETS, "", counted="assets")
            time.sleep(2.0)
    finally:
        folder.faults.unlink(missing_ok=True)


def _listed(delivered: Delivered, token: str) -> tuple[list[str], str]:
    """Return ids of assets that are COMPLETE, and the cursor of the second page of all."""
    complete = delivered.call("GET", "/api/assets?limit=100&status=COMPLETE", token=token).json()
    page = delivered.call("GET", f"/api/assets?limit={PAGE_SIZE}", token=token).json()
    return [each["id"] for each in complete["assets"]], str(page.get("next_cursor", ""))
