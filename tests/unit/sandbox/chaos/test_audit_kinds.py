"""The audit of files that are no ordinary video, and of captions beside one."""

from dataclasses import replace

import pytest

from sandbox.chaos.audit import audit
from sandbox.chaos.kinds import CAPTION_FILES, Kind
from sandbox.chaos.uploads import Acknowledged
from tests.unit.sandbox.chaos.evidence_left import COMPLETE, FAILED, FIRST, SOUND, TEXT


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.may_complete])
def test_what_can_not_be_transcoded_must_not_complete(kind: Kind) -> None:
    """A cold, locked or foreign file that is COMPLETE is strange, whatever made it so."""
    evidence = replace(SOUND, acknowledged=[replace(FIRST, kind=kind), TEXT])
    assert [kind.value in each for each in audit(evidence).strange] == [True]


def test_clutter_needs_no_record_and_must_have_none() -> None:
    """A file that a computer left behind is not lost without a record, and one with a record is strange."""
    clutter = Acknowledged(key="._a.mp4", version_id="3", kind=Kind.CLUTTER, at=100.0)
    evidence = replace(
        SOUND,
        acknowledged=[FIRST, TEXT, clutter],
        stored=SOUND.stored | {("._a.mp4", "3")},
        without_record=frozenset({"._a.mp4"}),
    )
    assert audit(evidence).is_clean
    record = replace(FAILED, asset_id="asset-3", key="._a.mp4", version_id="3")
    found = audit(replace(evidence, records=[COMPLETE, FAILED, record]))
    assert len(found.strange) == 1
    assert found.lost == []


VIDEO = replace(FIRST, kind=Kind.CAPTIONED)
FILES = [
    Acknowledged(key=file.key("a"), version_id=str(number), kind=file.kind, at=100.0)
    for number, file in enumerate(CAPTION_FILES)
]
COLD_FILE = next(file.key("a") for file in CAPTION_FILES if file.kind is Kind.UNREADABLE_CAPTIONS)
CYRILLIC_FILE = next(file.key("a") for file in CAPTION_FILES if file.encoding != "utf-8")


@pytest.mark.parametrize(
    ("published", "rejected", "missing"),
    [
        (("en", "ru"), (COLD_FILE,), 0),
        (("en",), (COLD_FILE, CYRILLIC_FILE), 0),
        (("en",), (COLD_FILE,), 1),
        (("ru",), (COLD_FILE, CAPTION_FILES[0].key("a")), 1),
        (("en", "ru", "de"), (), 1),
        ((), (), 3),
    ],
)
def test_every_caption_file_is_published_or_rejected_in_words(
    published: tuple[str, ...], rejected: tuple[str, ...], missing: int
) -> None:
    """UTF-8 is published, a cold file is rejected, another encoding is either; none is passed over."""
    stored = SOUND.stored | {(each.key, each.version_id) for each in FILES}
    evidence = replace(
        SOUND,
        acknowledged=[VIDEO, TEXT, *FILES],
        stored=stored,
        records=[replace(COMPLETE, captions=published, rejected_captions=rejected), FAILED],
        without_record=frozenset(each.key for each in FILES),
    )
    found = audit(evidence)
    assert len(found.uncaptioned) == missing
    assert found.is_clean is (missing == 0)
    assert audit(replace(evidence, acknowledged=[VIDEO, TEXT, *FILES[1:]], stored=SOUND.stored)).is_clean is (
        False
    ), "what S3 no longer has is forgotten"


@pytest.mark.parametrize("code", ["OUTPUTS_MISSING", "OUTPUTS_INVALID"])
def test_outputs_that_verification_refused_are_named(code: str) -> None:
    """The endpoint makes what was planned, so that an asset that failed for its outputs was misjudged."""
    failed = replace(COMPLETE, status="FAILED", outputs=(), error_code=code)
    found = audit(replace(SOUND, records=[failed, FAILED]))
    assert found.misjudged == [f"asset-1 (a.mp4): {code}"]
    assert not found.is_clean


def test_a_video_that_failed_needs_no_captions() -> None:
    """Captions are published for what plays."""
    failed = replace(COMPLETE, status="FAILED", outputs=(), error_code="1999")
    evidence = replace(
        SOUND,
        acknowledged=[VIDEO, TEXT, *FILES],
        stored=SOUND.stored | {(each.key, each.version_id) for each in FILES},
        records=[failed, FAILED],
        without_record=frozenset(each.key for each in FILES),
    )
    assert audit(evidence).is_clean
