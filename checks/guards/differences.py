"""How a mutant differs from the original, and which differences change nothing that tests should hold."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Less than so much of the code says too little by itself, more than so much is not read.
_MIN_CHARACTERS = 16
_MAX_CHARACTERS = 120
_DESCENDED = (
    ast.expr
    | ast.stmt
    | ast.excepthandler
    | ast.comprehension
    | ast.keyword
    | ast.arguments
    | ast.withitem
    | ast.match_case
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold pairs of nodes, original and mutated: from the function down to the smallest ones that differ."""

    chain: Sequence[tuple[ast.AST, ast.AST]]

    @property
    def texts(self) -> tuple[str, str]:
        """Return the code that differs, before and after, with as much around it as it takes to find it."""
        before, after = (_text(node) for node in self.chain[-1])
        for pair in reversed(self.chain[1:-1]):
            wider = tuple(_text(node) for node in pair)
            if len(before) >= _MIN_CHARACTERS or max(len(text) for text in wider) > _MAX_CHARACTERS:
                break
            before, after = wider
        return before, after

    @property
    def originals(self) -> Sequence[ast.AST]:
        """Return the original's nodes, from the function to the smallest one that differs."""
        return [original for original, _ in self.chain]


def difference(original: ast.AST, mutated: ast.AST) -> Difference:
    """Return where two functions differ."""
    chain = [(original, mutated)]
    while (pair := _narrowed(*chain[-1])) is not None:
        chain.append(pair)
    return Difference(chain)


def _narrowed(original: ast.AST, mutated: ast.AST) -> tuple[ast.AST, ast.AST] | None:
    """Return the one pair of children that differs; None where the nodes themselves are the difference."""
    if type(original) is not type(mutated):
        return None
    pairs: list[tuple[object, object]] = []
    for field in original._fields:
        before, after = getattr(original, field, None), getattr(mutated, field, None)
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            pairs += zip(before, after, strict=True)
        else:
            pairs.append((before, after))
    differing = [pair for pair in pairs if _dumped(pair[0]) != _dumped(pair[1])]
    if len(differing) != 1:
        return None
    before, after = differing[0]
    return (before, after) if isinstance(before, _DESCENDED) and isinstance(after, _DESCENDED) else None


def _dumped(node: object) -> str:
    return ast.dump(node) if isinstance(node, ast.AST) else repr(node)


def _text(node: ast.AST) -> str:
    return ast.unparse(node)


def _is_of_log(found: Difference) -> bool:
    calls = (node for node in found.originals if isinstance(node, ast.Call))
    return any(_text(call.func).startswith("logger.") for call in calls)


def _is_wording_of_error(found: Difference) -> bool:
    for original, mutated in found.chain:
        if not isinstance(original, ast.Call) or not _text(original.func).endswith("Error"):
            continue
        is_text = bool(original.args) and isinstance(original.args[0], ast.JoinedStr | ast.Constant)
        keeps_others = isinstance(mutated, ast.Call) and [_dumped(one) for one in original.keywords] == [
            _dumped(one) for one in mutated.keywords
        ]
        if is_text and keeps_others:
            return True
    return False


def _is_sentence(found: Difference) -> bool:
    match found.chain[-1]:
        case ast.Constant(value=str(before)), ast.Constant(value=str()):
            return " " in before.strip()
    return False


def _is_strictness_of_zip(found: Difference) -> bool:
    calls = (node for node in found.originals if isinstance(node, ast.Call))
    is_of_keyword = any(isinstance(node, ast.keyword) and node.arg == "strict" for node in found.originals)
    drops_keyword = "strict" in found.texts[0] and "strict" not in found.texts[1]
    return any(_text(call.func) == "zip" for call in calls) and (is_of_keyword or drops_keyword)


# What is excluded, by rule and for every function alike, before anything is run.
RULES: tuple[tuple[str, Callable[[Difference], bool]], ...] = (
    ("the log: it is for people, and no part of what a function does", _is_of_log),
    ("the wording of an error: tests hold its class and its other fields", _is_wording_of_error),
    ("the wording of a sentence in a record or a message, for people", _is_sentence),
    ("strict=True of zip: the lengths are equal by construction", _is_strictness_of_zip),
)


def excluded_by(found: Difference) -> str | None:
    """Return the reason why a mutant is not counted, None where it is."""
    return next((reason for reason, rule in RULES if rule(found)), None)
