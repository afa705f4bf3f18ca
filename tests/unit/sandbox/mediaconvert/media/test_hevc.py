"""HEVC: how it is tagged, declared in manifests, and aligned with AVC."""

import io
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import pytest

from sandbox.demo.clip import Clip
from tests.support.media_checks import check_dash, check_hls, check_mp4
from tests.unit.sandbox.mediaconvert.media.clips import first_picture, hdr_bars, pq
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip, RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    Settings,
    cmaf,
    corrected,
    dash,
    file,
    hevc,
    job,
    output,
    video,
)

MPD = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}
FORCE_709 = corrected(colorSpaceConversion="FORCE_709")
IDR = {19, 20}  # of NAL units; source: ITU-T H.265, table 7-1
NTSC = Fraction(30000, 1001)
CBR: Settings = {"rateControlMode": "CBR", "bitrate": 300_000}
VBR: Settings = {"rateControlMode": "VBR", "bitrate": 200_000, "maxBitrate": 400_000}


@pytest.fixture(scope="module")
def ladder(run_job: RunJob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Transcode a PQ clip to AVC of standard range and HEVC of high range in one CMAF group."""
    source = hdr_bars(tmp_path_factory.mktemp("pq") / "pq.mp4", [pq(n) for n in (0, 100)], "smpte2084")
    main10 = {"codecProfile": "MAIN10_HIGH", "gopSize": 0.5}
    settings = job(
        cmaf(
            output("_avc", "CMFC", picture=video(160, 90, gopSize=0.5) | FORCE_709),
            output("_hevc", "CMFC", picture=hevc(160, 90, **main10)),
            output("_small", "CMFC", picture=hevc(96, 54, **main10)),
            segmentLength=1,
        )
    )
    _, folder, _ = run_job(settings, source)
    return folder / "one/cmaf"


def test_both_codecs_play_from_both_manifests(ladder: Path) -> None:
    """AVC and HEVC rungs play to their ends, with keyframes at the same times."""
    assert len(check_hls(ladder / "c.m3u8", seconds=1, has_audio=False)) == 3
    renditions = check_dash(ladder / "c.mpd", seconds=1, has_audio=False)
    assert [rendition.played.keyframes for rendition in renditions] == [(0.0, 0.5)] * 3


def test_hls_declares_codec_and_range_of_each_variant(ladder: Path) -> None:
    """The master playlist tells AVC in SDR from Main 10 HEVC in PQ."""
    lines = [line for line in (ladder / "c.m3u8").read_text().splitlines() if "STREAM-INF" in line]
    reported = [re.findall(r'CODECS="([^"]+)".*VIDEO-RANGE=(\w+)', line)[0] for line in lines]
    assert [video_range for _, video_range in reported] == ["SDR", "PQ", "PQ"]
    assert reported[0][0].startswith("avc1.6400")
    assert re.fullmatch(r"hvc1\.2\.4\.L60\.90", reported[1][0]), reported[1]


def test_dash_keeps_codecs_and_ranges_apart(ladder: Path) -> None:
    """Players switch within an AdaptationSet only: AVC and HEVC have one each, and PQ is declared."""
    sets = ElementTree.parse(ladder / "c.mpd").getroot().findall(".//mpd:AdaptationSet", MPD)
    codecs = [
        {element.get("codecs", "").split(".")[0] for element in one.findall("mpd:Representation", MPD)}
        for one in sets
    ]
    assert codecs == [{"avc1"}, {"hvc1"}]
    properties = [
        {
            element.get("schemeIdUri", "").rsplit(":", 1)[-1]: element.get("value")
            for element in one.findall("mpd:SupplementalProperty", MPD)
        }
        for one in sets
    ]
    wanted = {"ColourPrimaries": "9", "TransferCharacteristics": "16", "MatrixCoefficients": "9"}
    assert properties == [{}, wanted]


def test_segments_keep_tag_and_colors(ladder: Path, tmp_path: Path) -> None:
    """The initialization segment is tagged hvc1 and declares PQ."""
    whole = tmp_path / "whole.mp4"
    parts = (ladder / "c_hevcinit.cmfv", ladder / "c_hevc_000000001.cmfv")
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    seen = first_picture(whole)
    assert (seen.tag, seen.color, seen.pixel_format) == ("hvc1", (9, 16, 9), "yuv420p10le")
    assert b"colrnclx\x00\x09\x00\x10\x00\x09" in parts[0].read_bytes()


def test_keyframes_need_nothing_that_came_before(ladder: Path) -> None:
    """Each GOP is closed: it begins with an IDR picture, which no picture refers across."""
    whole = b"".join((ladder / f"c_hevc{part}.cmfv").read_bytes() for part in ("init", "_000000001"))
    with av.open(io.BytesIO(whole), "r") as container:
        samples = [bytes(packet) for packet in container.demux(video=0) if packet.is_keyframe]
    assert len(samples) == 2
    assert all(IDR & set(unit_types(sample)) for sample in samples)


@pytest.mark.parametrize(("packaging", "tag"), [("HVC1", "hvc1"), ("HEV1", "hev1"), (None, "hev1")])
def test_packaging_decides_on_the_tag_and_where_parameters_lie(
    packaging: str | None, tag: str, clip: MakeClip, run_job: RunJob
) -> None:
    """HVC1 keeps parameter sets out of the samples; HEV1, the default, repeats them there."""
    picture = hevc(160, 90, writeMp4PackagingType=packaging)
    if packaging is None:
        del picture["codecSettings"]["h265Settings"]["writeMp4PackagingType"]
    source = clip(Clip(width=160, height=90, seconds=1))
    _, folder, _ = run_job(job(file(output("_v", "MP4", picture=picture, sound=STEREO))), source)
    path = folder / "one/mp4/video_v.mp4"
    assert check_mp4(path, seconds=1).keyframes == (0.0,)
    seen = first_picture(path)
    assert (seen.tag, seen.pixel_format) == (tag, "yuv420p")
    with av.open(str(path)) as container:
        sample = bytes(next(container.demux(video=0)))
    assert (32 in unit_types(sample)) == (tag == "hev1")


@pytest.mark.parametrize("rate", [CBR, VBR])
def test_bitrate_modes_come_near_their_bitrate(rate: Settings, clip: MakeClip, run_job: RunJob) -> None:
    """CBR and VBR outputs in DASH keep to the bitrate that the job gives, and to its level."""
    picture = hevc(320, 180, codecLevel="LEVEL_3_1", **rate)
    for member in ("qvbrSettings", *(() if "maxBitrate" in rate else ("maxBitrate",))):
        del picture["codecSettings"]["h265Settings"][member]
    source = clip(Clip(width=320, height=180, seconds=3, has_audio=False))
    result, folder, _ = run_job(job(dash(output("_v", "MPD", picture=picture))), source)
    (rendition,) = check_dash(folder / "one/dash/manifest.mpd", seconds=3, has_audio=False)
    average = result.groups[0].outputs[0].average_bitrate
    assert average is not None
    assert 0.4 * rate["bitrate"] < average < 1.5 * rate["bitrate"]
    assert rendition.played.keyframes == (0.0, 2.0)
    manifest = (folder / "one/dash/manifest.mpd").read_text()
    assert re.search(r'codecs="hvc1\.1\.6\.L93\.', manifest), manifest


def test_keyframes_of_hevc_fall_where_those_of_avc_do(clip: MakeClip, run_job: RunJob) -> None:
    """At 29.97 frames a second, halved or not, segments that are no whole GOPs begin with keyframes."""
    source = clip(Clip(width=160, height=90, seconds=4, frame_rate=NTSC * 2, has_audio=False))
    halved = {"framerateControl": "SPECIFIED", "framerateNumerator": 30000, "framerateDenominator": 1001}
    settings = job(
        cmaf(
            output("_avc", "CMFC", picture=video(160, 90)),
            output("_hevc", "CMFC", picture=hevc(160, 90)),
            output("_half", "CMFC", picture=video(160, 90, **halved)),
            output("_half_hevc", "CMFC", picture=hevc(96, 54, **halved)),
            segmentLength=3,
        )
    )
    _, folder, _ = run_job(settings, source)
    renditions = check_hls(folder / "one/cmaf/c.m3u8", seconds=4, has_audio=False)
    rates = [rendition.played.frame_rate for rendition in renditions]
    assert rates == pytest.approx([59.94, 59.94, 29.97, 29.97], abs=0.01)
    for rendition in renditions:
        assert rendition.played.keyframes == pytest.approx((0.0, 2.002, 3.003), abs=0.002)
    check_dash(folder / "one/cmaf/c.mpd", seconds=4, has_audio=False)


def unit_types(sample: bytes) -> list[int]:
    """List the types of the NAL units of an HEVC sample. Source: ITU-T H.265, 7.3.1.2."""
    types = []
    at = 0
    while at < len(sample):
        types.append(sample[at + 4] >> 1 & 63)
        at += 4 + int.from_bytes(sample[at : at + 4])
    return types
