"""No test is passed over by a mutation run unnoticed, whatever its parameters are."""

import json
import sys
from pathlib import Path

import pytest

from checks.guards.mutation import Mutation, MutationError
from checks.guards.selection import Selection, SelectionError
from checks.guards.workspace import ROOT, Workspace

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
_RENAMED = """

@pytest.mark.parametrize("text", ["a", "é"], ids=str)
def test_given_names(text):
    assert text
"""
_NAMES = frozenset(
    f"test_texts.py::test_text[{text}]"
    for text in (
        *("a", "\\xe9", "a\\\\b", "a\\nb", "\\ud800", "a::b", "[a]"),
        "\\u65e5\\u672c\\u8a9e \\U0001f3ac",
    )
)


@pytest.fixture
def selection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Selection:
    """Return a folder's tests, of which one is slow."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_texts.py").write_text(_TESTS)
    return Selection(
        python=Path(sys.executable),
        options=("-p", "no:cacheprovider", "-p", "checks.guards.quick_tests"),
        root=tmp_path,
        paths=["test_texts.py"],
    )


def test_every_quick_test_is_selected_and_found_by_its_name(selection: Selection) -> None:
    """Parameters that are not ASCII, or have what separates names, leave no test out."""
    selection.check(_NAMES)
    assert selection.unfound(_NAMES) == []


def test_a_test_that_did_not_run_is_an_error(selection: Selection) -> None:
    """What is selected and was not run is counted and named."""
    with pytest.raises(SelectionError, match=r"1 tests are selected and did not run.*test_text\[a\]"):
        selection.check(_NAMES - {"test_texts.py::test_text[a]"})


def test_a_name_that_changes_is_an_error(selection: Selection) -> None:
    """pytest escapes the ids that parameters are given once more when a process collects them again."""
    path = selection.root / "test_texts.py"
    path.write_text(path.read_text() + _RENAMED)
    given = {f"test_texts.py::test_given_names[{text}]" for text in ("a", "\\xe9")}
    with pytest.raises(SelectionError, match=r"1 tests have other names.*: test_texts\.py.*\[\\xe9\]"):
        selection.check(_NAMES | given)
    assert selection.unfound(_NAMES | given) == ["test_texts.py::test_given_names[\\xe9]"]


def test_tests_that_can_not_be_collected_are_an_error(selection: Selection) -> None:
    """The error has pytest's own words."""
    (selection.root / "test_texts.py").write_text("import nothing_of_this_name")
    with pytest.raises(SelectionError, match="No module named 'nothing_of_this_name'"):
        selection.check(_NAMES)


def test_a_run_that_does_not_start_says_which_tests_are_not_found(
    selection: Selection, tmp_path: Path
) -> None:
    """Where mutants have no outcome, the error has the tests that are not found, and mutmut's own words."""
    scripts = {"python": f'exec {sys.executable} "$@"', "mutmut": "echo Failed to run pytest; exit 1"}
    for name, script in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    reached_by = {"m.x_one": ["test_texts.py::test_text[a]"], "m.x_two": ["test_texts.py::test_gone"]}
    (tmp_path / "mutants").mkdir()
    (tmp_path / "mutants/mutmut-stats.json").write_text(
        json.dumps({"tests_by_mangled_function_name": reached_by})
    )
    mutation = Mutation(Workspace(tmp_path), mutmut=tmp_path / "mutmut", tests=["test_texts.py"])
    with pytest.raises(MutationError) as error:
        mutation.run(["m.x_one__mutmut_1", "m.x_two__mutmut_1"])
    assert str(error.value) == (
        "mutmut did not run; pytest does not find 1 of 2 tests:\n  test_texts.py::test_gone\n"
        "Failed to run pytest\n"
    )


def test_no_test_of_the_project_changes_its_name(request: pytest.FixtureRequest) -> None:
    """No id that parameters are given has what pytest escapes: it would do so each time that it collects."""
    given = {
        item.nodeid
        for item in request.session.items
        if any(mark.kwargs.get("ids") is not None for mark in item.iter_markers("parametrize"))
    }
    assert {name for name in given if "\\" in name} == set()
