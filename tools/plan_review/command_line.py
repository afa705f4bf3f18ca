"""The command line: what it takes, and how a run ends."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path

from tools.plan_review import plan_files
from tools.plan_review.display import show
from tools.plan_review.plans import PlanError
from tools.plan_review.review import review
from tools.plan_review.summary import summary
from tools.terminal import print_error
from tools.terraform import program_name


class Exit(IntEnum):
    """How a run ends; `make diff` adds 4, for where there is no plan because planning failed."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    LOSS = 3


EXIT_CODES: Mapping[Exit, str] = {
    Exit.FINE: "no data is lost, or only such as is named as intended; also where nothing changes",
    Exit.FAILED: "the plan can't be read, or planning had failed half-way",
    Exit.USAGE: "the arguments are wrong",
    Exit.LOSS: "a stateful resource would be destroyed or replaced, or a setting would delete data, and its "
    "address is not named as intended",
}
_EPILOG = (
    f"Exit codes: {'; '.join(f'{code:d} {meaning}' for code, meaning in EXIT_CODES.items())}. "
    "`make diff` says 4 where planning itself failed. Other dangers (access that grows, protection that "
    "shrinks, drift, partial plans) are shown, and fail nothing."
)
# An address may hold spaces and commas in the key of a for_each.
_ADDRESS = re.compile(r"""(?:\["(?:[^"\\]|\\.)*"\]|[^\s,])+""")


def main(arguments: Sequence[str], terraform: str | None = None) -> int:
    """Review a plan, print the summary and return the exit code, as `--help` tells them."""
    options = parser().parse_args(arguments)
    try:
        found = review(
            plan_files.read(options.plan, terraform or program_name()), _ADDRESS.findall(options.intended)
        )
        said = summary(found)
        show(said)
        if options.markdown is not None:
            options.markdown.write_text(said.markdown())
    except PlanError as error:
        print_error(str(error))
        return Exit.FAILED
    except OSError as error:
        print_error(f"{options.markdown} can't be written: {error.strerror}.")
        return Exit.FAILED
    return Exit.LOSS if found.unintended else Exit.FINE


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    root = argparse.ArgumentParser(
        prog="python -m tools.plan_review",
        description="Say in Markdown what a Terraform plan would do, and fail where data would be lost.",
        epilog=_EPILOG,
    )
    root.add_argument(
        "plan",
        type=Path,
        metavar="PLAN",
        help="what `terraform plan -out` saved, or `terraform show -json` of it",
    )
    root.add_argument(
        "--intended",
        default="",
        metavar="ADDRESSES",
        help="addresses of resources whose data may be lost, in one argument",
    )
    root.add_argument("--markdown", type=Path, metavar="FILE", help="write the summary there too")
    return root
