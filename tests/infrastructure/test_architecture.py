"""What the contracts in pyproject.toml leave to say: names, sizes, folders, and the environment."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("checks", "constructs_lib", "lambda_src/media_pipeline", "sandbox", "stacks", "tools")
LIBRARIES = ("constructs_lib", "media_pipeline", "stacks")
MAX_FILES = 16
MAX_LINES = 300
DRAWERS = {"utils", "util", "helpers", "helper", "constants", "common", "misc", "manager"}


def modules() -> dict[str, Path]:
    """Return every module of the project, tests aside, by its dotted name."""
    found = {"main": ROOT / "main.py"}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(part for part in parts if part != "__init__")
            found[name.removeprefix("lambda_src.")] = path
    return found


def imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


MODULES = modules()


def test_the_contracts_hold() -> None:
    """import-linter keeps every contract of pyproject.toml."""
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'lambda_src'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_tests_import_tests(module: str) -> None:
    """Nothing but tests and the programs that check the project imports a test's code."""
    if not module.startswith("checks"):
        assert [name for name in imports(MODULES[module]) if name.split(".")[0] == "tests"] == []


def test_main_imports_stacks_alone() -> None:
    """main.py wires stacks; whatever they are made of is theirs to know."""
    ours = {name for name in imports(MODULES["main"]) if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in ours if name.split(".")[0] != "stacks"} == {"constructs_lib.bindings"}


# jsii's process takes its options from the environment; a function takes its settings from there, and looks
# what must never be written down.
READ_THE_ENVIRONMENT = {
    "constructs_lib.lazy_loading",
    "media_pipeline.domain.redaction",
    "media_pipeline.handlers.ingest_orchestrator",
    "media_pipeline.handlers.job_status_processor",
    "media_pipeline.handlers.reconciler",
    "tools.ops.__main__",
    "tools.plan_review.__main__",
}


@pytest.mark.parametrize(
    "module",
    sorted(
        module
        for module in MODULES
        if module.startswith(
            (
                "stacks",
                "constructs_lib",
                "media_pipeline",
                "tools.ops",
                "tools.plan_review",
                "tools.preflight",
            )
        )
        and module not in READ_THE_ENVIRONMENT
    ),
)
def test_environment_is_handed_down(module: str) -> None:
    """Only main.py and programs' entries read environment variables; everything else is given settings."""
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(ast.parse(MODULES[module].read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert names & {"environ", "getenv", "environb"} == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_modules_are_nouns_of_a_readable_size(module: str) -> None:
    """No module is a drawer for odds and ends, and none is longer than 300 lines."""
    assert DRAWERS.isdisjoint(module.split("."))
    assert len(MODULES[module].read_text().splitlines()) <= MAX_LINES


def test_folders_can_be_taken_in_at_a_glance() -> None:
    """No folder has more than 16 files."""
    files = Counter(path.parent.relative_to(ROOT) for path in MODULES.values())
    assert {str(folder): count for folder, count in files.items() if count > MAX_FILES} == {}
