"""A mutant changes the code that it names, wherever that stands, and complains where it is not there."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from checks.guards.__main__ import problems
from checks.guards.mutants import MUTANTS
from checks.guards.semantic import PACKAGE, Mutant, MutantError, Sources
from checks.guards.workspace import ROOT

_MODULE = '''"""Doors."""

LIMITS = {"doors": 3}


class Door:
    """Open and close."""

    def open(self, key: str) -> bool:
        """Open with a key."""
        if (
            key == "right"  # not any other
            and not self.locked
        ):
            self.count += 1
            self.is_open = True
        return self.is_open


def shut(door: Door) -> None:
    """Shut a door, and once more."""
    door.shut()
    door.shut()
'''


@pytest.fixture(scope="module")
def sources() -> Sources:
    """Return the project's own code."""
    return Sources(ROOT)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_finds_its_code_and_tests(sources: Sources, mutant: Mutant) -> None:
    """Each mutant's definition, code and tests exist exactly once; else the mutant is to be adapted."""
    assert mutant.tests
    assert problems(sources, mutant) == []


def test_each_mutant_has_a_name_of_its_own() -> None:
    """A mutant that is reported as a survivor can be found."""
    assert max(Counter(mutant.name for mutant in MUTANTS).values()) == 1


@pytest.mark.parametrize("place", ["doors.py", "moved/to/elsewhere.py"])
@pytest.mark.parametrize(
    ("within", "find", "replace", "expected"),
    [
        ("Door.open", "key == 'right' and not self.locked", "True", "if True:"),
        ("Door", "not self.locked", "not (self.locked)", "if key == 'right' and (not self.locked):"),
        ("Door.open", "self.count += 1; self.is_open = True", "", "            pass\n"),
        ("Door.open", "self.count += 1", "self.count += 2", "self.count += 2\n            self.is_open"),
        ("open", "not self.locked", "self.locked", "key == 'right' and self.locked"),
        ("LIMITS", "3", "4", "LIMITS = {'doors': 4}"),
        ("shut", "door.shut()\ndoor.shut()", "door.shut(); door.lock()", "door.shut()\n    door.lock()\n"),
    ],
)
def test_code_is_found_by_what_it_is(
    tmp_path: Path, place: str, within: str, find: str, replace: str, expected: str
) -> None:
    """Neither a module's place nor line breaks, comments and quotes keep a mutant from its code."""
    module = _written(tmp_path, place)
    path, text = Sources(tmp_path).mutated(_mutant(within, find, replace))
    assert path == module.relative_to(tmp_path)
    assert expected in text
    ast.parse(text)


@pytest.mark.parametrize(
    ("within", "find", "sentence"),
    [
        ("Window.open", "key", "'Window.open' is not defined"),
        ("Door.open", "key == 'left'", "'Door.open' has this 0 times, not once: \"key == 'left'\""),
        ("shut", "door.shut()", "'shut' has this 2 times, not once: 'door.shut()'"),
    ],
)
def test_code_that_is_not_there_once_is_an_error(
    tmp_path: Path, within: str, find: str, sentence: str
) -> None:
    """The error names the mutant, the definition and the code that were looked for."""
    _written(tmp_path, "doors.py")
    with pytest.raises(MutantError) as error:
        Sources(tmp_path).mutated(_mutant(within, find, "None"))
    assert "A door: " in str(error.value)
    assert sentence in str(error.value)


def test_code_that_two_definitions_have_is_an_error(tmp_path: Path) -> None:
    """Where two modules define the name and have the code, neither is changed."""
    _written(tmp_path, "doors.py")
    _written(tmp_path, "more_doors.py")
    with pytest.raises(MutantError, match=r"'open' has this 2 times, not once.*doors\.py"):
        Sources(tmp_path).mutated(_mutant("open", "not self.locked", "None"))


def test_the_operators_commands_are_mutated_too(tmp_path: Path) -> None:
    """A guard of a command is found as one of the functions is, and a name that both have is no obstacle."""
    _written(tmp_path, "doors.py")
    command = tmp_path / "tools/ops/actions/doors.py"
    command.parent.mkdir(parents=True)
    command.write_text("def shut(door):\n    door.lock()\n")
    path, text = Sources(tmp_path).mutated(_mutant("shut", "door.lock()", "None"))
    assert (path, text) == (Path("tools/ops/actions/doors.py"), "def shut(door):\n    None\n")


def test_tests_are_found_by_the_end_of_their_path(tmp_path: Path) -> None:
    """A folder of tests may move; a name that is missing or ambiguous is an error."""
    _written(tmp_path, "doors.py")
    for folder in ("unit/doors", "unit/more_doors"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_door.py").touch()
    sources = Sources(tmp_path)
    assert sources.test_paths(_mutant(tests=("more_doors/test_door",))) == [
        "tests/unit/more_doors/test_door.py"
    ]
    for name, times in {"test_door": "2 times", "test_window": "0 times"}.items():
        with pytest.raises(MutantError, match=times):
            sources.test_paths(_mutant(tests=(name,)))


def _written(root: Path, place: str) -> Path:
    path = root / PACKAGE / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_MODULE)
    return path


def _mutant(
    within: str = "shut", find: str = "door", replace: str = "None", tests: tuple[str, ...] = ()
) -> Mutant:
    return Mutant(name="A door", within=within, find=find, replace=replace, tests=tests)
