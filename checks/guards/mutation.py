"""Run mutmut on a copy of the project: every operator of it, on a sample of the functions' mutants."""

import ast
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from checks.guards.differences import Difference, difference
from checks.guards.selection import Selection
from checks.guards.semantic import PACKAGE
from checks.guards.workspace import ROOT, Workspace

MUTMUT = ROOT / "build/mutation/bin/mutmut"
PACKAGES = ("domain", "services", "encoding")
# mutmut names modules by their path from the root, and the tests import them as media_pipeline.
_MODULES = Path("media_pipeline")
_TESTS = (
    "tests/unit/media_pipeline",
    "tests/contract/test_asset_table.py",
    "tests/contract/test_record_writes.py",
    "tests/property",
    # What operators and the API do is decided in services.
    "tests/unit/tools/ops",
)
# Tests of other layers, of the stacks, and of the pipeline as a whole would take more time than all others
# together, and stop few mutants that these don't.
_LEFT_OUT = (
    "tests/unit/media_pipeline/handlers/test_*",
    "tests/unit/media_pipeline/publishing/test_[!cs]*",
    "tests/unit/media_pipeline/publishing/test_sidecars.py",
    "tests/unit/media_pipeline/publishing/test_storyboard.py",
    "tests/unit/media_pipeline/publishing/test_subtitles.py",
    "tests/unit/media_pipeline/publishing/test_caption_*",
    "tests/unit/media_pipeline/publishing/test_captions_many.py",
    "tests/property/test_late_news.py",
    "tests/property/test_no_upload_lost.py",
    "tests/property/test_one_job_an_attempt.py",
    "tests/property/test_operators_commands.py",
    "tests/property/test_settings_properties.py",
    "tests/unit/tools/ops/test_people_policies.py",
)
# These transcode, or take 100,000 records, for each mutant that reaches them.
_LEFT_OUT_TESTS = (
    "tests/unit/media_pipeline/services/test_reindexing_large.py",
    "tests/unit/media_pipeline/services/test_verification_media.py::test_odd_sources_pass_too",
)
_PYTEST = (
    *("-p", "no:cacheprovider", "-o", "pythonpath=.", "-p", "checks.guards.quick_tests"),
    *(f"--ignore-glob={path}" for path in _LEFT_OUT),
    *(f"--deselect={test}" for test in _LEFT_OUT_TESTS),
)
# A mutant that survives costs all examples of each property that reaches it.
_MAX_EXAMPLES = 40
# What the function of a property is called in the copy, behind the property's name.
_GETTER = "__get"
# So many tests that pytest does not find are named.
_SHOWN = 20
_STATS = "mutants/mutmut-stats.json"
# No mutant has this name: asked for it, mutmut makes all of them, times the tests and runs none.
_NO_MUTANT = "none"
_KILLED = (1, 3)
_SURVIVED = (0,)
_UNTESTED = (5, 33)
_TIMED_OUT = (24, -24, 36, 152, 255)


class Outcome(Enum):
    """Say what became of a mutant; one without an end, as of a loop, is noticed too."""

    KILLED = auto()
    TIMED_OUT = auto()
    SURVIVED = auto()
    UNTESTED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMutant:
    """Name one of mutmut's mutants: its package, the function that it changes, and the change."""

    name: str
    package: str
    function: str
    difference: Difference


class MutationError(Exception):
    """Raised where mutmut did not run, or left a mutant without an outcome."""


