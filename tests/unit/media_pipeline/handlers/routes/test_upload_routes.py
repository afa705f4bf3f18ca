"""The routes of uploads: who may, what is answered, and that a repeated request begins no second upload."""

from typing import Any

import pytest

from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.uploads.in_parts import MIB
from tests.support.api_calls import Answered, machine, person
from tests.support.changing_world import ChangingWorld

FILM: dict[str, Any] = {"name": "film.mp4", "size_bytes": 20 * MIB, "content_type": "video/mp4"}
ANN = person("uploader", subject="ann")
OWNER = Caller(subject="ann", allowed=frozenset(Access))


class UploadWorld(ChangingWorld):
    """Hold an API, and ask it for uploads."""

    def begin(self, claims: dict[str, str] = ANN, *, key: str | None = None, **changed: Any) -> Answered:
        """Begin an upload."""
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.api.call("POST", "/api/uploads", claims=claims, body={**FILM, **changed}, headers=headers)

    def post(self, upload_id: str, rest: str, body: Any = None, **more: Any) -> Answered:
        """Ask for something about an upload of Ann's."""
        claims = more.pop("claims", ANN)
        return self.api.call("POST", f"/api/uploads/{upload_id}/{rest}", claims=claims, body=body, **more)


@pytest.fixture
def world() -> UploadWorld:
    """Return an API without uploads."""
    return UploadWorld()


def test_a_file_is_uploaded_in_parts(world: UploadWorld) -> None:
    """Begin, sign, look, complete: each answer says what the next request needs."""
    begun = world.begin()
    assert begun.status == 201
    assert (begun.body["part_size_bytes"], begun.body["part_count"]) == (16 * MIB, 2)
    upload_id = begun.body["upload_id"]
    signed = world.post(upload_id, "parts", {"parts": [2, 1]})
    assert [(part["number"], part["size_bytes"]) for part in signed.body["parts"]] == [
        (1, 16 * MIB),
        (2, 4 * MIB),
    ]
    early = world.post(upload_id, "complete")
    assert (early.status, early.code) == (409, "UPLOAD_INCOMPLETE")
    (key,) = world.s3.begun.values()
    assert key.startswith("incoming/web/ann/")
    upload = world.parts.api_uploads.parts(OWNER, upload_id)[0]
    for number in (1, 2):
        world.s3.send(upload, number)
    there = world.api.call("GET", f"/api/uploads/{upload_id}", claims=ANN)
    assert [part["number"] for part in there.body["parts"]] == [1, 2]
    done = world.post(upload_id, "complete")
    assert (done.status, done.body["captions"], len(done.body["asset_id"])) == (200, False, 32)
    gone = world.api.call("DELETE", f"/api/uploads/{upload_id}", claims=ANN)
    assert (gone.status, gone.code) == (404, "UNKNOWN_UPLOAD")


def test_an_upload_is_given_up(world: UploadWorld) -> None:
    """An aborted upload is gone, without a body in the answer."""
    upload_id = world.begin().body["upload_id"]
    aborted = world.api.call("DELETE", f"/api/uploads/{upload_id}", claims=ANN)
    assert (aborted.status, aborted.text, world.s3.begun) == (204, "", {})


def test_captions_become_no_asset(world: UploadWorld) -> None:
    """Completed captions are answered without an asset: they become part of their video's."""
    video = world.begin().body["upload_id"]
    captions = world.begin(name="film.en.vtt", size_bytes=5, content_type="text/vtt", upload_id=video)
    upload = world.parts.api_uploads.parts(OWNER, captions.body["upload_id"])[0]
    world.s3.send(upload, 1)
    assert world.post(captions.body["upload_id"], "complete").body == {"captions": True}


def test_only_uploaders_upload(world: UploadWorld) -> None:
    """A viewer, a machine without the scope, and who has no group begin nothing."""
    for claims in (person("viewer"), person(), machine("read")):
        refused = world.begin(claims)
        assert (refused.status, refused.code) == (403, "NOT_ALLOWED")
    assert world.s3.begun == {}
    assert world.begin(machine("upload")).status == 201
    assert world.begin(person("operator")).status == 201


def test_another_persons_upload_is_unknown(world: UploadWorld) -> None:
    """Whatever another uploader asks of it, there is no such upload; an operator may give it up."""
    upload_id = world.begin().body["upload_id"]
    ben = person("uploader", subject="ben")
    answers = [
        world.api.call("GET", f"/api/uploads/{upload_id}", claims=ben),
        world.api.call("DELETE", f"/api/uploads/{upload_id}", claims=ben),
        world.post(upload_id, "parts", {"parts": [1]}, claims=ben),
        world.post(upload_id, "complete", claims=ben),
    ]
    assert {(answer.status, answer.code) for answer in answers} == {(404, "UNKNOWN_UPLOAD")}
    operator = person("operator", subject="olga")
    assert world.api.call("DELETE", f"/api/uploads/{upload_id}", claims=operator).status == 204


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"name": "../film.mp4"}, 422, "INVALID_NAME"),
        ({"name": "film.exe"}, 422, "UNSUPPORTED_FILE_TYPE"),
        ({"size_bytes": 500_000_001}, 422, "FILE_TOO_LARGE"),
        ({"size_bytes": 0}, 400, "INVALID_REQUEST"),
        ({"size_bytes": True}, 400, "INVALID_REQUEST"),
        ({"content_type": "text/html"}, 422, "INVALID_CONTENT_TYPE"),
        ({"key": "incoming/web/ben/film.mp4"}, 400, "INVALID_REQUEST"),
        ({"upload_id": "../ben"}, 400, "INVALID_REQUEST"),
    ],
)
def test_what_is_wrong_is_named(world: UploadWorld, changed: dict[str, Any], status: int, code: str) -> None:
    """Each fault of a request has its status and code, and begins nothing."""
    refused = world.api.call("POST", "/api/uploads", claims=ANN, body={**FILM, **changed})
    assert (refused.status, refused.code) == (status, code)
    assert world.s3.begun == {}


def test_a_repeated_request_begins_one_upload(world: UploadWorld) -> None:
    """The same key is answered alike, another body is refused, and keys of others are others' keys."""
    first = world.begin(key="1")
    again = world.begin(key="1")
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    assert len(world.s3.begun) == 1
    changed = world.begin(key="1", size_bytes=5)
    assert (changed.status, changed.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert world.begin(person("uploader", subject="ben"), key="1").body != first.body
    assert world.begin(key="2").status == 201
    assert world.begin(key=" ").code == "INVALID_IDEMPOTENCY_KEY"


def test_a_repeated_signing_is_signed_again(world: UploadWorld) -> None:
    """Signed URLs are not kept in a table: they are made anew, and another body is refused all the same."""
    upload_id = world.begin().body["upload_id"]
    headers = {"Idempotency-Key": "1"}
    for _ in range(2):
        assert len(world.post(upload_id, "parts", {"parts": [1]}, headers=headers).body["parts"]) == 1
    refused = world.post(upload_id, "parts", {"parts": [2]}, headers=headers)
    assert refused.code == "IDEMPOTENCY_KEY_REUSED"


def test_a_refused_upload_may_be_tried_with_its_key(world: UploadWorld) -> None:
    """Where the quota was reached, the same request goes well once there is room."""
    begun = [world.begin().body["upload_id"] for _ in range(3)]
    full = world.begin(key="1")
    assert (full.status, full.code) == (409, "QUOTA_EXCEEDED")
    world.api.call("DELETE", f"/api/uploads/{begun[0]}", claims=ANN)
    assert world.begin(key="1").status == 201
