"""The uploads of a load test: their plan, and who sends them."""

import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from sandbox.chaos.api.client import ApiError
from sandbox.chaos.api.sender import Completed
from sandbox.chaos.kinds import CAPTION_FILES, Body, Kind
from sandbox.chaos.settings import LoadTestSettings
from sandbox.chaos.uploads import Planned, Uploader, planned
from tests.support.waiting import wait_for

NO_API: Any = None
# Nothing goes through the API.
PUT_ALONE = LoadTestSettings(uploads=1, api_share=0.0, large_share=0.0)


def test_a_seed_plans_the_same_uploads_again() -> None:
    """Another seed plans others."""
    settings = LoadTestSettings(uploads=500, seed=7)
    assert list(planned(settings, "p/")) == list(planned(settings, "p/"))
    assert list(planned(settings, "p/")) != list(planned(replace(settings, seed=8), "p/"))


def test_a_plan_has_texts_overwrites_and_odd_keys_in_their_shares() -> None:
    """Every key is the load test's own, and names a video, but for logs and caption files."""
    uploads = list(planned(replace(PUT_ALONE, uploads=5000), "p/"))
    captions = [each for each in uploads if each.body is not None]
    counts = Counter(each.kind for each in uploads)
    assert len(uploads) - len(captions) == 5000
    assert all(each.key.startswith("p/") for each in uploads)
    videos = [each for each in uploads if each.body is None and each.kind is not Kind.LOG]
    assert all(each.key.lower().endswith((".mp4", ".mov")) for each in videos)
    assert 20 < counts[Kind.TEXT] < 100
    assert 20 < len(uploads) - len({each.key for each in uploads}) < 100
    assert 50 < sum(not each.key.isascii() or " " in each.key for each in videos) < 250
    assert len(captions) == len(CAPTION_FILES) * counts[Kind.CAPTIONED]
    for kind, least in (
        (Kind.COLD, 10),
        (Kind.LOCKED, 10),
        (Kind.LOG, 10),
        (Kind.CLUTTER, 10),
        (Kind.HOLLOW, 25),
        (Kind.CAPTIONED, 25),
    ):
        assert least < counts[kind] < 4 * least, kind


def test_caption_files_lie_beside_their_video_in_either_spelling() -> None:
    """Each captioned video has all of them, of which one is spelled in decomposed characters."""
    uploads = list(planned(replace(PUT_ALONE, uploads=2000), "p/"))
    keys = {each.key for each in uploads}
    for video in (each for each in uploads if each.kind is Kind.CAPTIONED):
        assert unicodedata.is_normalized("NFC", video.key)
        assert {file.key(video.key.removesuffix(".mp4")) for file in CAPTION_FILES} <= keys
    assert any(not unicodedata.is_normalized("NFC", key) for key in keys)


def test_half_of_the_uploads_go_through_the_api() -> None:
    """They are the kinds that it takes, and their names are unlike all others; large ones go nowhere else."""
    uploads = list(planned(LoadTestSettings(uploads=5000), "p/"))
    through = [each for each in uploads if each.through_api]
    assert 2300 < len(through) < 2700
    kinds = Counter(each.kind for each in through)
    assert set(kinds) == {Kind.SILENT, Kind.SOUND, Kind.TEXT, Kind.CAPTIONED, Kind.LARGE}
    assert kinds[Kind.LARGE] == sum(each.kind is Kind.LARGE for each in uploads) > 25
    names = [each.key for each in through]
    assert len(set(names)) == len(names)
    assert not any("/" in name for name in names)


def test_a_video_through_the_api_brings_the_captions_that_can_be_read() -> None:
    """Their names are in the normal form C, as the API keeps them, and no record tells of them."""
    video = Planned(key="00001 café.mp4", kind=Kind.CAPTIONED, through_api=True)
    names = [file.name(video.key) for file in video.captions]
    assert names == ["00001 café.en.srt", "00001 café.ru.srt"]
    client: Any = FakeS3()
    sending = Uploader(client, "b", NO_API, {}, [video], at_once=1, per_second=1000)
    assert sending.names_without_record == set(names)
    assert not replace(video, through_api=False).captions


