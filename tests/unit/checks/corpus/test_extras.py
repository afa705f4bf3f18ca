"""The examination of what comes beside pictures and sound: storyboards, captions, masters."""

from dataclasses import replace
from pathlib import Path

import pytest

from checks.corpus.cases.case import CaptionFile
from checks.corpus.examination.extras import extra_errors
from checks.corpus.sources.made import make_source
from tests.unit.checks.corpus.deliveries import CASE, RECIPE, made, record

STORYBOARD = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{tile}#xywh=0,0,160,90\n\n"
LAST_CUE = "00:00:01.000 --> 00:00:02.000\n{tile}#xywh=160,0,160,90\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (STORYBOARD + LAST_CUE, None),
        (STORYBOARD, "ends at 1.00 s"),
        (STORYBOARD + LAST_CUE.replace("01.000 -->", "01.500 -->"), "leaves gaps"),
        (STORYBOARD + LAST_CUE.replace("160,0,160,90", "200,0,160,90"), "outside of a picture"),
        ((STORYBOARD + LAST_CUE).replace("{tile}", "nowhere.jpg"), "which is missing"),
        ("WEBVTT\n", "has no cue"),
    ],
)
def test_a_storyboard_is_followed_to_its_pictures(
    folder: Path, tmp_path: Path, text: str, error: str | None
) -> None:
    """Cues follow one another to the source's end, each a part of a picture that is there."""
    made(
        make_source(folder, RECIPE), tmp_path / "tile.jpg", "-frames:v", "1", "-s", "320x180", "-update", "1"
    )
    (tmp_path / "board.vtt").write_text(text.replace("{tile}", "tile.jpg"))
    errors = [*extra_errors(CASE, record(STORYBOARD="board.vtt"), tmp_path)]
    assert errors == [] if error is None else any(error in each for each in errors), errors


def test_captions_are_compared_with_what_was_uploaded(tmp_path: Path) -> None:
    """Missing captions, unexpected ones and ones without the uploaded words are errors."""
    (tmp_path / "en.vtt").write_text("WEBVTT\n\n00:00.200 --> 00:01.000\nA first line\n")
    entry = {"format": "CAPTIONS", "key": "en.vtt", "language": "en", "source": "a.en.srt"}
    reported = {"outputs": [entry]}
    wanted = replace(
        CASE, captions=(CaptionFile(".en.srt"),), outcome=replace(CASE.outcome, captions=("en",))
    )
    assert [*extra_errors(wanted, reported, tmp_path)] == []
    rejected = {**reported, "rejected_captions": [{"key": "a.en.srt"}]}
    assert "['a.en.srt'] are rejected" in next(extra_errors(wanted, rejected, tmp_path))
    assert "there are captions in [], not in ['en']" in [*extra_errors(wanted, {}, tmp_path)]
    assert "there are captions in ['en'], not in []" in [*extra_errors(CASE, reported, tmp_path)]
    in_role = {"outputs": [{**entry, "role": "sdh"}]}
    assert "there are captions in ['en.sdh'], not in ['en']" in [*extra_errors(wanted, in_role, tmp_path)]
    (tmp_path / "en.vtt").write_text("WEBVTT\n")
    assert "lack the words" in next(extra_errors(wanted, reported, tmp_path))


@pytest.mark.parametrize(
    ("attributes", "errors"),
    [
        (',AUDIO="a",CLOSED-CAPTIONS=NONE', []),
        (',AUDIO="a"', ["index.m3u8 does not say of a variant that it has no closed captions"]),
    ],
)
def test_a_master_is_fit_for_players(tmp_path: Path, attributes: str, errors: list[str]) -> None:
    """Variants deny closed captions, and languages are reported by their shortest codes."""
    media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="A",LANGUAGE="{}",URI="a.m3u8"\n'
    master = f"#EXTM3U\n{{}}#EXT-X-STREAM-INF:BANDWIDTH=1{attributes}\nv.m3u8\n"
    path = tmp_path / "index.m3u8"
    for language, reported in (("en", []), ("eng", ["index.m3u8 has the language eng, not en"])):
        path.write_text(master.format(media.format(language)), encoding="utf-8")
        assert list(extra_errors(CASE, record(HLS="index.m3u8"), tmp_path)) == [*reported, *errors]
