"""Write the folders: configuration, assets, and what to do with them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tools.plain_terraform.configuration import configuration

PIPELINE = "pipeline"
STATE_BUCKET = "state-bucket"
SYNTHESIZED = "cdk.tf.json"
PAGE = Path(__file__).with_name("page.md")
_ASSETS = "assets"


class UnwritableFolderError(Exception):
    """The folder can't be written; the message says why."""


def write(*, stack: Path, state_stack: Path, target: Path) -> list[Path]:
    """Write both stacks below a folder and return the folders to run Terraform in.

    Of a folder that was written before, the configuration is replaced; what Terraform put there stays.

    Args:
        stack: Where the environment's stack was synthesized.
        state_stack: Where the stack of the bucket that holds its state was.
        target: A new folder, an empty one, or one that this wrote.

    Raises:
        UnwritableFolderError: A stack isn't synthesized, or the target holds something else.
    """
    for folder in (stack, state_stack):
        if not (folder / SYNTHESIZED).is_file():
            raise UnwritableFolderError(f"{folder} holds no synthesized stack. Run `make synth` first.")
    page = target / "README.md"
    if target.exists() and any(target.iterdir()) and not _is_ours(page):
        raise UnwritableFolderError(
            f"{target} holds something that `make terraform` did not write. Name another folder with TO=, "
            "or empty this one."
        )
    written = [target / PIPELINE, target / STATE_BUCKET]
    for source, folder in zip((stack, state_stack), written, strict=True):
        _write_configuration(source, folder)
    text = PAGE.read_text("utf-8").format(stack=stack.name, state_stack=state_stack.name)
    page.write_text(text, "utf-8")
    return written


def _is_ours(page: Path) -> bool:
    heading = PAGE.read_text("utf-8").splitlines()[0]
    return page.is_file() and page.read_text("utf-8").startswith(heading)


def _write_configuration(source: Path, folder: Path) -> None:
    document = json.loads((source / SYNTHESIZED).read_text("utf-8"))
    files = configuration(document, lambda name: (source / name).read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.tf.json"):
        stale.unlink()
    shutil.rmtree(folder / _ASSETS, ignore_errors=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if (source / _ASSETS).is_dir():
        shutil.copytree(source / _ASSETS, folder / _ASSETS)
