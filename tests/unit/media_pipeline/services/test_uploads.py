"""Uploads in parts: what may be begun, who may touch it, and what is answered after a lost answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.errors import NotFoundError
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.uploads.in_parts import (
    MAX_SIGNED_PARTS,
    MIB,
    UploadInParts,
)
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.services.uploading.quota import MAX_VERSION_PAGES, Quota
from tests.support.fakes import FakeClock
from tests.support.uploads_world import ANN, BEN, GIB, OPERATOR, UploadsWorld


@pytest.fixture
def world() -> UploadsWorld:
    """Return an empty pipeline."""
    return UploadsWorld()


def refused(code: str) -> Any:
    """Expect a refusal with a code and a sentence."""
    return pytest.raises(RequestProblem, match=rf"^{code}: [A-Z0-9].*\.$")


def test_the_server_chooses_the_key(world: UploadsWorld) -> None:
    """A key is below the prefix and the person, says the size, and never is the same twice."""
    assert world.begin(size_bytes=5).key == "in/web/ann/0000000000000000-5/film.mp4"
    assert world.begin(size_bytes=5).key == "in/web/ann/0000000000000001-5/film.mp4"


def test_an_upload_goes_its_way_in_parts(world: UploadsWorld) -> None:
    """Parts are signed with their very sizes, in any order, as often as one likes, and become an object."""
    upload = world.begin(profile="audio")
    signed = world.uploads.sign(ANN, upload.id, [3, 1, 1])
    assert [(part.number, part.size_bytes) for part in signed] == [(1, 16 * MIB), (3, 8 * MIB)]
    assert all(upload.key in part.url and f"length={part.size_bytes}" in part.url for part in signed)
    for number in (3, 1, 1):
        world.parts.send(upload, number)
    assert [part.number for part in world.uploads.parts(ANN, upload.id)[1]] == [1, 3]
    with refused("UPLOAD_INCOMPLETE"):
        world.uploads.complete(ANN, upload.id)
    world.parts.send(upload, 2)
    done = world.uploads.complete(ANN, upload.id)
    assert (done.key, done.size_bytes, world.parts.profiles) == (upload.key, 40 * MIB, ["audio"])
    assert world.parts.content_types == ["video/mp4"]


def test_parts_of_a_wrong_size_make_no_object(world: UploadsWorld) -> None:
    """Where S3 holds another length than was promised, the upload is not complete, however it came there."""
    upload = world.begin()
    for number in (1, 2, 3):
        world.parts.send(upload, number)
    world.parts.send(upload, 2, size_bytes=16 * MIB + 1)
    with refused("UPLOAD_INCOMPLETE"):
        world.uploads.complete(ANN, upload.id)


def test_a_completed_upload_is_answered_alike(world: UploadsWorld) -> None:
    """Who lost the answer, or did not wait, reads the same asset; who aborted reads that there is nothing."""
    upload, done = world.complete()
    again = world.uploads.complete(ANN, upload.id)
    assert again.asset_id == done.asset_id
    ended: list[Callable[[Caller, str], object]] = [world.uploads.parts, world.uploads.abort]
    for call in ended:
        with refused("UNKNOWN_UPLOAD"):
            call(ANN, upload.id)
    aborted = world.begin()
    world.uploads.abort(ANN, aborted.id)
    every: list[Callable[[Caller, str], object]] = [
        world.uploads.parts,
        world.uploads.abort,
        world.uploads.complete,
    ]
    for call in every:
        with refused("UNKNOWN_UPLOAD"):
            call(ANN, aborted.id)


def test_captions_that_were_replaced_are_no_answer(world: UploadsWorld) -> None:
    """Under the key of captions others may lie, so a second completion finds no upload."""
    video, _ = world.complete()
    captions = [
        world.begin("Film.EN.VTT", 100, content_type="text/vtt", upload_id=video.id) for _ in range(2)
    ]
    world.parts.send(captions[0], 1)
    world.uploads.complete(ANN, captions[0].id)
    world.uploads.abort(ANN, captions[1].id)
    with refused("UNKNOWN_UPLOAD"):
        world.uploads.complete(ANN, captions[1].id)


def test_another_persons_upload_does_not_exist(world: UploadsWorld) -> None:
    """To all but its owner and operators an upload is unknown, whatever is asked of it."""
    upload = world.begin()
    with refused("UNKNOWN_UPLOAD"):
        world.uploads.sign(BEN, upload.id, [1])
    for call in (world.uploads.parts, world.uploads.complete, world.uploads.abort):
        with refused("UNKNOWN_UPLOAD"):
            call(BEN, upload.id)
    assert len(world.uploads.sign(OPERATOR, upload.id, [1])) == 1
    world.uploads.abort(OPERATOR, upload.id)


def test_an_id_made_of_two_is_unknown_to_s3(world: UploadsWorld) -> None:
    """Who puts another's S3 id beside an own key gets no further than S3, which knows no such upload."""
    anns, bens = world.begin(), world.begin(caller=BEN)
    mixed = UploadInParts(key=bens.key, s3_id=anns.s3_id, size_bytes=bens.size_bytes)
    with refused("UNKNOWN_UPLOAD"):
        world.uploads.parts(BEN, mixed.id)
    with pytest.raises(NotFoundError):
        world.parts.parts(mixed)


