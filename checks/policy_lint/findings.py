"""What the linters found, which of it is accepted with a reason, and what is left to complain of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from constructs_lib.lint import COMMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's complaint about one resource of one stack; `id` is the resource's, without its type."""

    stack: str
    id: str
    check: str
    detail: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.id}: {self.check}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedFinding:
    """A finding that the code accepts, beside the resource; `about` is part of the finding's detail."""

    stack: str
    id: str
    check: str
    about: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Return whether this is the finding that was accepted."""
        same_place = (self.stack, self.id, self.check) == (finding.stack, finding.id, finding.check)
        return same_place and self.about in finding.detail


def accepted_in(stack: str, document: Mapping[str, Any]) -> Iterator[AcceptedFinding]:
    """Yield what a synthesized stack accepts, in the comments of its resources."""
    for bodies in document.get("resource", {}).values():
        for id_, body in bodies.items():
            for check, exception in body.get("//", {}).get(COMMENT, {}).items():
                yield AcceptedFinding(
                    stack=stack, id=id_, check=check, about=exception["about"], reason=exception["reason"]
                )


def complaints(findings: Sequence[Finding], accepted: Sequence[AcceptedFinding]) -> list[str]:
    """Return what is wrong: findings that are not accepted, exceptions without a finding or a reason."""
    unexplained = [str(f) for f in findings if not any(a.covers(f) for a in accepted)]
    idle = [
        f"{a.stack}: {a.id}: the exception from {a.check} matches no finding any more: remove it"
        for a in accepted
        if not any(a.covers(f) for f in findings)
    ]
    unreasoned = [
        f"{a.stack}: {a.id}: the exception from {a.check} has no reason"
        for a in accepted
        if len(a.reason.split()) < 5
    ]
    return sorted({*unexplained, *idle, *unreasoned})
