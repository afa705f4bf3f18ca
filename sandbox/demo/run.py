"""The main job: deploy the real stack to the local AWS, transcode real videos, and report what came out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.demo import assets, invitation, video_names, watching
from sandbox.demo.assets import Names, Upload
from sandbox.demo.report import (
    AssetReport,
    Report,
    TerraformReport,
    table,
)
from sandbox.deployment.delivered import Delivered, has_delivery
from sandbox.deployment.deploy import Deployer, Deployment, required_programs
from sandbox.deployment.terraform import Changes
from sandbox.runtime import function_logs, servers
from sandbox.runtime.console import (
    Phase,
    Terminal,
    shortened,
    some,
)
from sandbox.runtime.errors import SourceError
from sandbox.runtime.folder import Folder

if TYPE_CHECKING:
    from sandbox.runtime.endpoints import Clients

UPLOADS_OUTPUT = "uploads_bucket"
OUTPUTS_OUTPUT = "outputs_bucket"
TABLE_OUTPUT = "assets_table"
# So many are named while they are transcoded.
_SHOWN_UPLOADS = 3
SUFFIXES_VARIABLE = "MEDIA_SUFFIXES"


def run(folder: Folder, videos: Sequence[Path], terminal: Terminal, *, stays_up: bool = False) -> Report:
    """Do everything from nothing to a report.

    Args:
        folder: The sandbox's state.
        videos: Files to transcode; none means a generated clip.
        terminal: Shows each phase.
        stays_up: Whether a sandbox that was not up before stays up.

    Returns:
        The report, already written.

    Raises:
        SandboxError: Something the person can act on; its message says what.
    """
    for video in videos:
        check_readable(video)
    required_programs()
    with contextlib.ExitStack() as stack:
        with terminal.phase("Starting the sandbox, synthesizing the stacks") as phase:
            running = stack.enter_context(servers.running(folder, terminal.say, stays_up=stays_up))
            deployer = Deployer(folder, running.endpoints, running.check)
            deployer.synthesize()
            check_accepted(deployer.function_setting(SUFFIXES_VARIABLE), videos)
            running.wait()
            phase.result(f"{running.endpoints.aws}, {running.endpoints.mediaconvert}")
        deployment = deploy(deployer, terminal)
        names = Names(
            uploads=deployment.output(UPLOADS_OUTPUT),
            outputs=deployment.output(OUTPUTS_OUTPUT),
            table=deployment.output(TABLE_OUTPUT),
        )
        clients = running.endpoints.session()
        if not videos:
            with terminal.phase("Making a clip with picture and sound") as phase:
                from sandbox.demo import clip  # loads ffmpeg, which only this phase needs

                videos = [Path(folder.relative(clip.demo_clip()))]
                phase.result(str(videos[0]))
        begun = time.time()
        uploads = _upload(clients, names, videos, terminal)
        try:
            _follow(clients, names, uploads, folder, terminal, running)
        finally:
            function_logs.save(clients, begun, folder.log("functions"))
        reports = _download(clients, names, uploads, folder, terminal)
        with terminal.phase("Planning once more: nothing may have changed") as phase:
            clean = deployer.is_clean()
            phase.result("clean" if clean else "changed")
        lines = _delivered(deployment, running, reports, folder, terminal, stays_up=stays_up)
    report = Report(reports, TerraformReport(deployment.resources, "clean" if clean else "changed"))
    report.write(folder.report)
    terminal.say("\n".join(["", *table(report.assets), ""]))
    terminal.say("\n".join([f"The report: {folder.relative(folder.report)}", *lines]))
    return report


def deploy(deployer: Deployer, terminal: Terminal) -> Deployment:
    """Bring the deployed stack to what was synthesized."""
    with terminal.phase("Deploying with Terraform") as phase:
        changed = deployer.deploy_all(following(phase))
        deployment = deployer.deployment()
        phase.result(
            f"{deployment.resources} resources, {f'{changed} changed' if changed else 'nothing to change'}"
        )
    return deployment


def check_readable(video: Path) -> None:
    """Raise SourceError unless the video is a file that can be read."""
    if not video_names.exists(str(video)):
        raise SourceError(f"There is no file {shortened(str(video))}.")
    if not video.is_file():
        raise SourceError(f"{video} is not a file.")
    try:
        with video.open("rb"):
            pass
    except OSError as error:
        raise SourceError(f"{video} can't be read: {error.strerror}.") from error


def check_accepted(media_suffixes: str, videos: Sequence[Path]) -> None:
    """Raise SourceError if the pipeline doesn't listen to a video's file name.

    Args:
        media_suffixes: What it listens to, separated by commas.
        videos: Their names matter.
    """
    suffixes = media_suffixes.split(",")
    refused = [str(video) for video in videos if not video.name.lower().endswith(tuple(suffixes))]
    if refused:
        raise SourceError(
            f"The pipeline takes files whose name ends in {', '.join(suffixes)}; not {some(refused)}."
        )


def keys(videos: Sequence[Path]) -> dict[str, Path]:
    """Return the videos by the keys that they get: their names, those of one name in numbered folders."""
    named: dict[str, Path] = {}
    for video in videos:
        key, number = video.name, 1
        while key in named:
            number += 1
            key = f"{number}/{video.name}"
        named[key] = video
    return named


def standing(uploads: Sequence[Upload]) -> str:
    """Say how many of the uploads have ended, and where the others are, those first that are furthest."""
    pending = sorted((each for each in uploads if each.status not in assets.TERMINAL), key=_order)
    said = [
        f"{each.source.name} {each.status.lower() or 'waiting'}"
        + (f" {each.percent}%" if each.status == "PROCESSING" else "")
        for each in pending[:_SHOWN_UPLOADS]
    ]
    if len(pending) > _SHOWN_UPLOADS:
        said.append(f"{len(pending) - _SHOWN_UPLOADS} more")
    ended = f"{len(uploads) - len(pending)} of {_count(len(uploads), 'video')} ended"
    return "; ".join(part for part in (ended, ", ".join(said)) if part)


def _order(each: Upload) -> tuple[bool, bool]:
    return not each.percent, not each.status


def following(phase: Phase) -> Callable[[Changes], None]:
    """Return what shows Terraform's progress in a phase."""
    return lambda changes: phase.update(changes.done, changes.total, changes.current, counted="resources")