@pytest.mark.parametrize("numbers", [[0], [4], [-1], [1, 99]])
def test_only_parts_of_the_upload_are_signed(world: UploadsWorld, numbers: list[int]) -> None:
    """A number beyond the promised size would let more in than was promised."""
    upload = world.begin()
    with refused("INVALID_REQUEST"):
        world.uploads.sign(ANN, upload.id, numbers)


def test_no_more_parts_are_signed_than_an_answer_holds(world: UploadsWorld) -> None:
    """More URLs than an answer holds are asked for in several requests."""
    upload = world.begin(size_bytes=40 * GIB)
    assert len(world.uploads.sign(ANN, upload.id, range(1, MAX_SIGNED_PARTS + 1))) == MAX_SIGNED_PARTS
    with refused("INVALID_REQUEST") as problem:
        world.uploads.sign(ANN, upload.id, range(1, MAX_SIGNED_PARTS + 2))
    assert problem.value.field == "parts"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"name": "../../other/film.mp4"}, "INVALID_NAME", "name"),
        ({"name": "..%2ffilm/.mp4"}, "INVALID_NAME", "name"),
        ({"name": "film.exe"}, "UNSUPPORTED_FILE_TYPE", "name"),
        ({"name": "film"}, "UNSUPPORTED_FILE_TYPE", "name"),
        ({"name": "._film.mp4"}, "INVALID_NAME", "name"),
        ({"name": "film.part.mp4"}, "INVALID_NAME", "name"),
        ({"size_bytes": 50 * GIB + 1}, "FILE_TOO_LARGE", "size_bytes"),
        ({"content_type": "text/html"}, "INVALID_CONTENT_TYPE", "content_type"),
        ({"content_type": "video/mp4; x=y"}, "INVALID_CONTENT_TYPE", "content_type"),
        ({"content_type": "video/"}, "INVALID_CONTENT_TYPE", "content_type"),
        ({"asset_id": "0" * 32}, "INVALID_REQUEST", "asset_id"),
        ({"upload_id": "abc"}, "INVALID_REQUEST", "asset_id"),
        (
            {"name": "film.en.vtt", "content_type": "text/vtt", "size_bytes": 9},
            "CAPTION_WITHOUT_VIDEO",
            "asset_id",
        ),
        ({"caller": Caller(subject="../ann", allowed=frozenset(Access))}, "NOT_ALLOWED", None),
    ],
)
def test_what_is_not_taken_is_refused_before_it_is_sent(
    world: UploadsWorld, changed: dict[str, Any], code: str, field: str | None
) -> None:
    """Names, sizes and types that the pipeline would pass over or fail are told at once; S3 is not asked."""
    with refused(code) as problem:
        world.begin(**changed)
    assert problem.value.field == field
    assert world.parts.begun == {}


