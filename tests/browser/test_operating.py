"""Roles and repair: who sees which buttons, what happens, and what is said when the service fails."""

import json
import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Route, expect

from sandbox.deployment.delivered import Delivered
from tests.browser.assets import Assets
from tests.browser.deployed import Deployed
from tests.browser.keys import press_tab_to
from tests.browser.people import People
from tests.e2e.pipeline import Pipeline

# How the page names its session in the browser's storage.
OURS = "key.startsWith('oidc.user')"


def test_a_viewer_sees_no_buttons_of_others(people: People, assets: Assets) -> None:
    """A viewer looks and plays: nothing to upload, to add or to operate is offered."""
    with people.page("viewer") as page:
        expect(page.get_by_role("link", name="coast-by-train.mp4").first).to_be_visible()
        expect(page.get_by_role("link", name="Upload a video")).to_have_count(0)
        page.goto("/upload")
        expect(page.get_by_text("Uploading needs the group uploader")).to_be_visible()
        page.goto(f"/asset/{assets.film}")
        expect(page.get_by_role("region", name="Facts")).to_be_visible()
        for name in ("Replay", "Remove", "Cancel", "Add captions"):
            expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        expect(page.get_by_role("link", name="Health")).to_have_count(0)
        page.goto("/monitoring")
        expect(page.get_by_text("The pipeline's health is for the group operator")).to_be_visible()


def test_a_failed_asset_is_replayed_to_complete(
    people: People, pipeline: Pipeline, sandbox: Deployed, short_clip: Path
) -> None:
    """An operator repairs: MediaConvert failed, another attempt makes the video, and it can be played."""
    key = "operating/repaired.mp4"
    sandbox.folder.faults.write_text('{"mediaconvert": {"failing_jobs": 1.0}}', "utf-8")
    try:
        failed = pipeline.ended(key, pipeline.put(key, short_clip.read_bytes()))
    finally:
        sandbox.folder.faults.unlink()
    assert failed["status"] == "FAILED"
    with people.page("operator") as page:
        page.goto(f"/asset/{failed['asset_id']}")
        expect(page.get_by_role("region", name="What went wrong")).to_be_visible()
        page.get_by_role("button", name="Replay").click()
        dialog = page.get_by_role("dialog")
        confirm = dialog.get_by_role("button", name="Begin another attempt")
        # MediaConvert says that the file is the cause, which another attempt can't help.
        expect(confirm).to_be_disabled()
        dialog.get_by_role("checkbox").check()
        confirm.click()
        expect(page.get_by_text("Another attempt has begun.")).to_be_visible()
        expect(page.get_by_role("region", name="Qualities")).to_be_visible(timeout=90_000)
        expect(page.get_by_role("region", name="Attempt 2").get_by_text("Ready")).to_be_visible()


def test_dead_letters_are_moved_back_by_the_keyboard_alone(
    people: People, pipeline: Pipeline, sandbox: Deployed, assets: Assets
) -> None:
    """An alarm says what to do and has the button that does it: the DLQ is empty, and the page says so."""
    record = pipeline.record(assets.notes)
    assert record is not None
    pipeline.announce(record, pipeline.processing_dlq)
    cloudwatch, name = sandbox.client("cloudwatch"), "media-pipeline-alarm-processing-dlq-not-empty-sandbox"
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="Threshold Crossed")
    try:
        with people.page("operator") as page:
            page.get_by_role("link", name="Health").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Health")
            alarm = page.get_by_role("region", name="processing-dlq-not-empty")
            expect(alarm).to_contain_text("fix the cause, then redrive processing")
            row = page.get_by_role("region", name="Queues").get_by_role("row", name="Uploads")
            expect(row.get_by_role("button")).to_be_visible()
            press_tab_to(page, "Move dead letters back: Uploads")
            page.keyboard.press("Enter")
            expect(page.get_by_role("dialog", name="Move the dead letters of Uploads back?")).to_be_visible()
            press_tab_to(page, "Move them back")
            page.keyboard.press("Enter")
            expect(page.get_by_text("1 message was moved back.")).to_be_visible()
            expect(row.get_by_role("button")).to_have_count(0)
    finally:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="Repaired")
    assert pipeline.depth(pipeline.processing_dlq) == 0


def test_an_asset_is_removed_by_the_keyboard_alone(people: People, pipeline: Pipeline) -> None:
    """All of it is done without a pointer: find the asset, read the question, confirm, and come back."""
    name = f"keyboard-{uuid4().hex[:8]}.mp4"
    key = f"operating/{name}"
    ended = pipeline.ended(key, pipeline.put(key, b"no video at all " * 50))
    with people.page("operator") as page:
        link = page.get_by_role("link", name=name)
        expect(link).to_be_visible()
        press_tab_to(page, name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        press_tab_to(page, "Remove")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="Remove this asset for good?")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Remove", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        press_tab_to(page, "Remove for good")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Assets")
        expect(link).to_have_count(0)
    # What is left tells late events that the asset is gone.
    assert set(pipeline.record(ended["asset_id"]) or {}) <= {"asset_id", "removed_at"}


def test_a_busy_service_is_waited_for(people: People, assets: Assets) -> None:
    """429 and 500 are tried again; where they stay, there is a sentence and a way on, and the list stays."""
    answers = [429, 500]

    def refuse(route: Route) -> None:
        if answers:
            route.fulfill(status=answers.pop(0), json={"message": "no"})
        else:
            route.continue_()

    lists = re.compile(r"/api/assets(\?|$)")
    with people.page("viewer") as page:
        page.route(lists, refuse)
        page.goto("/")
        expect(page.get_by_role("link", name="coast-by-train.mp4").first).to_be_visible()
        assert answers == []
        page.unroute(lists)
        page.route(lists, lambda route: route.fulfill(status=500, json={"message": "no"}))
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("The service has an error.")
        page.unroute(lists)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("link", name="coast-by-train.mp4").first).to_be_visible()


def test_signing_out_ends_the_session(people: People, delivered: Delivered) -> None:
    """Whoever signs out is shown the way in, the page holds no token, and the old one renews nothing."""
    with people.page("viewer") as page:
        ((_, kept),) = page.evaluate(f"Object.entries(sessionStorage).filter(([key]) => {OURS})")
        config = delivered.call("GET", "/api/config").json()
        form = {
            "grant_type": "refresh_token",
            "client_id": config["client_id"],
            "refresh_token": json.loads(kept)["refresh_token"],
        }
        tokens = f"{config['sign_in_url']}/oauth2/token"
        assert page.request.post(tokens, form=form).status == 200
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert page.evaluate(f"Object.keys(sessionStorage).filter(key => {OURS})") == []
        refused = page.request.post(tokens, form=form)
        assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")
