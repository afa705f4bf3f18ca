"""A semantic mutant: one expression or some statements of the product, by what they are and not by where.

A mutant names a function, method, class or constant of the functions or of the operators' commands, wherever
it is defined, and code to find in it. Both sides are compared as syntax trees, so a mutant survives moves of
files and any formatting.
"""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path("lambda_src/media_pipeline")
_FOLDERS = (PACKAGE, Path("tools/ops"))


class MutantError(Exception):
    """Raised where the code that a mutant changes is not found exactly once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """Describe a change that takes one guard away, and which tests must fail for it.

    `within` is the qualified name of a definition or its end, as `Redelivery.postpone` or `postpone`: of the
    definitions with that name, one has the code. Where `find` and `replace` are both expressions, an
    expression is replaced, else statements that follow each other.
    `tests` names modules of tests below `tests/` by the end of their path, as `services/test_redelivery`.
    """

    name: str
    within: str
    find: str
    replace: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Definition:
    path: Path
    node: ast.AST


class Sources:
    """Hold the syntax trees of the modules that are mutated; `root` is the project's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._trees = {
            path.relative_to(root): ast.parse(path.read_text())
            for folder in _FOLDERS
            for path in (root / folder).rglob("*.py")
        }
        self._definitions: dict[str, list[_Definition]] = {}
        for path, tree in self._trees.items():
            for name, node in _definitions(tree):
                self._definitions.setdefault(name, []).append(_Definition(path, node))

    def defines(self, name: str) -> bool:
        """Tell whether there is a definition of this qualified name, or one whose name ends with it."""
        return any(f".{known}".endswith(f".{name}") for known in self._definitions)

    def mutated(self, mutant: Mutant) -> tuple[Path, str]:
        """Return the path of the module that a mutant changes, relative to the root, and its new text.

        Raises MutantError where no definition has the name, or the code is not in one of them exactly once.
        """
        named = [
            one
            for name, definitions in self._definitions.items()
            if f".{name}".endswith(f".{mutant.within}")
            for one in definitions
        ]
        if not named:
            raise MutantError(f"{mutant.name}: {mutant.within!r} is not defined")
        found = [one for one in named for _ in _places(one.node, mutant)]
        if len(found) != 1:
            places = "".join(f"; {one.path}" for one in found)
            raise MutantError(
                f"{mutant.name}: {mutant.within!r} has this {len(found)} times, not once: "
                f"{mutant.find!r}{places}"
            )
        # The place is looked up again in a copy: walks of equal trees meet the same nodes in the same order.
        tree, node = self._trees[found[0].path], found[0].node
        index = next(at for at, other in enumerate(ast.walk(tree)) if other is node)
        changed = copy.deepcopy(tree)
        within = next(other for at, other in enumerate(ast.walk(changed)) if at == index)
        next(_places(within, mutant)).replace(mutant.replace)
        return found[0].path, ast.unparse(ast.fix_missing_locations(changed)) + "\n"

    def test_paths(self, mutant: Mutant) -> list[str]:
        """Return the paths of the modules of tests that a mutant names. Raises MutantError as `mutated`."""
        return [self._test_path(mutant, name) for name in mutant.tests]

    def _test_path(self, mutant: Mutant, name: str) -> str:
        found = sorted((self._root / "tests").rglob(f"{name}.py"))
        if len(found) != 1:
            raise MutantError(f"{mutant.name}: tests/ has {len(found)} times, not once: {name}.py")
        return str(found[0].relative_to(self._root))


def _definitions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield functions, classes and constants with their qualified names."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield f"{prefix}{name}", node
                yield from _definitions(node, f"{prefix}{name}.")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield f"{prefix}{name}", node


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold where code was found: `count` entries of a parent's field from `index`, or all of the field."""

    parent: ast.AST
    field: str
    index: int | None
    count: int = 1

    def replace(self, source: str) -> None:
        statements = ast.parse(source).body
        if self.index is None:
            setattr(self.parent, self.field, _as_expression(statements))
            return
        entries = getattr(self.parent, self.field)
        new: Sequence[ast.AST]
        if isinstance(entries[self.index], ast.stmt):
            new = statements or [ast.Pass()]
        else:
            new = [_as_expression(statements)]
        entries[self.index : self.index + self.count] = new


def _as_expression(statements: Sequence[ast.stmt]) -> ast.expr:
    (statement,) = statements
    assert isinstance(statement, ast.Expr)
    return statement.value


def _places(root: ast.AST, mutant: Mutant) -> Iterator[_Place]:
    wanted = ast.parse(mutant.find).body
    new = ast.parse(mutant.replace).body
    if len(wanted) == len(new) == 1 and isinstance(wanted[0], ast.Expr) and isinstance(new[0], ast.Expr):
        yield from _expressions(root, _normal(wanted[0].value))
    else:
        yield from _statements(root, [_normal(statement) for statement in wanted])


def _expressions(root: ast.AST, wanted: str) -> Iterator[_Place]:
    for parent in ast.walk(root):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                for index, entry in enumerate(value):
                    if isinstance(entry, ast.expr) and _normal(entry) == wanted:
                        yield _Place(parent, field, index)
            elif isinstance(value, ast.expr) and _normal(value) == wanted:
                yield _Place(parent, field, None)


def _statements(root: ast.AST, wanted: Sequence[str]) -> Iterator[_Place]:
    for parent in ast.walk(root):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                normal = [_normal(statement) for statement in value]
                for index in range(len(normal) - len(wanted) + 1):
                    if normal[index : index + len(wanted)] == list(wanted):
                        yield _Place(parent, field, index, len(wanted))


def _normal(node: ast.AST) -> str:
    return ast.unparse(node)
