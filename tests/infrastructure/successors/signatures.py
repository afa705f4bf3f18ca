"""Read from the source of AWS bindings what a resource takes and has, without importing them."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# What Terraform itself takes in every resource, and what cdktf writes for people.
META_ARGUMENTS = frozenset({"//", "count", "depends_on", "lifecycle", "provider"})
# Modules are imported under names that end in a hash.
_IMPORTED = re.compile(r"_(?:cdktf|cdktn|constructs)_[0-9a-f]{8}\.")
_OPTIONAL = "typing.Optional"
# A reference of one resource, or data source, to an attribute of another.
_REFERENCE = re.compile(r"\b(data\.)?(aws_\w+)\.[\w-]+\.(\w+)")
_EXPRESSION = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a resource or of a block in it."""

    is_required: bool
    type: str
    block: str | None
    """The class of the block, where it is one."""


def used_arguments(stack: Mapping[str, Any], bindings: Path) -> dict[str, Argument | None]:
    """Return every argument that a stack gives to a resource, data source or provider, by its path.

    A path is that of Terraform's documentation: `aws_dynamodb_table.attribute.name`. The value is None where
    the bindings don't have it.
    """
    found: dict[str, Argument | None] = {}
    for prefix, section in (("", "resource"), ("data_", "data")):
        for kind, resources in stack.get(section, {}).items():
            module = bindings / _module(kind, is_data=bool(prefix))
            for body in resources.values():
                found.update(_used(f"{prefix}{kind}", body, module, None))
    for body in stack.get("provider", {}).get("aws", []):
        found.update(_used("provider", body, bindings / "provider", None))
    return found


def read_attributes(stack: Mapping[str, Any], bindings: Path) -> dict[str, str | None]:
    """Return the type of every attribute that a stack reads of a resource or data source, by its path.

    A type is None where the bindings don't have the attribute.
    """
    found: dict[str, str | None] = {}
    for expression in _EXPRESSION.findall(json.dumps(stack)):
        for is_data, kind, name in _REFERENCE.findall(expression):
            attributes = _attributes(bindings / _module(kind, is_data=bool(is_data)))
            found[f"{'data_' if is_data else ''}{kind}.{name}"] = attributes.get(name)
    return found


def _module(kind: str, *, is_data: bool) -> str:
    # A data source keeps the provider's prefix in its module's name, a resource doesn't.
    return f"data_{kind}" if is_data else kind.removeprefix("aws_")


@cache
def _attributes(module: Path) -> Mapping[str, str]:
    classes = _classes(module)
    return {
        node.name: _IMPORTED.sub("", ast.unparse(node.returns)).replace("'", "")
        for node in classes[_resource_class(classes)].body
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
    }


def _used(
    path: str, body: Mapping[str, Any], module: Path, block: str | None
) -> Iterator[tuple[str, Argument | None]]:
    classes = _classes(module)
    known = _arguments(module, block or _resource_class(classes))
    for name, value in body.items():
        if name in META_ARGUMENTS:
            continue
        argument = known.get(name)
        yield f"{path}.{name}", argument
        if argument is not None and argument.block is not None:
            for inner in value if isinstance(value, list) else [value]:
                yield from _used(f"{path}.{name}", inner, module, argument.block)


@cache
def _classes(module: Path) -> Mapping[str, ast.ClassDef]:
    tree = ast.parse((module / "__init__.py").read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _resource_class(classes: Mapping[str, ast.ClassDef]) -> str:
    bases = ("TerraformResource", "TerraformDataSource", "TerraformProvider")
    (name,) = (
        name
        for name, node in classes.items()
        if any(isinstance(base, ast.Attribute) and base.attr in bases for base in node.bases)
    )
    return name


@cache
def _arguments(module: Path, class_name: str) -> Mapping[str, Argument]:
    classes = _classes(module)
    (initializer,) = (
        node
        for node in classes[class_name].body
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    )
    return {
        each.arg: _argument(each.annotation, default is None, classes)
        for each, default in zip(initializer.args.kwonlyargs, initializer.args.kw_defaults, strict=True)
        if each.annotation is not None
    }


def _argument(annotation: ast.expr, is_required: bool, classes: Mapping[str, ast.ClassDef]) -> Argument:
    nodes = list(ast.walk(annotation))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    blocks = sorted(names & classes.keys())
    text = _IMPORTED.sub("", ast.unparse(annotation)).replace("'", "")
    if text.startswith(f"{_OPTIONAL}["):
        text = text[len(_OPTIONAL) + 1 : -1]
    return Argument(is_required, text, blocks[0] if blocks else None)
