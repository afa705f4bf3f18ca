"""Who may import whom, read from the sources themselves.

```
main -> stacks -> constructs_lib -> bindings -> cdktf, provider
stacks ~> lambda_src        of its code only the pure core
handlers -> adapters -> boto3;  handlers, adapters -> the pure core;  the pure core -> standard library
state_adoption -> standard library, and boto3 in its command;  sandbox -> state_adoption
pipeline_ops -> adapters, the pure core, boto3, rich;  nothing but tests -> pipeline_ops
preflight -> standard library, boto3 where it asks, rich in its terminal;  nothing but tests -> preflight
supply_chain -> how the zip is packed, and a library each;  nothing but tests -> supply_chain
change_review -> standard library, and rich in its terminal;  nothing but tests -> change_review
sandbox -> nothing of constructs_lib, stacks or lambda_src
tests -> everything;  nothing -> tests
```
"""

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "change_review": ROOT,
    "constructs_lib": ROOT,
    "main": ROOT,
    "media_pipeline": ROOT / "lambda_src",
    "pipeline_ops": ROOT,
    "preflight": ROOT,
    "sandbox": ROOT,
    "stacks": ROOT,
    "state_adoption": ROOT,
    "supply_chain": ROOT,
    "tests": ROOT,
}
CDKTF = ("cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii")
BOTO = ("boto3", "botocore", "mypy_boto3_*")
HANDLERS = ("ingest_orchestrator", "job_status_processor", "reconciler")
ADAPTERS = (
    "adapters",
    "asset_table",
    "aws",
    "conditional_write",
    "consumed_queue",
    "document_store",
    "ends_cursor",
    "object_access",
    "indexed_records",
    "sidecar_store",
    "status_query",
    "sweep_cursor",
    "transcoder",
    "turn_store",
    "upload_store",
)
# What happens to an asset, step by step; it is handed its adapters and knows none of them.
FLOW = (
    "backlog",
    "caption_uploads",
    "captions",
    "ingest",
    "job_changes",
    "job_slots",
    "leftovers",
    "lifecycle",
    "preset_watch",
    "reindexing",
    "refusals",
    "repairs",
    "storyboards",
    "sweep",
    "unsent_ends",
)
REVIEW_EDGE = ("command_line", "plan_files", "terminal")
# Whatever else lies in media_pipeline is the pure core, without being listed here.
OUTER = (*HANDLERS, *ADAPTERS, *FLOW, "batch", "telemetry")


def _but(*modules: str) -> tuple[str, ...]:
    return tuple(f"!media_pipeline.{module}" for module in modules)


# The first pattern that a module matches tells what it may import besides the standard library; a leading
# "!" takes something out again.
RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("main", ("stacks", "constructs_lib.bindings")),
    ("change_review.terminal", ("change_review", "rich")),
    ("change_review.command_line", ("change_review",)),
    ("change_review.__main__", ("change_review",)),
    # Reviewing is a function of the plan: it neither reads files nor prints.
    ("change_review*", ("change_review", *(f"!change_review.{m}" for m in REVIEW_EDGE))),
    ("stacks*", ("stacks", "constructs_lib", "media_pipeline", *_but(*OUTER, "config"))),
    ("constructs_lib.bindings", (*CDKTF, "constructs_lib.lazy_loading")),
    ("constructs_lib*", ("constructs_lib",)),
    *((f"media_pipeline.{m}", ("media_pipeline", "aws_lambda_powertools")) for m in HANDLERS),
    *((f"media_pipeline.{m}", ("media_pipeline", *BOTO, *_but(*HANDLERS, *FLOW))) for m in ADAPTERS),
    *((f"media_pipeline.{m}", ("media_pipeline", *_but(*HANDLERS, *ADAPTERS))) for m in FLOW),
    ("media_pipeline.batch", ("media_pipeline", "aws_lambda_powertools", *_but(*HANDLERS, *ADAPTERS, *FLOW))),
    (
        "media_pipeline.telemetry",
        ("aws_lambda_powertools", "media_pipeline.bounds", "media_pipeline.redaction"),
    ),
    # The text of playlists and captions is read by libraries that are as pure.
    ("media_pipeline.hls_manifest", ("media_pipeline", "m3u8", *_but(*OUTER))),
    ("media_pipeline.caption_text", ("media_pipeline", "webvtt", *_but(*OUTER))),
    ("media_pipeline.caption_encoding", ("media_pipeline", "charset_normalizer", *_but(*OUTER))),
    ("media_pipeline.storyboard", ("media_pipeline", "m3u8", "webvtt", *_but(*OUTER))),
    ("media_pipeline*", ("media_pipeline", *_but(*OUTER))),
    (
        "pipeline_ops*",
        ("pipeline_ops", "media_pipeline", *BOTO, "rich", *_but(*HANDLERS, *FLOW, "batch", "telemetry")),
    ),
    ("preflight.account", ("preflight", *BOTO)),
    ("preflight.command_line", ("preflight", *BOTO)),
    ("preflight.terminal", ("preflight", "rich")),
    ("preflight.__main__", ("preflight",)),
    # Judging is a function of what was found: it asks nothing and prints nothing.
    ("preflight*", ("preflight", "!preflight.account", "!preflight.command_line", "!preflight.terminal")),
    ("state_adoption.__main__", ("state_adoption", "boto3")),
    ("state_adoption*", ("state_adoption",)),
    ("supply_chain.__main__", ("supply_chain", "stacks.lambda_package")),
    ("supply_chain.contents", ("packaging",)),
    ("supply_chain.sbom", ("supply_chain", "cyclonedx", "packageurl")),
    ("supply_chain*", ("supply_chain",)),
    (
        "sandbox*",
        (
            "*",
            "!constructs_lib",
            "!stacks",
            "!media_pipeline",
            "!pipeline_ops",
            "!preflight",
            "!supply_chain",
            "!change_review",
            "!main",
            "!tests",
        ),
    ),
    ("tests*", ("*",)),
)