def test_a_refusal_names_what_is_taken(world: UploadsWorld) -> None:
    """Who picks another file reads which ones are taken, and how captions of a video are called."""
    with refused("UNSUPPORTED_FILE_TYPE") as problem:
        world.begin("film.exe")
    assert problem.value.detail.endswith(": .mp4, .mov, .srt, .vtt.")
    with refused("INVALID_CONTENT_TYPE") as problem:
        world.begin(content_type="text/html")
    assert problem.value.detail == "Such files are audio/*, video/*, application/octet-stream."
    with refused("INVALID_CONTENT_TYPE") as problem:
        world.begin("film.en.vtt", 9, content_type="text/html")
    assert problem.value.detail == (
        "Such files are application/octet-stream, application/x-subrip, text/plain, text/vtt."
    )
    video = world.begin("my.first film.mp4")
    with refused("INVALID_NAME") as problem:
        world.begin("other.vtt", 9, content_type="text/vtt", upload_id=video.id)
    assert "my.first film.en.vtt" in problem.value.detail


def test_the_largest_files_are_taken(world: UploadsWorld) -> None:
    """A file of just the limit is taken, a video and captions; so is every media type of its kind."""
    video = world.begin(size_bytes=50 * GIB)
    captions = {"content_type": "text/vtt", "upload_id": video.id}
    assert world.begin("film.en.vtt", MAX_CAPTION_BYTES, **captions).size_bytes == MAX_CAPTION_BYTES
    for content_type in ("audio/x-m4a", "video/quicktime", "application/octet-stream", "application/mxf"):
        world.parts.begun.clear()
        world.begin(content_type=content_type)
    for content_type in ("application/octet-stream", "application/x-subrip", "text/plain"):
        world.parts.begun.clear()
        world.begin("film.en.vtt", 9, content_type=content_type, upload_id=video.id)


def test_what_is_missing_is_counted_and_named(world: UploadsWorld) -> None:
    """A page that lost track sends the parts again that are named, the first ten of them."""
    upload = world.begin(size_bytes=12 * 16 * MIB)
    world.parts.send(upload, 2)
    with refused("UPLOAD_INCOMPLETE") as problem:
        world.uploads.complete(ANN, upload.id)
    assert problem.value.detail == "11 of 12 parts are missing: 1, 3, 4, 5, 6, 7, 8, 9, 10, 11."


def test_a_completed_upload_is_what_its_bucket_lists(world: UploadsWorld) -> None:
    """The answer to a repeated completion has the version that S3 made, and no other one under the key."""
    upload, done = world.complete()
    # S3 lists all keys that begin so.
    made = world.parts.versions[0]
    beside = replace(made, key=f"{upload.key}.bak", version_id="beside")
    world.parts.versions.insert(0, beside)
    again = world.uploads.complete(ANN, upload.id)
    assert again == replace(done, sequencer="")
    assert again.bucket == "uploads"


@pytest.mark.parametrize("name", ["Film.MP4", "Ä b+c%20'\"🎬.mov"])
def test_any_name_of_a_file_is_taken(world: UploadsWorld, name: str) -> None:
    """Letters of any script and case are names; the key ends with just that."""
    assert world.begin(name).key.endswith(f"/{name}")


