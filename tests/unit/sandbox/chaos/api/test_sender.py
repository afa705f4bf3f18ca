"""Uploads through the API as an unreliable client makes them, against an API in memory."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.chaos.api.client import Answered, GoneError
from sandbox.chaos.api.people import subject_of
from sandbox.chaos.api.sender import ApiSender, Mischief
from sandbox.chaos.kinds import Body, Kind

PART = 10
RELIABLE = Mischief(given_up=0, resumed=0, request_twice=0, part_twice=0, part_cut=0)
VIDEO = Body(content=bytes(range(25)))


class FakeApi:
    """Keep uploads in memory: a key begins one upload, parts have exact sizes, all have to be there."""

    def __init__(self) -> None:
        self.uploads: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.completed: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.repeated: dict[str, int] = {}
        self.begins_anew = False
        self.forgets = 0

    def get(self, path: str) -> Answered:
        """List the parts of an upload."""
        self.calls.append("list")
        parts = self.parts[path.split("/")[2]]
        return Answered(200, {"parts": [{"number": number} for number in parts]})

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Answered:
        """Begin an upload, sign a part, or complete one."""
        match path.split("/")[1:]:
            case ["uploads"]:
                assert body is not None
                assert key is not None
                self.calls.append("begin")
                if key not in self.keys or self.begins_anew:
                    upload_id = self.keys[key] = f"u{len(self.uploads) + 1}"
                    self.uploads[upload_id] = dict(body)
                    self.parts[upload_id] = {}
                size = int(body["size_bytes"])
                plan = {"part_size_bytes": PART, "part_count": -(-size // PART)}
                return Answered(201, {"upload_id": self.keys[key], "size_bytes": size, **plan})
            case ["uploads", upload_id, "parts"]:
                assert body is not None
                [number] = body["parts"]
                return Answered(200, {"parts": [{"number": number, "url": f"{upload_id}/{number}"}]})
            case ["uploads", upload_id, "complete"]:
                self.calls.append("complete")
                if self.forgets:
                    self.forgets -= 1
                    raise GoneError("404")
                parts, size = self.parts[upload_id], self.uploads[upload_id]["size_bytes"]
                content = b"".join(parts[number] for number in sorted(parts))
                assert len(content) == size
                self.completed[self.uploads[upload_id]["name"]] = content
                is_caption = "upload_id" in self.uploads[upload_id]
                return Answered(
                    200, {"captions": is_caption, **({} if is_caption else {"asset_id": upload_id})}
                )
        raise AssertionError(path)

    def delete(self, path: str) -> Answered:
        """Give an upload up."""
        self.calls.append("abort")
        return Answered(204, {})

    def put_part(self, url: str, content: bytes) -> bool:
        """Take a part of just its size."""
        upload_id, _, number = url.partition("/")
        size = int(self.uploads[upload_id]["size_bytes"])
        fits = len(content) == min(PART, size - (int(number) - 1) * PART)
        self.calls.append(f"part {number}{'' if fits else ' cut'}")
        if fits:
            self.parts[upload_id][int(number)] = content
        return fits


@pytest.fixture
def api() -> FakeApi:
    """Return an API without uploads."""
    return FakeApi()


def sender(api: FakeApi, mischief: Mischief = RELIABLE) -> ApiSender:
    """Return what sends with one client."""
    client: Any = api
    return ApiSender([client], mischief, "seed")


def test_a_video_is_sent_in_parts_and_completed(api: FakeApi) -> None:
    """The API's asset is kept; each part is sent once by a client on a good line."""
    [completed] = sender(api).send("a.mp4", Kind.SOUND, VIDEO)
    assert (completed.name, completed.kind, completed.asset_id) == ("a.mp4", Kind.SOUND, "u1")
    assert api.calls == ["begin", "part 1", "part 2", "part 3", "complete"]
    assert api.completed == {"a.mp4": VIDEO.content}


def test_every_mischief_ends_in_the_same_file(api: FakeApi) -> None:
    """Requests and parts are repeated, half of each part is refused, and what is there is not sent again."""
    sending = sender(api, Mischief(given_up=0, resumed=1, request_twice=1, part_twice=1, part_cut=1))
    [completed] = sending.send("a.mp4", Kind.SOUND, VIDEO)
    assert completed.asset_id == "u1"
    assert api.completed == {"a.mp4": VIDEO.content}
    assert api.calls == [
        *("begin", "begin"),
        *("part 1 cut", "part 1", "part 1", "part 2 cut", "part 2", "part 2", "list"),
        *("part 3 cut", "part 3", "part 3", "complete", "complete"),
    ]
    assert sending.broken == []
    assert sending.done == {
        "begun twice": 1, "resumed": 1, "parts cut short": 3, "parts sent twice": 3, "completed twice": 1
    }  # fmt: skip


def test_an_upload_that_is_given_up_is_aborted_without_its_last_part(api: FakeApi) -> None:
    """Nothing is complete."""
    assert list(sender(api, Mischief(given_up=1)).send("a.mp4", Kind.SOUND, VIDEO)) == []
    assert api.calls[-1] == "abort"
    assert "part 3" not in api.calls
    assert api.completed == {}


def test_captions_come_with_their_video_and_have_no_asset(api: FakeApi) -> None:
    """Over many videos, some come before it and some after it, all of them by the video's upload."""
    orders = set()
    for number in range(20):
        names = [f"{number}.en.srt", f"{number}.ru.srt"]
        captions = [(name, Body(content=b"text")) for name in names]
        found = list(sender(api).send(f"{number}.mp4", Kind.CAPTIONED, VIDEO, captions=captions))
        assert {each.name for each in found if each.asset_id is None} == set(names)
        orders.add([each.name for each in found].index(f"{number}.mp4"))
        videos = {each["name"]: upload_id for upload_id, each in api.uploads.items()}
        assert all(api.uploads[videos[name]]["upload_id"] == videos[f"{number}.mp4"] for name in names)
    assert orders == {0, 1, 2}


def test_two_uploads_for_one_key_are_a_broken_promise(api: FakeApi) -> None:
    """The API answers a repeated request as it did before."""
    api.begins_anew = True
    sending = sender(api, Mischief(given_up=0, resumed=0, request_twice=1, part_twice=0, part_cut=0))
    list(sending.send("a.mp4", Kind.SOUND, VIDEO))
    assert sending.broken == ["a.mp4: one request began two uploads"]


def test_an_upload_that_is_gone_is_begun_anew(api: FakeApi) -> None:
    """The local AWS forgets unfinished uploads when it is started anew, but not again and again."""
    api.forgets = 1
    sending = sender(api)
    [completed] = sending.send("a.mp4", Kind.SOUND, VIDEO)
    assert completed.asset_id == "u2"
    assert sending.done == {"begun anew": 1}
    api.forgets = 9
    with pytest.raises(GoneError):
        list(sending.send("b.mp4", Kind.SOUND, VIDEO))


def test_a_person_is_known_by_their_token() -> None:
    """Its claims are unpadded base64."""
    assert subject_of("e30.eyJzdWIiOiAiYW5uLTEifQ.s") == "ann-1"
