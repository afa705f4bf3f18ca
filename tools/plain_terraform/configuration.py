"""What CDKTF synthesized, as configuration that people go on with by hand: a function of the JSON alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]

# Terraform ignores what is under this name, everywhere.
COMMENT = "//"
LOCAL_STATE = "terraform.tfstate"


def configuration(stack: Mapping[str, Any], read_asset: Callable[[str], bytes]) -> dict[str, Document]:
    """Return the documents that stand for a synthesized stack, by their file's name.

    Together they say what the stack says: every kind of resource has a file, and so have settings, provider,
    data sources and outputs. CDKTF's own metadata goes; reasons for accepted findings stay, as comments. The
    hash of a function's code becomes an expression, so that it follows the archive.

    Args:
        stack: The JSON of the stack.
        read_asset: Returns the content of a file that the stack names.
    """
    files = {
        "terraform.tf.json": {"terraform": _settings(stack["terraform"])},
        "provider.tf.json": {"provider": stack["provider"]},
    }
    for section, name in (("data", "data.tf.json"), ("output", "outputs.tf.json")):
        if section in stack:
            files[name] = {section: stack[section]}
    for kind, resources in stack["resource"].items():
        bodies = {name: _resource(body, read_asset) for name, body in resources.items()}
        files[f"{kind}.tf.json"] = {"resource": {kind: bodies}}
    return files


def _settings(settings: Mapping[str, Any]) -> Document:
    backend = settings["backend"]
    if "local" in backend:
        # CDKTF's path leads out of its output folder.
        backend = {"local": {"path": LOCAL_STATE}}
    return {**settings, "backend": backend}


def _resource(body: Mapping[str, Any], read_asset: Callable[[str], bytes]) -> Document:
    kept = {name: value for name, value in body.items() if name != COMMENT}
    comments = {name: value for name, value in body.get(COMMENT, {}).items() if name != "metadata"}
    if comments:
        kept = {COMMENT: comments, **kept}
    if "filename" in kept and "source_code_hash" in kept:
        digest = hashlib.sha256(read_asset(kept["filename"])).digest()
        if base64.b64encode(digest).decode() == kept["source_code_hash"]:
            kept["source_code_hash"] = f'${{filebase64sha256("{kept["filename"]}")}}'
    return kept
