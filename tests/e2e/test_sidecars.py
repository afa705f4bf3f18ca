"""Captions beside a video, uploaded before and after it, play in what the pipeline has made."""

import io
import subprocess
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import av
import imageio_ffmpeg
import m3u8  # type: ignore[import-untyped]
import pytest
import webvtt

from checks.conformance.dash import dash_errors
from checks.conformance.hls import hls_errors
from checks.conformance.webvtt import webvtt_errors
from tests.e2e.pipeline import Pipeline, Record, wait_for
from tests.support.caption_lines import lines_in
from tests.support.media_checks import check_dash, check_hls
from tests.support.playback import seconds_in_ffmpeg

pytestmark = pytest.mark.phase("operations")

SECONDS = 2
SRT = (
    "1\r\n00:00:00,200 --> 00:00:00,900\r\nGood <i>morning</i>\r\n\r\n"
    "2\r\n00:00:01,000 --> 00:00:01,800\r\nBye\r\n"
)
VTT = "WEBVTT\n\n00:00.300 --> 00:01.000\nBom dia, você\n"


def put_video(pipeline: Pipeline, key: str, clip: Path, profile: str) -> Record:
    """Upload a video that asks for a profile, and wait for its asset to end."""
    put = pipeline.s3.put_object(
        Bucket=pipeline.uploads, Key=key, Body=clip.read_bytes(), Metadata={"profile": profile}
    )
    record = pipeline.ended(key, put["VersionId"])
    assert record["status"] == "COMPLETE", record.get("error")
    return record


def record_with(pipeline: Pipeline, key: str, *languages: str) -> Record:
    """Wait until a video's record has captions in just these languages."""

    def look() -> Record | None:
        (record,) = pipeline.records(key)
        return record if sorted(captions(record)) == sorted(languages) else None

    found: Record = wait_for(look, f"captions of {key} in {languages}", lambda: pipeline.records(key))
    return found


def captions(record: Record) -> dict[str, Any]:
    """Return the captions among a record's outputs, by language and role."""
    return {
        ".".join(filter(None, (entry["language"], entry.get("role")))): entry
        for entry in record["outputs"]
        if entry["format"] == "CAPTIONS"
    }


def downloaded(pipeline: Pipeline, record: Record, folder: Path) -> dict[str, Path]:
    """Download all of an asset's folder; return the manifests by format."""
    pages = pipeline.s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=pipeline.outputs, Prefix=f"{record['asset_id']}/"):
        for entry in page["Contents"]:
            path = folder / entry["Key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pipeline.s3.get_object(Bucket=pipeline.outputs, Key=entry["Key"])["Body"].read())
    return {entry["format"]: folder / entry["key"] for entry in record["outputs"]}


def subtitles_of_hls(master: Path) -> dict[str, webvtt.WebVTT]:
    """Return the captions that the renditions of a master playlist lead to, by language."""
    found = {}
    for media in m3u8.load(str(master)).media:
        if media.type == "SUBTITLES":
            playlist = master.parent / unquote(media.uri)
            (segment,) = m3u8.load(str(playlist)).segments
            found[media.language] = webvtt.read(str(playlist.parent / unquote(segment.uri)))
    return found


def subtitles_in_ffmpeg(manifest: Path, language: str) -> str:
    """Return what ffmpeg's own reader of a manifest finds in a language."""
    options = ["-nostdin", "-loglevel", "fatal", "-allowed_extensions", "ALL", "-i", str(manifest)]
    chosen = ["-map", f"0:s:m:language:{language}", "-f", "webvtt", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), *options, *chosen]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def first_picture(master: Path) -> int:
    """Return the time stamp of the first picture that a master's first variant shows."""
    playlist = master.parent / unquote(m3u8.load(str(master)).playlists[0].uri)
    segment = playlist.parent / unquote(m3u8.load(str(playlist)).segments[0].uri)
    with av.open(str(segment)) as container:
        times = [frame.pts for frame in container.decode(video=0) if frame.pts is not None]
    return min(times)


@pytest.mark.parametrize("profile", ["default", "classic"])
def test_captions_play_before_and_after(
    pipeline: Pipeline, tiny_clip: Path, tmp_path: Path, profile: str
) -> None:
    """One language is there before the video, one comes after it: both play, and nothing plays less."""
    stem = f"films/Ünder +%20 {profile}"
    pipeline.put(f"{stem}.en.srt", SRT.encode("latin-1"))
    record = put_video(pipeline, f"{stem}.mp4", tiny_clip, profile)
    assert list(captions(record)) == ["en"]
    pipeline.put(f"{stem}.pt-BR.VTT", VTT.encode("utf-16"))
    record = record_with(pipeline, f"{stem}.mp4", "en", "pt-BR")
    assert captions(record)["pt-BR"]["label"] == "Portuguese (BR)"
    manifests = downloaded(pipeline, record, tmp_path)
    check_hls(manifests["HLS"], seconds=SECONDS)
    check_dash(manifests["DASH"], seconds=SECONDS)
    assert abs(seconds_in_ffmpeg(manifests["HLS"], tmp_path) - SECONDS) < 0.5
    assert hls_errors(manifests["HLS"]) == []
    assert dash_errors(manifests["DASH"]) == []
    files = sorted(tmp_path.rglob("*.vtt"))
    assert len(files) >= 2
    assert [error for file in files for error in webvtt_errors(file)] == []
    read = subtitles_of_hls(manifests["HLS"])
    assert [(cue.start, cue.raw_text) for cue in read["en"].captions] == [
        ("00:00:00.200", "Good <i>morning</i>"),
        ("00:00:01.000", "Bye"),
    ]
    assert [cue.raw_text for cue in read["pt-BR"].captions] == ["Bom dia, você"]
    # Fragments of MP4 begin at zero.
    zero = first_picture(manifests["HLS"]) if profile == "classic" else None
    expected = [] if zero is None else [f"X-TIMESTAMP-MAP=MPEGTS:{zero},LOCAL:00:00:00.000"]
    assert read["en"].metadata == read["pt-BR"].metadata == expected
    assert "Good <i>morning</i>" in subtitles_in_ffmpeg(manifests["DASH"], "en")
    assert "Bom dia, você" in subtitles_in_ffmpeg(manifests["DASH"], "pt-BR")
    tree = ElementTree.parse(manifests["DASH"])
    texts = [
        manifests["DASH"].parent / (found.findtext(".//{*}BaseURL") or "")
        for found in tree.iterfind(".//{*}AdaptationSet[@contentType='text']")
    ]
    assert [file.resolve() for file in texts] == [
        (tmp_path / entry["key"]).resolve() for _, entry in sorted(captions(record).items())
    ]
    types = {
        pipeline.s3.head_object(Bucket=pipeline.outputs, Key=entry["key"])["ContentType"]
        for entry in captions(record).values()
    }
    assert types == {"text/vtt; charset=utf-8"}
    assert len(pipeline.jobs(record["asset_id"])) == 1


