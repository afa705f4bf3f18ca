"""A deployed sandbox, and browsers in which people sign in to its page: shared by all tests of the folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from checks.playback.chromium import find_chromium
from sandbox.demo.clip import Clip, make_clip
from sandbox.deployment.delivered import Delivered
from sandbox.deployment.deploy import Deployer
from sandbox.runtime import servers
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from tests.browser.assets import CLIPS, Assets, add_assets
from tests.browser.deployed import Deployed
from tests.browser.people import TIMEOUT_MS, People
from tests.e2e.deployed import empty_sandbox
from tests.e2e.pipeline import Pipeline

FOLDER = Folder(PROJECT_ROOT / ".sandbox-browser")
# A sandbox that is up and deployed is used as it is: for trying one test again and again.
RUNNING = "BROWSER_SANDBOX"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Deployed]:
    """Return a deployed sandbox: the one that BROWSER_SANDBOX names, or a new one."""
    if name := os.environ.get(RUNNING):
        folder = Folder(Path(name).resolve())
        endpoints = servers.required(folder)
        yield Deployed(folder, endpoints, Deployer(folder, endpoints, lambda: None).deployment())
        return
    with empty_sandbox(FOLDER) as (running, deployer):
        deployer.deploy_all(lambda changes: None)
        yield Deployed(FOLDER, running.endpoints, deployer.deployment())


@pytest.fixture(scope="session")
def delivered(sandbox: Deployed) -> Delivered:
    """Return the distribution with its people."""
    return Delivered(sandbox.endpoints, sandbox.deployment)


@pytest.fixture(scope="session")
def pipeline(sandbox: Deployed) -> Pipeline:
    """Return the pipeline as a producer meets it."""
    return Pipeline(sandbox.client, sandbox.deployment)


@pytest.fixture(scope="session")
def assets(pipeline: Pipeline) -> Assets:
    """Return assets of all kinds that the views show."""
    return add_assets(pipeline)


@pytest.fixture(scope="session")
def short_clip() -> Path:
    """Return a video that is soon encoded."""
    return make_clip(CLIPS, Clip(width=640, height=360, seconds=4))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the Chromium that is installed."""
    with sync_playwright() as playwright:
        # Playback needs no gesture of a person here; nothing else is different from theirs.
        arguments = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        # On a machine that encodes videos meanwhile, answers take their time.
        expect.set_options(timeout=TIMEOUT_MS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def people(browser: Browser, delivered: Delivered) -> People:
    """Return what opens pages for people."""
    return People(browser, delivered)