def test_captions_lie_beside_their_video(world: UploadsWorld) -> None:
    """Captions go into the folder of their video, which may still be uploaded, under a name of its own."""
    video, done = world.complete()
    for beside in ({"upload_id": video.id}, {"asset_id": done.asset_id}):
        for name in ("film.en.vtt", "Film.SRT", "film.de.sdh.srt"):
            key = world.begin(name, 100, content_type="text/vtt", **beside).key
            world.uploads.abort(
                ANN, UploadInParts(key=key, s3_id=f"s3-{len(world.parts.profiles) - 1}", size_bytes=100).id
            )
            assert key == f"{video.key.removesuffix('film.mp4')}{name}"
    for name in ("other.en.vtt", "movie.vtt"):
        with refused("INVALID_NAME") as problem:
            world.begin(name, 100, content_type="text/vtt", upload_id=video.id)
        assert problem.value.field == "name"
    with refused("FILE_TOO_LARGE") as problem:
        world.begin("film.en.vtt", MAX_CAPTION_BYTES + 1, content_type="text/vtt", upload_id=video.id)
    assert problem.value.field == "size_bytes"
    with refused("INVALID_CONTENT_TYPE") as problem:
        world.begin("film.en.vtt", 100, upload_id=video.id)
    assert problem.value.field == "content_type"


def test_captions_of_others_are_not_taken(world: UploadsWorld) -> None:
    """Nobody puts captions beside another's video, nor beside what did not come through the API."""
    video, done = world.complete()
    foreign = UploadedObject(
        bucket="uploads", key="in/b.mp4", version_id="v", etag="e", size_bytes=1, sequencer=""
    )
    assert world.table.register(foreign, now=FakeClock()(), detail="")
    captions: dict[str, Any] = {"name": "film.en.vtt", "size_bytes": 9, "content_type": "text/vtt"}
    with refused("CAPTION_WITHOUT_VIDEO"):
        world.begin(**captions, asset_id=done.asset_id, caller=BEN)
    with refused("UNKNOWN_UPLOAD"):
        world.begin(**captions, upload_id=video.id, caller=BEN)
    with refused("CAPTION_WITHOUT_VIDEO"):
        world.begin(**captions, asset_id=foreign.asset_id, caller=OPERATOR)
    with refused("CAPTION_WITHOUT_VIDEO"):
        world.begin(**captions, asset_id=done.asset_id, upload_id=video.id)
    assert world.begin(**captions, asset_id=done.asset_id, caller=OPERATOR).key.startswith("in/web/ann/")


def test_a_person_has_so_many_uploads_at_a_time(world: UploadsWorld) -> None:
    """What is neither completed nor aborted holds its place; another person has places of their own."""
    begun = [world.begin(size_bytes=1) for _ in range(3)]
    with refused("QUOTA_EXCEEDED") as problem:
        world.begin(size_bytes=1)
    assert problem.value.detail.startswith("You have 3 uploads that are not ended,")
    world.begin(size_bytes=1, caller=BEN)
    world.uploads.abort(ANN, begun[1].id)
    world.begin(size_bytes=1)


def test_a_person_has_so_many_bytes(world: UploadsWorld) -> None:
    """What is stored and what was promised count, whole, to the byte."""
    world.quota = Quota(max_bytes=100 * MIB, max_in_progress=10)
    world.complete(size_bytes=40 * MIB)
    world.begin(size_bytes=40 * MIB)
    with refused("QUOTA_EXCEEDED") as problem:
        world.begin(size_bytes=20 * MIB + 1)
    assert problem.value.detail.startswith("You may have 104,857,600 bytes of uploads, and have 83,886,080,")
    world.begin(size_bytes=20 * MIB)


def test_who_has_more_versions_than_are_counted_has_enough(world: UploadsWorld) -> None:
    """Counting is bounded: beyond that many pages the quota counts as reached."""
    for _ in range(2 * MAX_VERSION_PAGES):
        world.complete(size_bytes=1)
    world.begin(size_bytes=1)
    world.parts.begun.clear()
    world.complete(size_bytes=1)
    with refused("QUOTA_EXCEEDED"):
        world.begin(size_bytes=1)
