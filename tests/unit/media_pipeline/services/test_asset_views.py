"""What the API says of an asset: each field by its name, and nothing that viewers should not know."""

from dataclasses import replace
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.source import UnknownSource
from media_pipeline.encoding.job_settings import REFERENCE_VIDEO, job_settings
from media_pipeline.handlers.routes.schemas import ASSET, QUOTE
from media_pipeline.services.delivery.asset_views import (
    asset_details,
    asset_summary,
    caption_view,
    captions_of,
    error_view,
    output_view,
    outputs_of,
)
from tests.support.asset_steps import upload
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.ingest_world import SOURCE
from tests.support.pricing import SHIPPED_PRICES, SHIPPED_QUOTING
from tests.support.strategies import shipped_presets, shipped_profiles

AT = "2026-01-02T03:04:05.678Z"
ERROR = AssetError(code="NO_VIDEO", category="source", message="The file has no video.", replay_helps=False)
ERROR_SHOWN = {
    "code": "NO_VIDEO",
    "category": "source",
    "message": "The file has no video.",
    "replay_helps": False,
}
VIDEO: dict[str, Any] = {
    "format": "HLS",
    "key": "id/1/hls/a b.m3u8",
    "width": 1280,
    "height": 720,
    "duration_ms": 10_000,
}
SOUND: dict[str, Any] = {"format": "M4A", "key": "id/1/m4a/a.m4a", "width": 0, "height": 0, "language": "de"}
CAPTION: dict[str, Any] = {
    "format": "CAPTIONS",
    "key": "id/1/captions/en.vtt",
    "language": "en",
    "label": "English",
    "role": "caption",
    "source": "in/a.en.srt",
    "notes": ["Line 3 was left out.", "Colors are ignored."],
}


def an_asset(**changed: Any) -> Asset:
    """Return an asset that was just received, but for some fields."""
    claim = FakeAssetTable().claim(upload(), now=FakeClock()(), until=FakeClock()())
    return replace(claim.asset, **changed)


def test_a_line_of_a_listing_has_what_is_known() -> None:
    """An asset without an error has none in its line, and one with it the error's code alone."""
    asset = an_asset()
    line = {
        "id": asset.asset_id,
        "key": asset.upload.key,
        "size_bytes": asset.upload.size_bytes,
        "status": "RECEIVED",
        "attempt": 1,
        "created_at": AT,
        "updated_at": AT,
    }
    assert asset_summary(asset) == line
    failed = replace(asset, status=AssetStatus.FAILED, error=ERROR)
    assert asset_summary(failed) == {**line, "status": "FAILED", "error_code": "NO_VIDEO"}


def test_a_line_tells_length_picture_and_price() -> None:
    """They are told as far as they are known; of a source that could not be looked into no length is."""
    known = an_asset(
        source_info=SOURCE.as_record(),
        poster="id/1/thumbnails/a b.0000001.jpg",
        quote_usd="0.134250",
        billed_usd="0.132750",
    )
    line = asset_summary(known)
    assert line == asset_summary(an_asset()) | {
        "duration_ms": 10_000,
        "poster": "/media/id/1/thumbnails/a%20b.0000001.jpg",
        "quote_usd": "0.134250",
        "billed_usd": "0.132750",
    }
    unknown = UnknownSource(reason="MediaConvert did not answer").as_record()
    assert "duration_ms" not in asset_summary(an_asset(source_info=unknown))


def test_an_asset_that_was_just_received_has_little_to_tell() -> None:
    """What is not known yet is left out, and lists are there, empty."""
    asset = an_asset()
    details = asset_details(asset)
    assert details == {
        **asset_summary(asset),
        "version_id": asset.upload.version_id,
        "public": False,
        "outputs": [],
        "captions": [],
        "rejected_captions": [],
        "attempts": [{"attempt": 1, "status": "RECEIVED"}],
        "history": [{"at": AT, "attempt": 1, "status": "RECEIVED", "detail": asset.history[0]["detail"]}],
    }


def test_progress_is_told_until_the_end() -> None:
    """Percents are those of the record, a 0 too; of an asset that has ended they mean nothing."""
    asset = an_asset(status=AssetStatus.PROCESSING)
    for percent in (0, 42):
        under_way = replace(asset, progress_percent=percent)
        assert asset_details(under_way)["progress_percent"] == percent
        assert asset_summary(under_way)["progress_percent"] == percent
    ended = replace(asset, status=AssetStatus.COMPLETE, progress_percent=42)
    assert "progress_percent" not in asset_details(ended)


