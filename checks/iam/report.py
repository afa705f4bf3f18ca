"""Per role: grants used, grants unused and why they stay, and what was asked for without a grant."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from checks.iam.grants import Grant, component
from checks.iam.reasons import NOT_ENFORCED, REASONS, Reason
from sandbox.local_aws.iam_calls import IamCall


@dataclass(frozen=True, slots=True)
class Report:
    """The roles' grants beside what was observed.

    Attributes:
        used: Grants that allowed some call.
        explained: Grants that allowed none, each with why it stays.
        unexplained: Grants that allowed none, without a reason.
        ungranted: Calls that no grant covers.
        redundant: Used grants whose every call another grant allows as well: nothing would miss them.
        needless: Reasons for grants that all were used this time, by chance or because they no longer hold.
    """

    used: Sequence[Grant]
    explained: Sequence[tuple[Grant, Reason]]
    unexplained: Sequence[Grant]
    ungranted: Sequence[IamCall]
    redundant: Sequence[Grant]
    needless: Sequence[Reason]

    @property
    def passed(self) -> bool:
        """Whether every grant is used or explained, none could go, and nothing was asked for beyond them."""
        return not (self.unexplained or self.ungranted or self.redundant)


def compare(
    grants: Collection[Grant], calls: Collection[IamCall], reasons: Sequence[Reason] = REASONS
) -> Report:
    """Sort grants and calls into a report."""
    allowed = [call for call in calls if call.allowed]
    used = [grant for grant in grants if any(grant.covers(call) for call in allowed)]
    unused = [grant for grant in grants if grant not in used]
    reason_of = {grant: next((r for r in reasons if r.is_about(grant)), None) for grant in unused}
    return Report(
        used=sorted(used),
        explained=[(grant, reason) for grant, reason in sorted(reason_of.items(), key=_first) if reason],
        unexplained=sorted(grant for grant, reason in reason_of.items() if reason is None),
        ungranted=sorted(call for call in calls if not any(grant.covers(call) for grant in grants)),
        redundant=sorted(grant for grant in used if not _is_missed(grant, grants, allowed)),
        needless=[reason for reason in reasons if not any(reason.is_about(grant) for grant in unused)],
    )


def lines(report: Report) -> Iterator[str]:
    """Write the report for a person."""
    everything = [*report.used, *(grant for grant, _ in report.explained), *report.unexplained]
    for role in sorted({grant.role for grant in everything}):
        used = [grant for grant in report.used if grant.role == role]
        explained = [(grant, reason) for grant, reason in report.explained if grant.role == role]
        unexplained = [grant for grant in report.unexplained if grant.role == role]
        granted = len(used) + len(explained) + len(unexplained)
        counts = f"{len(used)} used, {len(explained)} unused with a reason, {len(unexplained)} without one"
        yield f"{component(role)}: {granted} granted, {counts}"
        for grant in used:
            yield f"  used      {_named(grant)}"
        for grant, reason in explained:
            yield f"  unused    {_named(grant)}"
            yield f"            {reason.sentence}"
        for grant in unexplained:
            yield f"  NO REASON {_named(grant)}"
        yield ""
    for call in report.ungranted:
        yield f"WITHOUT A GRANT {component(call.role)}: {call.action} on {call.resource}"
    for grant in report.redundant:
        yield f"REDUNDANT {component(grant.role)}: {_named(grant)} allows nothing that others don't"
    for reason in report.needless:
        yield f"Explained, but used this time: {', '.join(reason.sids)}: {', '.join(reason.actions)}"
    yield "What the local AWS does not enforce (tests/invariants holds it over the synthesized JSON):"
    yield from (f"  {sentence}" for sentence in NOT_ENFORCED)
    yield ""
    yield f"Unused without a reason: {len(report.unexplained)}"
    yield f"Asked for without a grant: {len(report.ungranted)}"


def _is_missed(grant: Grant, grants: Collection[Grant], allowed: Collection[IamCall]) -> bool:
    """Return whether some call would be refused if the grant were taken away."""
    rest = [other for other in grants if other != grant]
    return any(grant.covers(call) and not any(other.covers(call) for other in rest) for call in allowed)


def _named(grant: Grant) -> str:
    return f"{grant.sid}: {grant.action} on {', '.join(grant.resources)}"


def _first(pair: tuple[Grant, Reason | None]) -> Grant:
    return pair[0]
