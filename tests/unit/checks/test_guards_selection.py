"""No test is passed over by a mutation run unnoticed, whatever its parameters are."""

import sys
from pathlib import Path

import pytest

from checks.guards.selection import SelectionError, check_selection, selected_tests
from checks.guards.workspace import ROOT

PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "checks.guards.quick_tests")
_TESTS = """
import pytest


@pytest.mark.parametrize("text", ["a", "é", "a\\\\b", "a\\nb", "\\ud800", "a::b", "[a]", "日本語 🎬"])
def test_text(text):
    assert text


@pytest.fixture
def dynamodb():
    return None


def test_slow(dynamodb):
    assert True
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with tests of which one is slow."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_texts.py").write_text(_TESTS)
    return tmp_path


def test_every_quick_test_is_selected_and_found_by_its_name(root: Path) -> None:
    """Parameters that are not ASCII, or have what separates names, leave no test out."""
    selected = selected_tests(PYTEST, root=root, names=["test_texts.py"])
    assert len(selected) == 8
    assert all(name.isascii() and name.startswith("test_texts.py::test_text[") for name in selected)
    check_selection(PYTEST, root=root, paths=["test_texts.py"], ran=selected)


def test_a_test_that_did_not_run_is_an_error(root: Path) -> None:
    """What is selected and was not run is counted and named."""
    ran = selected_tests(PYTEST, root=root, names=["test_texts.py"]) - {"test_texts.py::test_text[a]"}
    with pytest.raises(SelectionError, match=r"1 tests are selected and did not run.*test_text\[a\]"):
        check_selection(PYTEST, root=root, paths=["test_texts.py"], ran=ran)


def test_a_name_that_is_not_found_is_an_error(root: Path) -> None:
    """Of a test that pytest does not find by its name the tester would tell that it failed."""
    with pytest.raises(SelectionError, match=r"not found: .*test_texts\.py::test_gone"):
        selected_tests(PYTEST, root=root, names=["test_texts.py::test_gone"])