def test_all_that_is_known_of_an_asset_is_told() -> None:
    """Times, profile, source, error, outputs, captions and attempts have the names of the API's document."""
    asset = an_asset(
        status=AssetStatus.FAILED,
        attempt=2,
        profile="classic",
        submitted_at="2026-01-02T03:05:00.000Z",
        completed_at="2026-01-02T03:06:00.000Z",
        error=ERROR,
        source_info=SOURCE.as_record(),
        storyboard_fault="The picture is too narrow.",
        outputs=(VIDEO, CAPTION, SOUND),
        rejected_captions=({"key": "in/a.xx.srt", "message": "It has no lines.", "etag": "e"},),
        past_attempts=({"attempt": 1, "status": "FAILED", "completed_at": AT, "error": ERROR.as_record()},),
        history=({"at": AT, "attempt": 2, "status": "FAILED", "detail": "No video"}, _undated()),
    )
    details = asset_details(asset)
    assert details | asset_summary(asset) == details
    assert {name: details[name] for name in details.keys() - asset_summary(asset).keys()} == {
        "version_id": asset.upload.version_id,
        "profile": "classic",
        "submitted_at": "2026-01-02T03:05:00.000Z",
        "completed_at": "2026-01-02T03:06:00.000Z",
        "error": ERROR_SHOWN,
        "source": {
            "container": "mp4",
            "duration_ms": 10_000,
            "video": {"codec": "AVC", "width": 1280, "height": 720},
            "audio": [{"codec": "AAC", "channels": 2, "language": "eng"}],
        },
        "storyboard_fault": "The picture is too narrow.",
        "public": False,
        "outputs": [output_view(VIDEO), output_view(SOUND)],
        "captions": [caption_view(CAPTION)],
        "rejected_captions": [{"key": "in/a.xx.srt", "message": "It has no lines."}],
        "attempts": [
            {"attempt": 1, "status": "FAILED", "completed_at": AT, "error": ERROR_SHOWN},
            {
                "attempt": 2,
                "status": "FAILED",
                "completed_at": "2026-01-02T03:06:00.000Z",
                "error": ERROR_SHOWN,
            },
        ],
        "history": [
            {"at": AT, "attempt": 2, "status": "FAILED", "detail": "No video"},
            {"at": AT, "attempt": 1, "status": "RECEIVED", "detail": "Received"},
        ],
    }


def _undated() -> dict[str, Any]:
    """Return an entry of a history from before attempts were noted in it."""
    return {"at": AT, "status": "RECEIVED", "detail": "Received"}


def test_a_source_of_sound_alone_has_no_picture() -> None:
    """A source is told as far as it is known; one that could not be looked into is not told of."""
    sound = replace(SOURCE, video=None)
    told = asset_details(an_asset(source_info=sound.as_record()))["source"]
    assert told == {
        "container": "mp4",
        "duration_ms": 10_000,
        "audio": [{"codec": "AAC", "channels": 2, "language": "eng"}],
    }
    unknown = UnknownSource(reason="MediaConvert did not answer").as_record()
    assert "source" not in asset_details(an_asset(source_info=unknown))


def test_an_error_is_told_whole() -> None:
    """Code and category are for programs, the sentence is for people, and it says whether a replay helps."""
    assert error_view(ERROR) == ERROR_SHOWN


def test_outputs_and_captions_are_told_apart() -> None:
    """Captions have a list of their own."""
    asset = an_asset(outputs=(VIDEO, CAPTION, SOUND))
    assert outputs_of(asset) == [VIDEO, SOUND]
    assert captions_of(asset) == [CAPTION]


def test_an_output_has_a_path_and_what_is_known_of_it() -> None:
    """Sizes that are 0 are unknown or none, and left out; keys are escaped as URLs need it."""
    assert output_view(VIDEO) == {
        "format": "HLS",
        "path": "/media/id/1/hls/a%20b.m3u8",
        "width": 1280,
        "height": 720,
        "duration_ms": 10_000,
    }
    assert output_view(SOUND) == {"format": "M4A", "path": "/media/id/1/m4a/a.m4a", "language": "de"}


def test_captions_have_a_path_their_file_and_its_notes() -> None:
    """What a caption has no word on is left out, but for its label, which may be empty."""
    assert caption_view(CAPTION) == {
        "language": "en",
        "label": "English",
        "path": "/media/id/1/captions/en.vtt",
        "role": "caption",
        "source": "in/a.en.srt",
        "notes": ["Line 3 was left out.", "Colors are ignored."],
    }
    bare = {"format": "CAPTIONS", "key": "id/1/captions/en.vtt", "language": "en", "notes": [], "role": ""}
    assert caption_view(bare) == {"language": "en", "label": "", "path": "/media/id/1/captions/en.vtt"}


def test_what_an_asset_costs_is_told() -> None:
    """Quote and bill are decimal numbers as texts, with the quote's rows and what would be cheaper."""
    presets, profiles = shipped_presets(), shipped_profiles()
    profile, source = profiles.by_name["download"], replace(REFERENCE_VIDEO, duration_ms=60_000)
    settings = job_settings(
        source_uri="s3://a", destination="s3://b", source=source, profile=profile, presets=presets
    )
    record = SHIPPED_QUOTING.quote_record(
        settings, source, profile=profile, profiles=profiles, presets=presets
    )
    assert record is not None
    details = asset_details(an_asset(quote=record, quote_usd="0.030000", billed_usd="0.030250"))
    assert (details["quote_usd"], details["billed_usd"]) == ("0.030000", "0.030250")
    assert details["quote"] == {
        "price_list": SHIPPED_PRICES.name,
        "billed_seconds": 60,
        "rows": [
            {
                "label": "Basic, AVC, Single pass, HD, <=30 fps",
                "outputs": 1,
                "usd_a_minute": "0.015",
                "usd": "0.015000",
                "is_settled": True,
            },
            {
                "label": "Basic, Frame capture, Single pass, HD, <=30 fps",
                "outputs": 1,
                "usd_a_minute": "0.015",
                "usd": "0.015000",
                "is_settled": False,
            },
        ],
        "unpriced": [],
        "cheaper": [
            {"choice": "SD only", "usd": "0.015000"},
            {"choice": "without stills", "usd": "0.015000"},
        ],
    }
    assert details["quote"].keys() == QUOTE["properties"].keys()
    assert details.keys() <= ASSET["properties"].keys()
