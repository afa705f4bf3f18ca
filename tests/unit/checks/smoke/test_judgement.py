"""What `make smoke` makes of what it saw: a proof that holds, or a sentence that says what to do."""

from typing import Any

import pytest

from checks.smoke import judgement
from checks.smoke.asset import Asset
from checks.smoke.bill import bill_of
from checks.smoke.deployed import Schedule
from checks.smoke.names import compare
from media_pipeline.encoding.billing_tiers import Tier
from tests.unit.checks.smoke.deployment import DEPLOYED

CMAF_KEYS = [
    "cmaf/index.m3u8",
    "cmaf/index.mpd",
    "cmaf/index_360p.m3u8",
    "cmaf/index_360pinit.cmfv",
    "cmaf/index_360p_000000001.cmfv",
    "cmaf/index_audio.m3u8",
    "cmaf/index_audioinit.cmfa",
    "cmaf/index_audio_000000001.cmfa",
    "cmaf/indexThumbnail.m3u8",
    "cmaf/indexThumbnail_000000001.jpg",
]
SCHEDULE = Schedule(rule="the-rule", interval_seconds=300, timeout_seconds=300)


def asset(**record: Any) -> Asset:
    """Make an asset with a record."""

    def nothing(service: str) -> Any:
        raise AssertionError(f"{service} was asked")

    return Asset(clients=nothing, deployed=DEPLOYED, key="smoke.mp4", asset_id="a", record=record)


def video(*, professional: bool = False, codec: str = "H_264") -> dict[str, Any]:
    """Make a video output's settings."""
    description: dict[str, Any] = {"CodecSettings": {"Codec": codec}}
    if professional:
        description["VideoPreprocessors"] = {"Deinterlacer": {"Mode": "DEINTERLACE"}}
    return {"NameModifier": "_360p", "VideoDescription": description}


def job(*outputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Make what GetJob tells of a job of one group, each output of 360 lines and 10 s."""
    details = [{"DurationInMs": 10_000, "VideoDetails": {"HeightInPx": 360}} for _ in outputs]
    return {
        "Settings": {"OutputGroups": [{"Name": "CMAF", "Outputs": list(outputs)}]},
        "OutputGroupDetails": [{"OutputDetails": details}],
        "BillingTagsSource": "QUEUE",
        **more,
    }


def test_names_as_mediaconvert_gives_them_are_expected() -> None:
    """Playlists, initialisation segments, segments and tiles of a CMAF group all have their pattern."""
    assert judgement.named(["cmaf"], CMAF_KEYS).holds


@pytest.mark.parametrize("key", CMAF_KEYS[:1] + CMAF_KEYS[1:2] + CMAF_KEYS[-2:])
def test_a_file_of_another_name_is_reported_twice(key: str) -> None:
    """What was expected is missing, and what is there instead is unexpected: both stand in the sentence."""
    other = key.replace("index", "other")
    proof = judgement.named(["cmaf"], [*(each for each in CMAF_KEYS if each != key), other])
    assert not proof.holds
    assert f"unexpected {other}" in proof.sentence
    assert "missing " in proof.sentence


def test_presets_without_an_expectation_are_said_to_have_none() -> None:
    """Their files are no surprise, and they do not count as checked."""
    names = compare(["cmaf", "hls"], [*CMAF_KEYS, "hls/master.m3u8"])
    assert (names.missing, names.unexpected, names.unchecked) == ((), (), ("hls",))


def test_a_basic_job_has_its_price() -> None:
    """Each output is billed for ten seconds at least; stills and sound alone have rates of their own."""
    sound = {"NameModifier": "_audio", "AudioDescriptions": []}
    bill = bill_of(job(video(), video(codec="FRAME_CAPTURE"), sound), source_seconds=10)
    assert [line.dollars for line in bill.lines] == [pytest.approx(0.0075 / 6), None, None]
    proof = judgement.in_the_basic_tier(bill)
    assert proof.holds
    assert "$0.0012" in proof.seen
    assert "without 1 of sound alone, 1 of stills" in proof.seen
    assert judgement.tagged(bill).holds


def test_short_outputs_are_billed_for_ten_seconds() -> None:
    """A clip of two seconds costs as much as one of ten; without details an output lasts as its source."""
    short = job(video(), OutputGroupDetails=[])
    assert bill_of(short, source_seconds=2).dollars == pytest.approx(
        bill_of(job(video()), source_seconds=10).dollars
    )
    assert bill_of(short, source_seconds=60).dollars == pytest.approx(0.0075)


def test_a_costly_setting_is_named() -> None:
    """The output, the setting that puts it in the Professional tier, and its price."""
    bill = bill_of(job(video(professional=True)), source_seconds=10)
    assert [line.output.tier for line in bill.lines] == [Tier.PROFESSIONAL]
    proof = judgement.in_the_basic_tier(bill)
    assert not proof.holds
    assert "CMAF_360p (Deinterlacer)" in proof.sentence
    assert "$0.0020" in proof.sentence


def test_a_job_without_tags_can_not_be_reported_apart() -> None:
    """The default source of a bill's tags is the job, which has none."""
    proof = judgement.tagged(bill_of(job(video(), BillingTagsSource="JOB"), source_seconds=10))
    assert not proof.holds
    assert "BillingTagsSource is JOB" in proof.sentence


def test_the_clips_fate_is_reported() -> None:
    """COMPLETE holds; a failure tells its code and sentence; what never came says where to look."""
    times = {"created_at": "2026-01-01T00:00:00.000Z", "completed_at": "2026-01-01T00:00:42.000Z"}
    outputs = [{"format": "HLS"}, {"format": "DASH"}, {"format": "HLS"}]
    done = judgement.completed(asset(status="COMPLETE", outputs=outputs, **times))
    assert (done.holds, done.seen) == (True, "COMPLETE after 42 s: HLS, DASH.")
    failed = judgement.completed(asset(status="FAILED", error={"code": "E", "message": "Why."}))
    assert not failed.holds
    assert "FAILED E: Why." in failed.sentence
    waiting = judgement.completed(asset(status="SUBMITTED", job_id="j-1"))
    assert "it is SUBMITTED." in waiting.sentence
    assert "j-1" in waiting.sentence
    lost = judgement.completed(asset())
    assert "has not received it" in lost.sentence
    assert "uploads-created" in lost.sentence


def test_what_did_not_arrive_says_where_to_look() -> None:
    """Topic, alarm and schedule: each has its own permission that may be missing."""
    assert judgement.announced(3.0).holds
    assert "key through SNS" in judgement.announced(None).sentence
    assert judgement.alarmed("the-alarm", 3.0).holds
    assert "cloudwatch.amazonaws.com" in judgement.alarmed("the-alarm", None).sentence
    assert judgement.scheduled(SCHEDULE, 3.0, 720).holds
    assert "FailedInvocations" in judgement.scheduled(SCHEDULE, None, 720).sentence
    assert judgement.scheduled("The rule is DISABLED.", None, 0).sentence.endswith("The rule is DISABLED.")
