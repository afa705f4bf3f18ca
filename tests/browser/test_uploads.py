"""An upload survives what happens to people: a lost network, a reload, a session that ends."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, Page, expect

from sandbox.demo.clip import Clip, make_clip
from tests.browser.assets import captions
from tests.browser.deployed import Deployed
from tests.browser.people import People, until

PART_BYTES = 16 * 1024**2
# Five parts, the last one a short one.
SIZE = 4 * PART_BYTES + 1_000_003


def _choose(page: Page, *files: Path) -> None:
    page.get_by_label("Choose files").set_input_files(list(files))


def _network(cdp: CDPSession, *, offline: bool, bytes_per_second: int = -1) -> None:
    cdp.send(
        "Network.emulateNetworkConditions",
        {
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_per_second,
        },
    )


def _stored(sandbox: Deployed, name: str) -> list[dict[str, Any]]:
    bucket = sandbox.deployment.output("uploads_bucket")
    listed = sandbox.client("s3").list_object_versions(Bucket=bucket)
    return [each for each in listed.get("Versions", []) if each["Key"].endswith(f"/{name}")]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a video as a phone makes it."""
    made = make_clip(tmp_path_factory.mktemp("clip"), Clip(width=360, height=640, seconds=3))
    return made.rename(made.with_name("harbour.mp4"))


def test_from_a_file_to_watching_it(people: People, clip: Path, tmp_path: Path) -> None:
    """Who uploads a video with its captions is led to it, sees it encoded, and plays it."""
    subtitles = tmp_path / "harbour.en.vtt"
    subtitles.write_bytes(captions("Ships come in."))
    with people.page("uploader") as page:
        page.get_by_role("link", name="Upload", exact=True).click()
        _choose(page, clip, subtitles)
        expect(page.get_by_text("Captions sent")).to_be_visible()
        page.get_by_role("link", name="Follow it: harbour.mp4").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("harbour.mp4")
        expect(page.get_by_role("region", name="Qualities")).to_be_visible(timeout=90_000)
        expect(page.get_by_role("region", name="Captions").get_by_text("English").first).to_be_visible()


def test_a_folder_is_dropped(people: People, clip: Path, tmp_path: Path) -> None:
    """The videos of all its folders are sent, each with the captions beside it; hidden files are not."""
    day = tmp_path / "holiday" / "day-1"
    day.mkdir(parents=True)
    name = f"beach-{uuid4().hex[:8]}"
    (day / f"{name}.mp4").write_bytes(clip.read_bytes())
    (day / f"{name}.en.vtt").write_bytes(captions("The tide is out."))
    (day / ".DS_Store").write_bytes(b"of a system")
    with people.page("uploader") as page:
        page.goto("/upload")
        page.get_by_role("radio", name="One file to download").check()
        box = page.get_by_role("region", name="Drop videos here").bounding_box()
        assert box is not None
        cdp = page.context.new_cdp_session(page)
        for kind in ("dragEnter", "dragOver", "drop"):
            cdp.send(
                "Input.dispatchDragEvent",
                {
                    "type": kind,
                    "x": box["x"] + box["width"] / 2,
                    "y": box["y"] + box["height"] / 2,
                    "data": {"items": [], "files": [str(tmp_path / "holiday")], "dragOperationsMask": 1},
                },
            )
        expect(page.get_by_role("link", name=f"Follow it: {name}.mp4")).to_be_visible()
        expect(page.get_by_text("Captions sent")).to_be_visible()
        expect(page.get_by_text(".DS_Store")).to_have_count(0)


def test_network_and_reload_cost_no_part_twice(people: People, sandbox: Deployed, tmp_path: Path) -> None:
    """Cut off in the middle and loaded anew, an upload goes on by itself; S3 has the same bytes."""
    # No video: what counts is that each byte comes over, and it fails when it has.
    body = bytes(range(251)) * (SIZE // 251 + 1)
    file = tmp_path / f"crossing-{uuid4().hex[:8]}.mp4"
    file.write_bytes(body[:SIZE])
    sent: list[str] = []
    with people.page("uploader", watched=False) as page:
        cdp = page.context.new_cdp_session(page)
        page.on(
            "response",
            lambda answer: sent.append(answer.url) if answer.request.method == "PUT" and answer.ok else None,
        )
        page.goto("/upload")
        cdp.send("Network.enable")
        _network(cdp, offline=False, bytes_per_second=8_000_000)
        _choose(page, file)
        until(page, "document.querySelector('progress')?.value > 30")
        _network(cdp, offline=True)
        expect(page.get_by_text("No connection; it goes on by itself")).to_be_visible()
        _network(cdp, offline=False, bytes_per_second=8_000_000)
        until(page, "document.querySelector('progress')?.value > 55")
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect(page.get_by_text(file.name)).to_be_visible()
        _network(cdp, offline=False)
        expect(page.get_by_role("link", name=f"Follow it: {file.name}")).to_be_visible(timeout=60_000)
    numbers = [number for url in sent if (number := re.search(r"partNumber=(\d+)", url))]
    parts = [int(number[1]) for number in numbers]
    assert parts
    assert len(parts) == len(set(parts))
    (stored,) = _stored(sandbox, file.name)
    bucket = sandbox.deployment.output("uploads_bucket")
    found = sandbox.client("s3").get_object(Bucket=bucket, Key=stored["Key"])["Body"].read()
    assert found == body[:SIZE]


def test_an_ended_session_in_the_middle_of_an_upload(people: People, tmp_path: Path) -> None:
    """Who is signed out in the middle signs in again, and the upload goes on."""
    file = tmp_path / "session.mp4"
    file.write_bytes(b"session" * 5_000_000)
    with people.page("uploader", watched=False) as page:
        page.goto("/upload")
        refused = re.compile(r"/(api/uploads/.*/(parts|complete)|oauth2/token)$")
        page.route(refused, lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
        _choose(page, file)
        expect(page.get_by_text("Your session has ended")).to_be_visible()
        page.unroute(refused)
        people.sign_in(page, "uploader")
        expect(page.get_by_role("heading", level=1)).to_have_text("Upload")
        expect(page.get_by_role("link", name="Follow it: session.mp4")).to_be_visible(timeout=60_000)


def test_what_is_refused_says_why_before_a_byte_is_sent(people: People, tmp_path: Path) -> None:
    """A file of another type, and an empty one, are refused in a sentence, and nothing is sent to S3."""
    notes, empty = tmp_path / "notes.txt", tmp_path / "empty.mp4"
    notes.write_text("no video")
    empty.touch()
    puts: list[str] = []
    with people.page("uploader") as page:
        page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
        page.goto("/upload")
        _choose(page, notes, empty)
        expect(page.get_by_text("Files whose names end so are taken")).to_be_visible()
        expect(page.get_by_text("The file is empty.")).to_be_visible()
    assert puts == []
