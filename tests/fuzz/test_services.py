"""Whatever an upload, its captions or a job's news hold, services write only below the asset's folder."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import strategies as st

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.events import parse_job_state_change
from tests.fuzz.fuzzing import forged, fuzzed, keys, mutated
from tests.fuzz.messages import JOB_EVENT, UPLOAD_EVENT, assert_writable, handled
from tests.support.asset_world import (
    FOLDER,
    UPLOAD,
    AssetWorld,
    change,
)
from tests.support.caption_world import FOLDER as CAPTION_FOLDER
from tests.support.caption_world import STEM, CaptionWorld
from tests.support.ingest_world import IngestWorld, message

statuses = st.sampled_from(
    ["SUBMITTED", "PROGRESSING", "STATUS_UPDATE", "NEW_WARNING", "COMPLETE", "ERROR", "CANCELED", "QUEUE_HOP"]
)


@fuzzed(
    key=keys, size=st.sampled_from([0, 5, 10**6]), profile=st.none() | st.text(st.characters(), max_size=9)
)
def test_any_key(key: str, size: int, profile: str | None) -> None:
    """An upload of any name is an asset with a job or a reason, and all that it plans is in its folder."""
    world = IngestWorld()
    if len(key.encode()) > 1024:
        assert not handled(
            json.dumps(UPLOAD_EVENT).replace("a.mp4", json.dumps(key)[1:-1]), world.ingest.handle
        )
        return
    upload = world.upload(key, size=size)
    if profile is not None:
        world.uploads.profiles[upload.asset_id] = profile
    assert handled(message(upload), world.ingest.handle)
    asset = world.asset
    assert asset.upload.key == key
    assert asset.status in (AssetStatus.SUBMITTED, AssetStatus.FAILED)
    assert_writable(world.table.records)
    assert all(is_within(output["key"], f"{asset.asset_id}/1/") for output in asset.planned_outputs)
    for settings in world.transcoder.settings.values():
        assert all(is_within(place, f"s3://outputs/{asset.asset_id}/1/") for place in destinations(settings))
    for subject, _ in world.publisher.published:
        assert isinstance(subject, str)


def destinations(value: Any) -> Iterator[str]:
    """Yield every destination of a job's settings."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            if name == "Destination":
                yield entry
            else:
                yield from destinations(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from destinations(entry)


def is_within(key: str, folder: str) -> bool:
    """Tell whether a key lies below a folder, also for who takes dots in it for a path."""
    return key.startswith(folder) and not {"..", "."} & set(key.split("/"))


@fuzzed(body=forged(JOB_EVENT), status=statuses, made=st.booleans())
def test_any_job_news(body: str, status: str, made: bool) -> None:
    """Forged news changes an asset only where job and attempt are its own, and writes in its folder alone."""
    world = AssetWorld()
    world.submit()
    if made:
        world.produce()
    before, objects = json.dumps(world.table.records), dict(world.outputs.objects)
    event = json.loads(body)
    if isinstance(event.get("detail"), dict) and event["detail"].get("status") == "COMPLETE":
        event["detail"]["status"] = status
    body = json.dumps(event)
    done = handled(body, world.changes.apply, parse_job_state_change)
    assert_writable(world.table.records)
    try:
        news = parse_job_state_change(body)
    except MalformedEventError:
        assert not done
        news = None
    owner = (news.pipeline, news.job_id, news.asset_id, news.attempt) if news else None
    if owner != ("media-pipeline-test", "job-1", UPLOAD.asset_id, 1) or not done:
        assert json.dumps(world.table.records) == before
    written = {key for key, value in world.outputs.objects.items() if objects.get(key) != value}
    assert all(is_within(key, f"{FOLDER}/") for key in written)


@fuzzed(data=st.data(), which=st.integers(0, 8))
def test_any_outputs(data: st.DataObject, which: int) -> None:
    """Outputs of any content end the asset, complete or failed for a reason, and nothing else is touched."""
    world = AssetWorld()
    world.submit()
    world.produce()
    key = sorted(world.outputs.objects)[which % len(world.outputs.objects)]
    world.outputs.objects[key] = data.draw(mutated(world.outputs.objects[key]))
    objects = dict(world.outputs.objects)
    body = json.dumps(JOB_EVENT)
    assert handled(body, world.changes.apply, parse_job_state_change)
    assert world.asset.status in (AssetStatus.COMPLETE, AssetStatus.FAILED)
    assert_writable(world.table.records)
    assert {key for key, value in world.outputs.objects.items() if objects.get(key) != value} == set()


@fuzzed(
    names=st.lists(
        st.sampled_from([
                ".srt", ".en.srt", ".EN-us.vtt", "../x.srt", "/../../en.vtt", ".en/.vtt", ".en.sdh.srt",
                ".forced.vtt", "-en.srt", "_de_DE.hi.srt", ".old.srt", ".mp4.fr.srt", " (English).srt",
            ])
        | st.text(st.characters(codec="utf-8"), max_size=12).map(lambda text: f".{text}.srt"),
        min_size=1, max_size=4, unique=True,
    ),
    body=mutated(b"1\n00:00:01,000 --> 00:00:02,500\nHello\n", b"WEBVTT\n\n00:01.000 --> 00:02.500\nHi\n"),
)  # fmt: skip
def test_any_caption_uploads(names: list[str], body: bytes) -> None:
    """Caption files of any name and content end in the attempt's folder or a rejection; the video stands."""
    world = CaptionWorld()
    for name in names:
        if f"{STEM}{name}".lower().endswith((".srt", ".vtt")):
            world.put(name, body)
    objects = dict(world.outputs.objects)
    world.finish()
    world.settle()
    assert world.asset.status is AssetStatus.COMPLETE
    assert_writable(world.table.records)
    written = {key for key, value in world.outputs.objects.items() if objects.get(key) != value}
    assert all(is_within(key, f"{CAPTION_FOLDER}/") for key in written)
    allowed = {f"{CAPTION_FOLDER}/hls/master.m3u8", f"{CAPTION_FOLDER}/dash/manifest.mpd"}
    assert all(key.startswith(f"{CAPTION_FOLDER}/captions/") for key in written - allowed)


@pytest.mark.parametrize("origin", [{"account": "999999999999"}, {"region": "eu-west-3"}, {"account": 5}])
def test_events_of_others_are_handed_back(origin: dict[str, Any]) -> None:
    """An event of another account or region is none of ours, whatever else it says, and makes no asset."""
    world = IngestWorld()
    world.upload("a.mp4")
    assert not handled(json.dumps(UPLOAD_EVENT | origin), world.ingest.handle)
    assert world.table.records == {}


def test_forged_names_of_objects_do_no_harm() -> None:
    """A message that names what isn't there makes a failed asset, which says so, and no job."""
    world = IngestWorld()
    assert handled(json.dumps(UPLOAD_EVENT), world.ingest.handle)
    assert world.asset.error is not None
    assert (world.asset.error.code, world.transcoder.jobs) == ("SOURCE_MISSING", {})


def test_news_of_an_asset_with_another_job_changes_nothing() -> None:
    """Who knows an asset's id but not its job can't move it."""
    world = AssetWorld()
    world.submit()
    assert not world.changes.apply(
        change(parse_job_state_change(json.dumps(JOB_EVENT)).status, job_id="job-2")
    )
    assert world.asset.status is AssetStatus.SUBMITTED
