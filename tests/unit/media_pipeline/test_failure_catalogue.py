"""The catalogue of failures: complete, and used everywhere."""

import ast
import re
from pathlib import Path

import pytest

from media_pipeline.domain.failures import (
    CATALOGUE,
    failure,
    quarantines,
    replay_helps,
)
from media_pipeline.domain.failures.failure import Failure
from media_pipeline.domain.failures.mediaconvert_errors import JOB_FAILURES, job_error

ROOT = Path(__file__).resolve().parents[3]
# Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
DOCUMENTED_JOB_ERRORS = (
    1010, 1020, 1021, 1022, 1030, 1040, 1041, 1042, 1043, 1056, 1060, 1075, 1076, 1080, 1091, 1092, 1093,
    1401, 1404, 1432, 1433, 1434, 1515, 1517, 1522, 1550, 1601, 1602, 1603, 1700, 1999,
    3400, 3401, 3403, 3404, 3408, 3450, 3451, 3452, 3453, 3454, 3455, 3456, 3457, 3458, 3999,
)  # fmt: skip


def test_every_documented_job_error_has_its_meaning() -> None:
    """Whatever code AWS documents for a job, the catalogue has it."""
    assert {f"MEDIACONVERT_{code}" for code in DOCUMENTED_JOB_ERRORS} <= CATALOGUE.keys()
    assert len({known.code for known in JOB_FAILURES}) == len(JOB_FAILURES)


@pytest.mark.parametrize("known", CATALOGUE.values(), ids=lambda known: known.code)
def test_a_failure_tells_people_what_to_do(known: Failure) -> None:
    """Each has a sentence on what happened and one on what helps, and fits a notification and a tag."""
    assert known.general_sentence.count(". ") + known.general_sentence.endswith(".") >= 1
    assert re.fullmatch(r"[A-Z][A-Z0-9_]{2,63}", known.code)
    assert known.category in {"permission", "service", "settings", "source"}
    # A profile may be added, and an archived file restored.
    mendable = ("UNKNOWN_PROFILE", "SOURCE_ARCHIVED")
    # What an uploader has to replace is not helped by trying the same file again, and all else may be.
    # What is too dear is so again, unless an operator forces it.
    hopeless = known.category == "source" or known.code == "TOO_EXPENSIVE"
    assert known.replay_helps == (not hopeless or known.code in mendable)
    assert not known.quarantines or known.category == "source"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("EMPTY_FILE", True),
        ("NOT_A_MEDIA_FILE", True),
        ("MEDIACONVERT_1010", True),
        ("MEDIACONVERT_1075", True),
        ("MEDIACONVERT_1076", True),
        ("MEDIACONVERT_1092", True),
        ("MEDIACONVERT_1030", False),
        ("MEDIACONVERT_1401", False),
        ("FILE_TOO_LARGE", False),
        ("SUPERSEDED", False),
        ("SOMETHING_NEW", False),
    ],
)
def test_damaged_files_are_quarantined(code: str, expected: bool) -> None:
    """Corrupt and truncated files and what is no media are set apart; a sound file never is."""
    assert quarantines(code) is expected


def test_an_error_states_its_case() -> None:
    """A sentence has its facts filled in, braces and all, and the record says whether a replay can help."""
    error = failure("FILE_TOO_LARGE").error(size_bytes="2,000", max_size_bytes="1,000")
    assert error.message.startswith("The file has 2,000 bytes; at most 1,000 are accepted.")
    assert not error.replay_helps
    fault = failure("JOB_REFUSED").fault(said="{width} is odd")
    assert (fault.category, "{width} is odd" in fault.message) == ("settings", True)


@pytest.mark.parametrize("message", ["", "Unable to open\n input {file}"])
def test_mediaconverts_own_words_are_kept(message: str) -> None:
    """MediaConvert's own message follows our sentence, on the same line."""
    error = job_error(1010, message)
    said = "MediaConvert 1010: Unable to open input {file}" if message else "MediaConvert 1010"
    assert error.message.endswith(f"({said})")
    assert (error.code, error.category, error.replay_helps) == ("MEDIACONVERT_1010", "source", False)


def test_an_unknown_code_is_reported_too() -> None:
    """A job error that AWS adds is the service's, with its words, and a replay is not ruled out."""
    error = job_error(2099, "Something new")
    assert (error.code, error.category, error.replay_helps) == ("MEDIACONVERT_2099", "service", True)
    assert replay_helps("MEDIACONVERT_2099")
    assert "Something new" in error.message


def _calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def test_errors_are_made_from_the_catalogue_alone() -> None:
    """No function makes up a code of its own, and each code that one names is in the catalogue."""
    makers, codes = set(), set()
    for path in (ROOT / "lambda_src" / "media_pipeline").rglob("*.py"):
        for call in _calls(path):
            if _named(call) in {"AssetError", "PermanentError", "SourceError"}:
                makers.add(path.stem)
            if _named(call) == "failure" and isinstance(call.args[0], ast.Constant):
                codes.add(call.args[0].value)
    # `ingest` records the fault that it was handed.
    assert makers == {"failure", "ingest"}
    assert codes <= CATALOGUE.keys()