class FakeApi:
    """Complete uploads, refuse those of one name, and give up those of another."""

    def send(self, name: str, kind: Kind, body: Body, *, captions: Any) -> Iterator[Completed]:
        """Send a video."""
        if name == "refused.mp4":
            raise ApiError("POST /uploads: 409")
        if name != "given up.mp4":
            yield Completed(name=name, kind=kind, asset_id=f"asset of {name}", at=1.0)


def test_what_goes_through_the_api_is_counted_by_what_the_api_says() -> None:
    """An upload that was refused is named, one that was given up is neither complete nor refused."""
    s3, api = FakeS3(), FakeApi()
    uploads = [
        Planned(key=f"{name}.mp4", kind=Kind.SOUND, through_api=True) for name in ("a", "refused", "given up")
    ]
    typed: Any = (s3, api)
    sending = Uploader(
        typed[0], "b", typed[1], {Kind.SOUND: Body(content=b"s")}, uploads, at_once=1, per_second=1000
    )
    sending.start()
    wait_for(lambda: sending.is_done)
    sending.stop()
    assert [each.asset_id for each in sending.completed] == ["asset of a.mp4"]
    assert sending.refused == ["refused.mp4: POST /uploads: 409"]
    assert s3.put == []


class FakeS3:
    """Acknowledge uploads, all but those of the refused keys."""

    def __init__(self, refused: str = "") -> None:
        self.put: list[str] = []
        self.requests: list[dict[str, str]] = []
        self._refused = refused
        self._lock = threading.Lock()

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **more: str) -> dict[str, str]:
        """Take an object."""
        if self._refused == Key:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "slowly"}}, "PutObject")
        with self._lock:
            self.put.append(Key)
            self.requests.append(more)
            return {"VersionId": f"v{len(self.put)}"}


def uploader(s3: Any, count: int) -> Uploader:
    """Prepare uploads of texts."""
    uploads = [Planned(key=f"{number}.mp4", kind=Kind.TEXT) for number in range(count)]
    return Uploader(s3, "b", NO_API, {Kind.TEXT: Body(content=b"text")}, uploads, at_once=4, per_second=1000)


def test_the_uploader_keeps_what_s3_acknowledged_and_what_it_refused() -> None:
    """Each upload is sent once; the version that S3 names is kept."""
    s3 = FakeS3(refused="3.mp4")
    sending = uploader(s3, 20)
    sending.start()
    wait_for(lambda: sending.is_done)
    sending.stop()
    assert sorted(s3.put) == sorted({each.key for each in sending.acknowledged})
    assert len(sending.acknowledged) == 19
    assert len({each.version_id for each in sending.acknowledged}) == 19
    assert len(sending.refused) == 1
    assert sending.refused[0].startswith("3.mp4: ")


def test_an_upload_may_be_empty_at_first_and_have_a_storage_class() -> None:
    """Both versions are kept, and what the request has to say is said; caption files need no record."""
    s3 = FakeS3()
    body = Body(content=b"text", first=b"", request={"StorageClass": "DEEP_ARCHIVE"})
    uploads = [
        Planned(key="a.mp4", kind=Kind.HOLLOW, body=body),
        Planned(key="a.en.srt", kind=Kind.CAPTIONS, body=Body(content=b"text")),
    ]
    client: Any = s3
    sending = Uploader(client, "b", NO_API, {}, uploads, at_once=1, per_second=1000)
    sending.start()
    wait_for(lambda: sending.is_done)
    sending.stop()
    assert s3.put == ["a.mp4", "a.mp4", "a.en.srt"]
    assert s3.requests[:2] == [{"StorageClass": "DEEP_ARCHIVE"}] * 2
    assert len(sending.acknowledged) == 3
    assert sending.names_without_record == {"a.en.srt"}


def test_a_paused_uploader_sends_nothing_until_it_may() -> None:
    """Neither does a stopped one, and stopping ends the pause."""
    s3 = FakeS3()
    sending = uploader(s3, 500)
    sending.pause(True)
    sending._thread.start()
    time.sleep(0.1)
    assert s3.put == []
    sending.pause(False)
    wait_for(lambda: s3.put)
    sending.pause(True)
    sending.stop()
    assert not sending._thread.is_alive()