def test_captions_as_people_have_them(pipeline: Pipeline, tiny_clip: Path, tmp_path: Path) -> None:
    """Roles, other encodings, names of macOS and unclear names: played, or rejected with a sentence."""
    stem = "films/caf\u00e9"
    russian = lines_in("ru", "cp1251")
    pipeline.put(f"{unicodedata.normalize('NFD', stem)}.en.sdh.srt", SRT.encode())
    pipeline.put(f"{stem}.ru.srt", f"1\n00:00:00 --> 00:00:01\n{russian[0]}\n{russian[1]}\n".encode("cp1251"))
    pipeline.put(f"{stem}-en.srt", SRT.encode())
    pipeline.put(f"{stem}.en.forced.vtt", f"{SRT}\n3\n00:00:99,000 --> 00:01:00,000\nlost\n".encode())
    pipeline.put(f"{stem}.final.srt", SRT.encode())
    record = put_video(pipeline, f"{stem}.mp4", tiny_clip, "default")
    assert sorted(captions(record)) == ["en", "en.forced", "en.sdh", "ru"]
    assert captions(record)["en.forced"]["notes"] == [
        "1 of 3 cues was left out: 1 with times that can't be read."
    ]
    (rejected,) = record["rejected_captions"]
    assert rejected["key"] == f"{stem}.final.srt"
    assert "neither a language" in rejected["message"]
    manifests = downloaded(pipeline, record, tmp_path)
    assert hls_errors(manifests["HLS"]) == []
    assert dash_errors(manifests["DASH"]) == []
    assert [cue.raw_text for cue in subtitles_of_hls(manifests["HLS"])["ru"].captions] == [
        f"{russian[0]}\n{russian[1]}"
    ]


def test_a_bad_caption_file_is_reported_of(pipeline: Pipeline, tiny_clip: Path) -> None:
    """The video is complete all the same; the record says what is wrong until the file is fixed."""
    pipeline.put("films/bad.en.srt", b"nothing of the kind")
    record = put_video(pipeline, "films/bad.mp4", tiny_clip, "default")
    (rejected,) = record["rejected_captions"]
    assert rejected["key"] == "films/bad.en.srt"
    assert rejected["message"].startswith("The caption file has no cue that can be read")
    pipeline.put("films/bad.en.srt", SRT.encode())
    record = record_with(pipeline, "films/bad.mp4", "en")
    assert record["rejected_captions"] == []


def test_captions_without_a_video_disturb_nothing(pipeline: Pipeline) -> None:
    """A caption file without a video is no asset, and no dead letter."""
    pipeline.put("films/alone.en.srt", SRT.encode())
    wait_for(lambda: pipeline.depth(pipeline.captions_queue) == 0, "the queue to be empty")
    assert pipeline.records("films/alone.en.srt") == []
    assert pipeline.depth(pipeline.captions_dlq) == 0


def test_a_storyboard_comes_with_the_video(pipeline: Pipeline, tiny_clip: Path) -> None:
    """Its cues cover the video, and each is a part of a picture that is there."""
    record = put_video(pipeline, "films/board.mp4", tiny_clip, "default")
    (board,) = (entry for entry in record["outputs"] if entry["format"] == "STORYBOARD")
    text = pipeline.s3.get_object(Bucket=pipeline.outputs, Key=board["key"])["Body"].read().decode()
    cues = webvtt.from_string(text, strict=True).captions
    assert cues[0].start_in_seconds == 0
    assert abs(cues[-1].end_time.in_milliseconds() / 1000 - SECONDS) < 0.2
    folder = (Path("/") / board["key"]).parent
    for cue in cues:
        name, _, place = cue.text.partition("#xywh=")
        key = str((folder / unquote(name)).resolve().relative_to("/"))
        body = pipeline.s3.get_object(Bucket=pipeline.outputs, Key=key)["Body"].read()
        x, y, width, height = map(int, place.split(","))
        with av.open(io.BytesIO(body), "r") as container:
            sheet = next(container.decode(video=0))
        assert (x + width, y + height) <= (sheet.width, sheet.height)