class Mutation:
    """Hold a copy of the project that mutmut works in."""

    def __init__(self, copy: Workspace, *, mutmut: Path = MUTMUT, tests: Sequence[str] = _TESTS) -> None:
        self._copy = copy
        self._command = mutmut
        self._selection = Selection(
            python=mutmut.with_name("python"), options=_PYTEST, root=copy.root, paths=tests
        )

    def prepare(self) -> None:
        """Arrange the copy for mutmut, make all mutants, and find out which tests reach which function.

        Raises MutationError where mutmut could not, and SelectionError where it did not run all tests.
        """
        root = self._copy.root
        shutil.copytree(root / PACKAGE, root / _MODULES)
        for package in PACKAGES:
            for path in (root / _MODULES / package).rglob("*.py"):
                path.write_text(with_plain_properties(path.read_text()))
        for folder in ("tests/contract", "tests/property"):
            for path in (root / folder).glob("*.py"):
                path.write_text(_with_few_examples(path.read_text()))
        with (root / "pyproject.toml").open("a") as settings:
            settings.write(_settings(root))
        log = self._mutmut(_NO_MUTANT)
        if not (root / _STATS).exists():
            raise MutationError(f"mutmut could not make its mutants:\n{log[-4000:]}")
        ran = json.loads((root / _STATS).read_text())["duration_by_test"]
        self._selection.check(ran)

    def mutants(self) -> list[FoundMutant]:
        """Return all mutants, in an order that is always the same."""
        found = (mutant for path in self._mutated_files() for mutant in self._mutants_of(path))
        return sorted(found, key=lambda mutant: mutant.name)

    def run(self, names: Sequence[str]) -> Mapping[str, Outcome]:
        """Run the tests of these mutants.

        Raises MutationError where one has no outcome; it says which tests pytest does not find.
        """
        log = self._mutmut(*names)
        codes: dict[str, int | None] = {}
        for path in self._mutated_files():
            codes |= json.loads(path.with_name(f"{path.name}.meta").read_text())["exit_code_by_key"]
        if any(codes.get(name) is None for name in names):
            raise MutationError(f"{self._unfound(names)}\n{log[-4000:]}")
        return {name: _outcome(name, codes.get(name), log) for name in names}

    def _unfound(self, names: Sequence[str]) -> str:
        """Say which tests of these mutants pytest does not find by their names."""
        reached_by = json.loads((self._copy.root / _STATS).read_text())["tests_by_mangled_function_name"]
        tests = {test for name in names for test in reached_by.get(name.rpartition("__mutmut_")[0], ())}
        unfound = self._selection.unfound(tests)
        shown = "".join(f"\n  {name}" for name in unfound[:_SHOWN])
        return f"mutmut did not run; pytest does not find {len(unfound)} of {len(tests)} tests:{shown}"

    def _mutmut(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._command, "run", *arguments],
            cwd=self._copy.root,
            # Sets have the same order in every run, and so have parameters of tests.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return last_states(done.stdout.decode(errors="replace"))

    def _mutated_files(self) -> list[Path]:
        return sorted(
            path
            for package in PACKAGES
            for path in (self._copy.root / "mutants" / _MODULES / package).rglob("*.py")
            if path.with_name(f"{path.name}.meta").exists()
        )

    def _mutants_of(self, path: Path) -> Iterator[FoundMutant]:
        module = path.relative_to(self._copy.root / "mutants").with_suffix("")
        dotted = ".".join(module.parts).removesuffix(".__init__")
        functions = {
            node.name: node
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef)
        }
        for name, node in functions.items():
            base, separator, number = name.partition("__mutmut_")
            if separator and number.isdecimal():
                original = functions[f"{base}__mutmut_orig"]
                node.name = original.name
                yield FoundMutant(
                    name=f"{dotted}.{name}",
                    package=module.parts[1],
                    function=f"{dotted}.{_readable(base)}",
                    difference=difference(original, node),
                )


def last_states(output: str) -> str:
    """Return what a terminal shows of an output in the end: mutmut writes its progress over itself."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in output.split("\n"))


def _readable(mangled: str) -> str:
    """Return a function's qualified name out of mutmut's, as `x_parse` or `xǁAssetǁas_record`."""
    return mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".").removesuffix(_GETTER)


def _with_few_examples(source: str) -> str:
    return re.sub(
        r"max_examples=(\d+)", lambda found: f"max_examples={min(int(found[1]), _MAX_EXAMPLES)}", source
    )


def with_plain_properties(source: str) -> str:
    """Return a module with its properties defined by calls: mutmut passes decorated functions over."""
    tree = ast.parse(source)
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        body: list[ast.stmt] = []
        for node in owner.body:
            body.append(node)
            if isinstance(node, ast.FunctionDef) and [ast.unparse(one) for one in node.decorator_list] == [
                "property"
            ]:
                name, node.decorator_list = node.name, []
                node.name = f"{name}{_GETTER}"
                body += ast.parse(f"{name} = property({node.name})").body
        owner.body = body
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _outcome(name: str, code: int | None, log: str) -> Outcome:
    if code in _KILLED:
        return Outcome.KILLED
    if code in _TIMED_OUT:
        return Outcome.TIMED_OUT
    if code in _SURVIVED:
        return Outcome.SURVIVED
    if code in _UNTESTED:
        return Outcome.UNTESTED
    raise MutationError(f"{name} ended with {code}:\n{log[-4000:]}")


def _settings(root: Path) -> str:
    copied = sorted(
        path.name for path in root.iterdir() if path.name not in (_MODULES.name, "pyproject.toml")
    )
    return "\n".join(
        [
            "",
            "[tool.mutmut]",
            f'source_paths = ["{_MODULES}"]',
            f"only_mutate = {json.dumps([f'{_MODULES}/{package}/*' for package in PACKAGES])}",
            f"also_copy = {json.dumps(copied)}",
            f"pytest_add_cli_args = {json.dumps(_PYTEST)}",
            f"pytest_add_cli_args_test_selection = {json.dumps(_TESTS)}",
            # So that a machine that is busy with other things ends no mutant before its time.
            "timeout_constant = 10.0",
            "timeout_multiplier = 5.0",
            "use_git_change_detection = false",
            "",
        ]
    )
