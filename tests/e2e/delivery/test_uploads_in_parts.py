"""Uploads through the API, in parts that browsers send to S3 themselves."""

import hashlib
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.delivery.parts import send_half_of_part, send_part
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline

pytestmark = pytest.mark.phase("delivery")

MIB = 1024**2
PARTS = 3


def padded(clip: bytes, size: int) -> bytes:
    """Return a clip that is so large, by a box of its file that players skip."""
    free = size - len(clip)
    return clip + free.to_bytes(4, "big") + b"free" + bytes(free - 8)


def test_an_upload_is_resumed_and_counts_once(people: People, pipeline: Pipeline, tiny_clip: Path) -> None:
    """With one part cut off, one sent twice, and each request repeated, one asset has the very same bytes."""
    film = padded(tiny_clip.read_bytes(), 32 * MIB + 4_321)
    wanted = {"name": "in parts.mp4", "size_bytes": len(film), "content_type": "video/mp4"}
    begin, complete = str(uuid4()), str(uuid4())

    begun = [people.call("uploader", "POST", "/api/uploads", body=wanted, key=begin) for _ in range(2)]
    assert [answer.status for answer in begun] == [201, 201]
    plan = begun[0].json()
    assert begun[1].json() == plan
    assert plan["part_count"] == PARTS
    unfinished = pipeline.s3.list_multipart_uploads(Bucket=pipeline.uploads)["Uploads"]
    (key,) = (each["Key"] for each in unfinished if each["Key"].endswith("/in parts.mp4"))

    path, size = f"/api/uploads/{plan['upload_id']}", plan["part_size_bytes"]

    def body(number: int) -> bytes:
        return film[(number - 1) * size : number * size]

    def url(number: int) -> str:
        answer = people.call("uploader", "POST", f"{path}/parts", body={"parts": [number]})
        (part,) = answer.json()["parts"]
        assert part["size_bytes"] == len(body(number))
        return str(part["url"])

    def there() -> list[int]:
        return [part["number"] for part in people.call("uploader", "GET", path).json()["parts"]]

    assert send_part(url(1), body(1)) == 200
    send_half_of_part(url(2), body(2))
    assert send_part(url(3), body(3)) == 200
    assert there() == [1, 3]
    early = people.call("uploader", "POST", f"{path}/complete", key=complete)
    assert (early.status, early.json()["code"]) == (409, "UPLOAD_INCOMPLETE")
    for number in (2, 3):
        assert send_part(url(number), body(number)) == 200
    assert there() == [1, 2, 3]

    done = [people.call("uploader", "POST", f"{path}/complete", key=complete) for _ in range(2)]
    assert [answer.status for answer in done] == [200, 200]
    assert done[0].json() == done[1].json()
    (version,) = pipeline.versions(pipeline.uploads, key)
    record = pipeline.ended(key, version["VersionId"])
    assert (record["status"], record["asset_id"]) == ("COMPLETE", done[0].json()["asset_id"])
    assert len(pipeline.records(key)) == len(pipeline.jobs(record["asset_id"])) == 1
    stored = pipeline.s3.get_object(Bucket=pipeline.uploads, Key=key)["Body"].read()
    assert hashlib.sha256(stored).hexdigest() == hashlib.sha256(film).hexdigest()
    shown = people.call("viewer", "GET", f"/api/assets/{record['asset_id']}").json()
    assert (shown["status"], shown["size_bytes"]) == ("COMPLETE", len(film))
    newest = people.call("viewer", "GET", "/api/assets").json()["assets"]
    assert record["asset_id"] in [each["id"] for each in newest]
    assert people.call("uploader", "GET", path).json()["code"] == "UNKNOWN_UPLOAD"
