"""`python -m tools.supply_chain sbom`, `audit` and `outdated`; the Makefile has all three."""

import argparse
import ast
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from stacks.lambda_package import LambdaPackageError, build_lambda_package
from tools.supply_chain.audit import Outcome, audit_node, audit_python, outcome
from tools.supply_chain.contents import ContentsError, read_contents
from tools.supply_chain.outdated import (
    Comparison,
    compare_node,
    compare_python,
    locked_node,
    locked_python,
)
from tools.supply_chain.sbom import sbom

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
DEPENDENCIES = BUILD / "lambda-dependencies"
SOURCE = ROOT / "lambda_src"
# What is installed from the lock file of each.
NODE_FOLDERS = {
    ".": "CDKTF's command line, players",
    "web": "page",
    "tests/infrastructure/successors/node": "command line of CDKTF's fork",
}


def lambda_sbom(*, archive: Path, dependencies: Path = DEPENDENCIES) -> str:
    """Pack the functions' zip and return its bill of materials.

    Raises LambdaPackageError where it can't be packed, ContentsError where it isn't what is locked.
    """
    build_lambda_package(source=SOURCE, dependencies=dependencies, target=archive)
    lock = json.loads((ROOT / "Pipfile.lock").read_text("utf-8"))["lambda"]
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text("utf-8"))
    contents = read_contents(
        archive=archive,
        dependencies=dependencies,
        source=SOURCE,
        locked={name: package["version"].removeprefix("==") for name, package in lock.items()},
    )
    for package in contents.packages:
        if f"sha256:{package.wheel_sha256}" not in lock[package.name]["hashes"]:
            raise ContentsError(f"The wheel of {package.name} is none of those that are locked.")
    licence = json.loads((ROOT / "package.json").read_text("utf-8"))["license"]
    return sbom(contents, direct=pipfile["lambda"], version=code_version(), code_licence=licence)


def code_version() -> str:
    """Return the version of the functions' code, from the file that the zip carries."""
    body = ast.parse((SOURCE / "media_pipeline" / "__init__.py").read_text("utf-8")).body
    (version,) = (
        ast.literal_eval(node.value)
        for node in body
        if isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == ["__version__"]
    )
    return str(version)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.supply_chain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom", help="write what the functions' zip is made of to build/lambda-sbom.cdx.json")
    audit = commands.add_parser(
        "audit", help="look for known vulnerabilities; 0 none, 1 some, 3 the source gave no answer"
    )
    audit.add_argument("--pip-audit", default=str(BUILD / "audit" / "bin" / "pip-audit"))
    audit.add_argument("--npm", default="npm")
    outdated = commands.add_parser(
        "outdated", help="list newer releases of what is named; 0 all answered, 3 a source gave no answer"
    )
    outdated.add_argument("--npm", default="npm")
    outdated.add_argument(
        "--only", action="append", help="a category of the Pipfile, or a folder; repeatable"
    )
    options = parser.parse_args(arguments)
    if options.command == "outdated":
        return _outdated(options.npm, options.only)
    if options.command == "audit":
        return _audit(options.pip_audit, options.npm)
    target = BUILD / "lambda-sbom.cdx.json"
    try:
        target.write_text(lambda_sbom(archive=BUILD / "lambda.zip"), "utf-8")
    except (ContentsError, LambdaPackageError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Wrote {target.relative_to(ROOT)}")
    return 0


def _audit(pip_audit: str, npm: str) -> int:
    lock = json.loads((ROOT / "Pipfile.lock").read_text("utf-8"))
    findings = []
    for finding in audit_python(pip_audit=pip_audit, lock=lock, folder=BUILD / "audit-requirements"):
        print(finding, flush=True)
        findings.append(finding)
    for folder, what in NODE_FOLDERS.items():
        findings.append(audit_node(npm=npm, folder=ROOT / folder, what=what))
        print(findings[-1], flush=True)
    return outcome(findings)


def _outdated(npm: str, only: Sequence[str] | None) -> int:
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text("utf-8"))
    lock = json.loads((ROOT / "Pipfile.lock").read_text("utf-8"))
    answered = True
    for locked in locked_python(pipfile, lock):
        if only is None or locked.name in only:
            answered &= _say(compare_python(locked, python=sys.executable))
    for folder in NODE_FOLDERS:
        locked = locked_node(ROOT / folder, ROOT)
        if only is None or locked.name in only:
            answered &= _say(compare_node(locked, npm=npm))
    return Outcome.CLEAN if answered else Outcome.NOT_ASKED


def _say(found: Comparison) -> bool:
    print(found, flush=True)
    return found.unanswered is None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
