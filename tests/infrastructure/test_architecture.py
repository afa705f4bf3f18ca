"""What the contracts in pyproject.toml leave to say: names, sizes, folders, and the environment."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph, build_graph
from importlinter.api import read_configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import Contract

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("checks", "constructs_lib", "lambda_src/media_pipeline", "sandbox", "stacks", "tools")
MAX_FILES = 16
MAX_LINES = 300
DRAWERS = {"utils", "util", "helpers", "helper", "constants", "common", "misc", "manager"}
BOTO = ("boto3", "botocore", "mypy_boto3_mediaconvert", "mypy_boto3_ssm")
# The first pattern that a module matches names its libraries, all of them.
LIBRARIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("main", ()),
    ("stacks*", ()),
    ("constructs_lib.bindings*", ("cdktf", "cdktf_cdktf_provider_aws", "constructs")),
    ("constructs_lib*", ()),
    ("media_pipeline.handlers*", ("aws_lambda_powertools",)),
    ("media_pipeline.telemetry", ("aws_lambda_powertools",)),
    ("media_pipeline.adapters.delivery.parameter_signer", ("pyasn1", "rsa")),
    ("media_pipeline.adapters.webhooks.signature", ("standardwebhooks",)),
    ("media_pipeline.adapters*", ("boto3", "botocore")),
    # The text of playlists and captions is read by libraries that are as pure as their callers.
    ("media_pipeline.manifests.hls", ("m3u8",)),
    ("media_pipeline.publishing.storyboard", ("m3u8", "webvtt")),
    ("media_pipeline.publishing.caption_text.webvtt", ("webvtt",)),
    ("media_pipeline.publishing.caption_text.encoding", ("charset_normalizer",)),
    ("media_pipeline*", ()),
    ("tools.ops*", (*BOTO, "rich")),
    ("tools.plan_review.display", ("rich",)),
    ("tools.plan_review*", ()),
    ("tools.preflight.account", ("botocore",)),
    ("tools.preflight.command_line", ("boto3", "botocore")),
    ("tools.preflight.report", ("rich",)),
    ("tools.preflight*", ()),
    ("tools.price_list.__main__", ("boto3", "botocore")),
    ("tools.price_list.query", ("botocore",)),
    ("tools.price_list*", ()),
    ("tools.state_recovery.__main__", ("boto3",)),
    ("tools.state_recovery*", ()),
    ("tools.supply_chain.contents", ("packaging",)),
    ("tools.supply_chain.sbom", ("cyclonedx", "packageurl")),
    ("tools.supply_chain*", ()),
    ("tools.terminal", ("rich",)),
    ("tools*", ()),
)


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
# Checks use what tests do; the sandbox stands in for AWS with whatever that takes.
ANY_LIBRARY = {"checks", "sandbox"}


CONFIGURATION = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS: Mapping[str, Mapping[str, Any]] = {
    options["name"]: options for options in CONFIGURATION["contracts_options"]
}
TYPES: Mapping[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
}


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    """Build the graph of who imports whom."""
    return build_graph(
        *CONFIGURATION["session_options"]["root_packages"], include_external_packages=True, cache_dir=None
    )


def keeps(name: str, graph: ImportGraph) -> bool:
    """Return whether a graph keeps a contract."""
    options = dict(CONTRACTS[name])
    contract = TYPES[options["type"]](name, CONFIGURATION["session_options"], options)
    # A check may remove from the graph what it ignores.
    return contract.check(deepcopy(graph), verbose=False).kept


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_contracts_hold(graph: ImportGraph, name: str) -> None:
    """The project keeps every contract of pyproject.toml."""
    assert keeps(name, graph), f"`{CONTRACTS[name]['name']}` is broken: run lint-imports"


# Imports that each contract, by how its name begins, is there to refuse.
FORBIDDEN = (
    ("The functions:", "media_pipeline.services.ingest", "media_pipeline.adapters.asset_table"),
    ("The functions:", "media_pipeline.domain.asset", "media_pipeline.telemetry"),
    ("Only adapters know boto3", "media_pipeline.handlers.reconciler", "boto3"),
    ("Only adapters know boto3", "media_pipeline.telemetry", "boto3"),
    ("Adapters read settings", "media_pipeline.adapters.queues", "media_pipeline.manifests.uris"),
    ("The domain, encoding and manifests", "media_pipeline.encoding.ladder", "media_pipeline.telemetry"),
    ("The domain, encoding and manifests", "media_pipeline.domain.webhooks.message", "standardwebhooks"),
    ("Telemetry knows", "media_pipeline.telemetry", "media_pipeline.domain.asset"),
    ("The functions' configuration", "media_pipeline.handlers.config", "media_pipeline.services.ingest"),
    ("Only the bindings", "stacks.storage", "cdktf"),
    ("Only the bindings", "sandbox.runtime.folder", "constructs"),
    ("Constructs know", "constructs_lib.table", "stacks.settings"),
    ("Stacks know", "stacks.storage", "media_pipeline.adapters.asset_table"),
    ("Stacks know", "stacks.people", "media_pipeline.handlers.sqs_batch"),
    ("Stacks know", "stacks.encoding", "media_pipeline.telemetry"),
    ("The functions know nothing", "media_pipeline.domain.asset", "tools.terminal"),
    ("The sandbox meets", "sandbox.demo.run", "media_pipeline.encoding.presets"),
    ("The sandbox meets", "sandbox.chaos.operator", "tools.ops.actions.backfill"),
    ("The sandbox meets", "sandbox.deployment.deploy", "tools.state_recovery.__main__"),
    ("The sandbox: chaos", "sandbox.runtime.folder", "sandbox.demo.run"),
    ("The MediaConvert endpoint", "sandbox.mediaconvert.model", "sandbox.mediaconvert.request"),
    ("The tools know nothing of each other", "tools.preflight.report", "tools.plan_review.wording"),
    ("The tools know neither", "tools.terraform", "sandbox.runtime.folder"),
    ("Operators use", "tools.ops.records", "media_pipeline.services.lifecycle"),
    ("Operators use", "tools.ops.records", "media_pipeline.publishing.sidecars"),
    (
        "What operators do",
        "media_pipeline.services.operations.cancel",
        "media_pipeline.adapters.asset_table",
    ),
    ("What operators do", "media_pipeline.services.reindexing", "media_pipeline.telemetry"),
    ("All other tools", "tools.preflight.command_line", "stacks.settings"),
    ("All other tools", "tools.state_recovery.rules", "media_pipeline.domain.asset"),
    ("All other tools", "tools.supply_chain.contents", "stacks.lambda_package"),
    ("Reviewing and judging", "tools.plan_review.wording", "rich"),
    ("Reviewing and judging", "tools.plan_review.losses.stateful", "tools.terraform"),
    ("Reviewing and judging", "tools.preflight.deployment", "botocore"),
    ("Plan review", "tools.plan_review.sensitive", "tools.plan_review.plan_files"),
    ("Preflight", "tools.preflight.findings", "tools.preflight.account"),
    ("No package imports", "checks.smoke.names", "checks.smoke.run"),
)


@pytest.mark.parametrize(("start", "importer", "imported"), FORBIDDEN)
def test_the_contracts_refuse(graph: ImportGraph, start: str, importer: str, imported: str) -> None:
    """An import that the architecture forbids breaks the contract that is about it."""
    (name,) = (name for name in CONTRACTS if name.startswith(start))
    broken = deepcopy(graph)
    assert {importer, imported} <= broken.modules
    broken.add_import(importer=importer, imported=imported)
    assert not keeps(name, broken)


def test_each_contract_refuses_something() -> None:
    """No contract is without an import that it is known to refuse."""
    assert [
        name for name in CONTRACTS if not name.startswith(tuple(start for start, _, _ in FORBIDDEN))
    ] == []


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.split(".")[0] not in ANY_LIBRARY))
def test_libraries_are_used_where_they_belong(module: str) -> None:
    """A module imports no library of others but those that its place needs."""
    allowed = next(libraries for of, libraries in LIBRARIES if fnmatchcase(module, of))
    own = {Path(package).name for package in PACKAGES}
    libraries = {name.split(".")[0] for name in imports(MODULES[module])} - own - sys.stdlib_module_names
    assert libraries <= set(allowed)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_tests_import_tests(module: str) -> None:
    """Nothing but tests and the programs that check the project imports a test's code, or main.py."""
    if not module.startswith("checks"):
        assert {name.split(".")[0] for name in imports(MODULES[module])}.isdisjoint({"tests", "main"})


def test_no_test_module_imports_another() -> None:
    """What tests share is in a module without tests of its own: in `tests/support`, or beside those tests."""
    of_test = re.compile(r"^\s*(?:from|import) (tests\.[\w.]*\.test_\w+)", re.MULTILINE)
    shared = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / "tests").rglob("*.py")
        if (found := of_test.findall(path.read_text()))
    }
    assert shared == {}


def test_main_imports_stacks_alone() -> None:
    """main.py wires stacks; whatever they are made of is theirs to know."""
    ours = {name for name in imports(MODULES["main"]) if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in ours if name.split(".")[0] != "stacks"} == {"constructs_lib.bindings"}


# jsii's process takes its options from the environment; a function takes its settings from there, and looks
# what must never be written down.
READ_THE_ENVIRONMENT = {
    "constructs_lib.lazy_loading",
    "media_pipeline.domain.redaction",
    "media_pipeline.handlers.api",
    "media_pipeline.handlers.fan_out",
    "media_pipeline.handlers.ingest_orchestrator",
    "media_pipeline.handlers.job_status_processor",
    "media_pipeline.handlers.reconciler",
    "media_pipeline.handlers.webhook_sender",
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