def modules() -> dict[str, Path]:
    """Return every module of the project by its dotted name."""
    found: dict[str, Path] = {}
    for package, base in PACKAGES.items():
        single = base / f"{package}.py"
        paths = [single] if single.exists() else (base / package).rglob("*.py")
        for path in paths:
            parts = path.relative_to(base).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Yield the dotted name of everything that a module's source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: len(module.split(".")) - node.level + is_package]
            origin = ".".join([*(parents if node.level else []), *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def allowed(module: str, imported: str) -> bool:
    """Tell whether the rules let a module import a name."""

    def matches(pattern: str) -> bool:
        return fnmatchcase(imported, pattern) or fnmatchcase(imported, f"{pattern}.*")

    if imported.split(".")[0] in sys.stdlib_module_names:
        return True
    patterns = next(patterns for of, patterns in RULES if fnmatchcase(module, of))
    refused = any(matches(pattern[1:]) for pattern in patterns if pattern.startswith("!"))
    return not refused and any(matches(pattern) for pattern in patterns if not pattern.startswith("!"))


MODULES = modules()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_follow_the_architecture(module: str) -> None:
    """A module imports only what its place in the architecture allows."""
    path = MODULES[module]
    found = imports(path.read_text(), module, is_package=path.name == "__init__.py")
    assert [name for name in found if not allowed(module, name)] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("main", "import cdktf"),
        ("stacks.media_pipeline", "from cdktf import App"),
        ("stacks.media_pipeline", "from media_pipeline.adapters import AssetTable"),
        ("stacks.media_pipeline", "from media_pipeline import config"),
        ("constructs_lib.storage", "from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket"),
        ("constructs_lib.storage", "from stacks.settings import Settings"),
        ("media_pipeline.ladder", "import boto3"),
        ("media_pipeline.ladder", "def f():\n    from . import adapters"),
        ("media_pipeline.assets", "from aws_lambda_powertools import Logger"),
        ("media_pipeline.adapters", "from media_pipeline.reconciler import handler"),
        ("media_pipeline.reconciler", "import boto3"),
        ("media_pipeline.lifecycle", "from media_pipeline import asset_table"),
        ("media_pipeline.lifecycle", "import boto3"),
        ("media_pipeline.telemetry", "import boto3"),
        ("sandbox.deploy", "from constructs_lib import iam"),
        ("sandbox.deploy", "import media_pipeline.presets"),
        ("sandbox.deploy", "from pipeline_ops import replay"),
        ("sandbox.deploy", "from change_review import plans"),
        ("sandbox.deploy", "from preflight import findings"),
        ("preflight.findings", "import boto3"),
        ("preflight.findings", "from preflight import account"),
        ("preflight.command_line", "from stacks.settings import Settings"),
        ("change_review.review", "from rich.console import Console"),
        ("change_review.review", "from change_review import plan_files"),
        ("change_review.terminal", "import boto3"),
        ("stacks.media_pipeline", "import pipeline_ops"),
        ("media_pipeline.reconciler", "from pipeline_ops.replay import Replay"),
        ("pipeline_ops.replay", "from media_pipeline.repairs import Repairs"),
        ("pipeline_ops.replay", "from media_pipeline.reconciler import handler"),
        ("pipeline_ops.replay", "from sandbox import demo"),
        ("stacks.settings", "import tests.conftest"),
    ],
)
def test_the_rules_refuse(module: str, source: str) -> None:
    """The rules have teeth: each direction that the architecture forbids is refused."""
    assert not all(allowed(module, name) for name in imports(source, module))


# jsii's process takes its options from the environment; a function takes its settings from there, and looks
# what must never be written down.
READ_THE_ENVIRONMENT = {
    "change_review.__main__",
    "constructs_lib.lazy_loading",
    "media_pipeline.redaction",
    "media_pipeline.telemetry",
    "pipeline_ops.__main__",
    *(f"media_pipeline.{handler}" for handler in HANDLERS),
}


@pytest.mark.parametrize(
    "module",
    sorted(
        module
        for module in MODULES
        if module.startswith(
            ("change_review", "stacks", "constructs_lib", "media_pipeline", "pipeline_ops", "preflight")
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


@pytest.mark.parametrize("module", sorted(m for m in MODULES if not m.startswith("tests")))
def test_modules_are_nouns_of_a_readable_size(module: str) -> None:
    """No module is a drawer for odds and ends, and none is longer than 350 lines."""
    drawers = {"utils", "util", "helpers", "helper", "constants", "common", "misc", "manager"}
    assert drawers.isdisjoint(module.split("."))
    assert len(MODULES[module].read_text().splitlines()) <= 350