def _upload(clients: Clients, names: Names, videos: Sequence[Path], terminal: Terminal) -> list[Upload]:
    total = sum(video.stat().st_size for video in videos)
    sent = 0
    uploads = []
    with terminal.phase(f"Uploading {_count(len(videos), 'video')}") as phase:
        for number, (key, video) in enumerate(keys(videos).items(), start=1):

            def progress(size: int, said: str = f"{number} of {len(videos)}: {video.name}") -> None:
                nonlocal sent
                sent += size
                phase.update(sent, total, said)

            uploads.append(assets.upload(clients, names.uploads, video, key, progress))
        phase.result(f"{total / 1_000_000:.1f} MB to {names.uploads}")
    return uploads


def _follow(
    clients: Clients,
    names: Names,
    uploads: Sequence[Upload],
    folder: Folder,
    terminal: Terminal,
    running: servers.Running,
) -> None:
    with terminal.phase("Transcoding") as phase:

        def show() -> None:
            phase.update(sum(each.share for each in uploads), len(uploads), standing(uploads))

        assets.follow(clients, names, uploads, folder, show, running.check)
        completed = sum(each.status == "COMPLETE" for each in uploads)
        phase.result(f"{completed} of {len(uploads)} complete")


def _download(
    clients: Clients, names: Names, uploads: Sequence[Upload], folder: Folder, terminal: Terminal
) -> list[AssetReport]:
    with terminal.phase("Downloading the outputs") as phase:
        files = sum(assets.download(clients, names.outputs, each, folder) for each in uploads)
        phase.result(f"{_count(files, 'file')} in {folder.relative(folder.outputs)}")
    return [assets.describe(each, folder) for each in uploads]


def _delivered(
    deployment: Deployment,
    running: servers.Running,
    reports: Sequence[AssetReport],
    folder: Folder,
    terminal: Terminal,
    *,
    stays_up: bool,
) -> list[str]:
    """Return the lines with which the person watches what was made, and signs in on the page."""
    if not has_delivery(deployment):
        return []
    with terminal.phase("Letting a viewer in") as phase:
        delivered = Delivered(running.endpoints, deployment)
        lines = watching.watched(delivered, reports, folder)
        page = invitation.invited(delivered)
        phase.result(delivered.page_url)
    until = invitation.until_when(stays_up=stays_up or not running.started)
    return [*(["", *lines] if lines else []), "", *page, until]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
