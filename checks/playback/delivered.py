"""Play what a deployed sandbox delivers: from its distribution, by the cookies that its API answers.

The page and the players lie in the page's bucket: all of it is one origin, under the page's own content
security policy.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page

from checks.playback.playing import Played, play
from checks.playback.presentations import (
    CLIP,
    DASH_PLAYER,
    HLS_PLAYER,
    NO_PLAYER,
    Presentation,
)
from checks.playback.server import MEDIA_TYPES, site_files
from sandbox.demo import run as demo
from sandbox.demo.clip import make_clip
from sandbox.deployment.delivered import Delivered
from sandbox.deployment.deploy import Deployer, Deployment
from sandbox.runtime import servers
from sandbox.runtime.console import Terminal
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder
from tests.e2e.deployed import client_of
from tests.e2e.pipeline import Pipeline

# Where the distribution serves files as they are named.
PLACE = "assets/playback"
CAPTIONS = b"1\n00:00:00,000 --> 00:00:06,900\nGood morning\n"
FORMATS = {"HLS": HLS_PLAYER, "DASH": DASH_PLAYER, "MP4": NO_PLAYER}


class PlaybackError(Exception):
    """What is deployed does not let a viewer play, or lets in everybody."""


@dataclass(frozen=True, slots=True)
class DeliveredFilm:
    """Hold a film that a viewer may play, and what is to be seen of it.

    Attributes:
        page: The URL of the page with the players.
        token: The viewer's.
        presentations: Of each format; the path is that on the distribution.
    """

    delivered: Delivered
    page: str
    asset_id: str
    token: str
    presentations: Sequence[Presentation]

    def play(self, context: BrowserContext) -> Iterator[Played]:
        """Play each presentation, with the cookies that the page itself gets from the API.

        Raises PlaybackError where it gets none, or the film was open without them.
        """
        self._let_in(context)
        for presentation in self.presentations:
            yield play(context, self.page, self.delivered.local(presentation.path.as_posix()), presentation)

    def _let_in(self, context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(self.page)
        before = self._statuses(page)
        answered = page.evaluate(
            """async ([asset, token]) => {
                 const headers = { Authorization: `Bearer ${token}` };
                 return (await fetch(`/api/assets/${asset}/playback`, { method: "POST", headers })).status;
               }""",
            [self.asset_id, self.token],
        )
        after = self._statuses(page)
        page.close()
        if (before, answered, after) != ({403}, 200, {200}):
            raise PlaybackError(
                f"The film's files answered {before} to a browser without cookies, the API {answered} to its "
                f"viewer, and the files {after} then."
            )

    def _statuses(self, page: Page) -> set[int]:
        found = page.evaluate(
            "paths => Promise.all(paths.map(async path => (await fetch(path)).status))",
            [presentation.path.as_posix() for presentation in self.presentations],
        )
        return set(found)


@contextlib.contextmanager
def delivering(clips: Path) -> Iterator[DeliveredFilm]:
    """Start and deploy the sandbox where it isn't up, with a film that is COMPLETE.

    Raises:
        SandboxError: The sandbox can't be deployed.
        PlaybackError: The film does not complete.
    """
    folder, terminal = Folder.chosen(), Terminal()
    with folder.locked("playback"), contextlib.ExitStack() as stack:
        with terminal.phase("Starting the sandbox, synthesizing the stacks"):
            running = stack.enter_context(servers.running(folder, terminal.say))
            deployer = Deployer(folder, running.endpoints, running.check)
            deployer.synthesize()
            running.wait()
        deployment = demo.deploy(deployer, terminal)
        with terminal.phase("Uploading a film with captions, and transcoding it"):
            film = deliver_film(running.endpoints, deployment, clips)
        yield film


def deliver_film(endpoints: Endpoints, deployment: Deployment, clips: Path) -> DeliveredFilm:
    """Put the page with the players into a deployed sandbox, and a film with captions that is COMPLETE.

    Raises:
        PlaybackError: The film does not complete.
    """
    _put_page(endpoints, deployment.output("site_bucket"))
    pipeline = Pipeline(lambda service: client_of(endpoints, service), deployment)
    asset_id, presentations = _film(pipeline, make_clip(clips, CLIP))
    delivered = Delivered(endpoints, deployment)
    ann = delivered.add_person("ann@example.com", "viewer")
    page = delivered.local(f"/{PLACE}/page.html")
    return DeliveredFilm(delivered, page, asset_id, delivered.sign_in(ann), presentations)


def _put_page(endpoints: Endpoints, bucket: str) -> None:
    s3 = client_of(endpoints, "s3")
    for name, path in site_files().items():
        s3.put_object(
            Bucket=bucket,
            Key=f"{PLACE}/{name}",
            Body=path.read_bytes(),
            ContentType=MEDIA_TYPES[Path(name).suffix],
        )


def _film(pipeline: Pipeline, clip: Path) -> tuple[str, list[Presentation]]:
    folder = f"playback/{uuid4()}"
    pipeline.put(f"{folder}/film.en.srt", CAPTIONS)
    record = pipeline.ended(f"{folder}/film.mp4", pipeline.put(f"{folder}/film.mp4", clip.read_bytes()))
    if record["status"] != "COMPLETE":
        raise PlaybackError(f"the film ended {record['status']}: {record.get('error')}")
    presentations = [
        Presentation(
            f"delivered {output['format']}",
            Path(f"/media/{output['key']}"),
            FORMATS[output["format"]],
            captions=0 if FORMATS[output["format"]] == NO_PLAYER else 1,
        )
        for output in record["outputs"]
        if output["format"] in FORMATS
    ]
    return str(record["asset_id"]), presentations
