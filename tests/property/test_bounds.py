"""However many files lie beside a video, and however long names and errors are: what is written fits."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.adapters.notifications import MAX_MESSAGE_BYTES, SnsNotifications
from media_pipeline.adapters.probe_response import MAX_TRACKS, source_from_probe
from media_pipeline.domain.asset import MAX_ATTEMPTS, AssetStatus
from media_pipeline.domain.bounds import cut, first_within, within
from media_pipeline.domain.events import MAX_WARNINGS
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.source import SourceInfo
from media_pipeline.domain.transitions import Transition
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.encoding.job_settings import job_settings
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.publishing.caption_publisher import MAX_CAPTIONS, MAX_REJECTED, MAX_REJECTED_BYTES
from media_pipeline.telemetry import MAX_LINE_BYTES, dimension, log_line
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.pricing import SHIPPED_QUOTING
from tests.support.record_size import item_bytes
from tests.support.strategies import json_values, shipped_presets, shipped_profiles

# Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ITEM_BYTES = 400 * 1024
# Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
SNS_BYTES = 256 * 1024

# A key has up to 1,024 bytes, whatever characters they are.
long_texts = st.sampled_from(["k", "ü", "語", "🎬", '"', "\\"]).flatmap(
    lambda character: st.integers(1, 1024 // len(character.encode())).map(lambda count: character * count)
)
documents = st.dictionaries(st.text(max_size=20), json_values | st.lists(json_values, max_size=50))


class FakeTopic:
    """Keep what SNS is given."""

    def publish(self, **request: Any) -> None:
        """Publish a message."""
        self.request = request


def probed(tracks: int, text: str) -> SourceInfo:
    """Return a source with so many tracks of sound, and of subtitles."""
    kinds = [{"TrackType": "video", "VideoProperties": {"Width": 3840, "Height": 2160}}]
    sound = {"TrackType": "audio", "Codec": text, "AudioProperties": {"Channels": 6, "LanguageCode": text}}
    subtitle = {"TrackType": "subtitle", "Codec": text, "DataProperties": {"LanguageCode": text}}
    container = {"Format": text, "Duration": 86_400.0, "Tracks": [*kinds, *[sound, subtitle] * tracks]}
    source = source_from_probe({"ProbeResults": [{"Container": container}]})
    assert isinstance(source, SourceInfo)
    return source


@settings(max_examples=15, deadline=None)
@given(
    text=long_texts,
    tracks=st.sampled_from([0, 1, MAX_TRACKS, 1000]),
    files=st.sampled_from([0, 1, 40, 560, 5000]),
    profile=st.sampled_from(sorted(shipped_profiles().by_name)),
    attempts=st.sampled_from([1, MAX_ATTEMPTS]),
)
def test_a_record_and_its_news_always_fit(
    text: str, tracks: int, files: int, profile: str, attempts: int
) -> None:
    """An item has less than 400 KB, a message less than 256 KB, and what is left out is counted."""
    clock, table = FakeClock(), FakeAssetTable()
    upload = UploadedObject(
        bucket="b" * 63,
        key=text,
        version_id="v" * 1024,
        etag="e" * 256,
        size_bytes=2**50,
        sequencer="s" * 256,
    )
    error = AssetError(code="MEDIACONVERT_1999", category="service", message=text * 3)
    asset = table.claim(upload, now=clock(), until=clock()).asset
    for attempt in range(1, attempts):
        step = Transition(to=AssetStatus.FAILED, attempt=attempt, at=clock(), detail=text * 3, error=error)
        failed = table.advance(upload.asset_id, step)
        assert failed is not None
        replayed = table.replay(failed, now=clock(), detail="Replayed by an operator")
        assert replayed is not None
        asset = replayed
    source = probed(tracks, text)
    assert source.tracks_left_out == 2 * max(0, tracks - MAX_TRACKS)
    plan = planned_outputs(
        folder=f"{asset.asset_id}/{attempts}",
        source=source,
        profile=shipped_profiles().by_name[profile],
        presets=shipped_presets(),
    )
    chosen, presets = shipped_profiles().by_name[profile], shipped_presets()
    settings_ = job_settings(
        source_uri="s3://a", destination="s3://b", source=source, profile=chosen, presets=presets
    )
    assert table.record_plan(
        asset,
        profile=profile,
        preset_versions={},
        source_info=source.as_record(),
        planned_outputs=[output.as_record() for output in plan],
        quote=SHIPPED_QUOTING.quote_record(
            settings_, source, profile=chosen, profiles=shipped_profiles(), presets=presets
        ),
    )
    captions = [
        {"format": "CAPTIONS", "key": f"{asset.asset_id}/{number}", "label": text[:100], "source": text}
        for number in range(min(files, MAX_CAPTIONS))
    ]
    refused = [{"key": text, "etag": "e" * 70, "message": text} for _ in range(files)]
    named, left_out = first_within(refused, max_entries=MAX_REJECTED, max_bytes=MAX_REJECTED_BYTES)
    assert len(named) + left_out == files
    for to in (AssetStatus.SUBMITTED, AssetStatus.PROCESSING, AssetStatus.VERIFYING, AssetStatus.COMPLETE):
        ends = to is AssetStatus.COMPLETE
        step = Transition(
            to=to,
            attempt=attempts,
            at=clock(),
            detail=text * 3,
            job_id="j" * 256,
            outputs=[*(output.as_record() for output in plan), *captions] if ends else None,
            rejected_captions=named if ends else None,
            rejected_captions_left_out=left_out if ends else None,
            warnings=[{"code": 2**53, "count": 2**53}] * MAX_WARNINGS,
            warnings_left_out=2**53,
        )
        assert table.advance(asset.asset_id, step)
    record = table.records[asset.asset_id]
    # An operator's next attempt, and its end, must fit as well.
    assert item_bytes(record) < MAX_ITEM_BYTES - 20 * 1024
    sns = FakeTopic()
    SnsNotifications(sns, "arn").publish(
        text, {"outputs": record["outputs"], "rejected_captions": refused}, attributes={"status": "FAILED"}
    )
    body = sns.request["Message"]
    assert len(body.encode()) <= MAX_MESSAGE_BYTES < SNS_BYTES
    published = json.loads(body)
    assert len(published["rejected_captions"]) + published.get("rejected_captions_left_out", 0) == files


@given(document=documents, max_bytes=st.integers(200, 20_000))
def test_what_fits_is_left_as_it_is_and_what_does_not_is_cut(
    document: dict[str, Any], max_bytes: int
) -> None:
    """A document within its bound comes back equal; another one has lists that count what they lost."""
    fitted = within(document, max_bytes=max_bytes)
    if len(json.dumps(document)) <= max_bytes:
        assert fitted == document
        return
    for name, value in document.items():
        if isinstance(value, list) and isinstance(fitted.get(name), list) and f"{name}_left_out" in fitted:
            assert f"{name}_left_out" in document or (
                len(fitted[name]) + fitted[f"{name}_left_out"] == len(value)
            )


@given(
    entry=st.dictionaries(st.text(max_size=20), long_texts | st.lists(long_texts, max_size=200), max_size=20)
)
def test_a_line_of_the_log_has_a_bound(entry: dict[str, Any]) -> None:
    """Whatever is logged is one line of at most 32 KB that is JSON."""
    line = log_line(entry)
    assert len(line.encode()) <= MAX_LINE_BYTES
    assert isinstance(json.loads(line), dict)
    assert "\n" not in line


@given(text=st.text(), max_bytes=st.integers(3, 50))
def test_a_cut_text_is_a_text(text: str, max_bytes: int) -> None:
    """It has at most so many bytes, begins as the whole does, and is the whole where that fits."""
    kept = cut(text, max_bytes)
    whole = text.encode(errors="replace").decode()
    assert len(kept.encode()) <= max_bytes
    assert kept == whole if len(whole.encode()) <= max_bytes else whole.startswith(kept.removesuffix("…"))


@given(value=st.text())
def test_a_dimension_is_one_that_cloudwatch_takes(value: str) -> None:
    """Source of the rule: CloudWatch API, Dimension: ASCII, at most 1,024 characters, not blank."""
    taken = dimension(value)
    assert 1 <= len(taken) <= 255
    assert taken.isascii()
    assert taken.isprintable()
    assert " " not in taken
