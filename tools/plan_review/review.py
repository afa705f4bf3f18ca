"""A plan as a reviewer wants it: what is lost first, then who may do what, then everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tools.plan_review.attributes import (
    ABSENT,
    AttributeChange,
    attribute_changes,
    printable,
)
from tools.plan_review.losses.erasures import erased
from tools.plan_review.losses.protection import protection_lowered
from tools.plan_review.losses.stateful import STATEFUL, Loss, lost
from tools.plan_review.permissions.access import AccessChange, access_change
from tools.plan_review.permissions.exposure import exposed
from tools.plan_review.plans import Action, Plan, ResourceChange
from tools.plan_review.renames import Rename, renames

# The provider's spelling of an attribute that has no value.
_WRITTEN_FOR_NOTHING = {(ABSENT, zero) for zero in ("0", "false")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that there is to say about a plan."""

    losses: tuple[Loss, ...]
    renames: tuple[Rename, ...]
    lowered: tuple[str, ...]
    access: tuple[AccessChange, ...]
    exposed: tuple[str, ...]  # what answers or lets in more people, a line each
    drift: tuple[Drift, ...]
    outputs: tuple[AttributeChange, ...]
    resources: tuple[ResourceChange, ...]
    deferred: tuple[ResourceChange, ...]  # put off to a later plan
    lost_later: tuple[Loss, ...]  # by what is put off
    not_lost: tuple[str, ...]  # named as intended, and not lost at all
    complete: bool

    @property
    def unintended(self) -> list[Loss]:
        """Return the losses that are not named as intended."""
        return [each for each in self.losses if not each.intended]

    @property
    def counts(self) -> Counter[Action]:
        """Return how many resources have each fate."""
        return Counter(each.action for each in self.resources)

    @property
    def moved(self) -> list[ResourceChange]:
        """Return the resources that get another address."""
        return [each for each in self.resources if each.previous_address]

    @property
    def imported(self) -> list[ResourceChange]:
        """Return the resources that Terraform takes over."""
        return [each for each in self.resources if each.imported]

    @property
    def empty(self) -> bool:
        """Return whether applying the plan changes nothing."""
        return not (self.resources or self.outputs)

    def of(self, action: Action) -> list[ResourceChange]:
        """Return the resources of one fate, by address."""
        return sorted(
            (each for each in self.resources if each.action is action), key=lambda each: each.address
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """What was done to a resource outside of Terraform."""

    resource: ResourceChange
    attributes: tuple[AttributeChange, ...]
    dangers: tuple[str, ...] = ()  # protection of data that is less than it was, and data that is deleted

    @property
    def lost(self) -> bool:
        """Return whether a stateful resource is gone."""
        return self.resource.action is Action.DESTROY and self.resource.type in STATEFUL


def review(plan: Plan, intended: Iterable[str] = ()) -> Review:
    """Review a plan; `intended` names the addresses of stateful resources that may be lost."""
    named = frozenset(intended)
    changing = tuple(
        each
        for each in plan.resources
        if each.action is not Action.NOTHING or each.imported or each.previous_address
    )
    losses = lost(changing, named)
    deferred = tuple(each for each in plan.deferred if each.action is not Action.NOTHING)
    lost_later = lost(deferred, named)
    return Review(
        losses=tuple(sorted(losses, key=lambda each: (each.intended, each.resource.address))),
        renames=tuple(renames(changing)),
        lowered=tuple(sorted(protection_lowered(changing))),
        access=tuple(
            sorted(
                filter(None, map(access_change, changing)),
                key=lambda each: (not each.widens, each.resource.address),
            )
        ),
        exposed=tuple(sorted(exposed(changing))),
        drift=tuple(_drift(plan)),
        outputs=tuple(
            AttributeChange(_output_path(name, each.path), each.before, each.after)
            for name, change in sorted(plan.outputs.items())
            if change.action is not Action.NOTHING
            for each in attribute_changes(change)
        ),
        resources=changing,
        deferred=tuple(sorted(deferred, key=lambda each: each.address)),
        lost_later=tuple(lost_later),
        not_lost=tuple(sorted(named - {each.resource.address for each in (*losses, *lost_later)})),
        complete=plan.complete,
    )


def _output_path(name: str, path: str) -> str:
    return printable(name if path == "value" else f"{name}.{path}")


def _drift(plan: Plan) -> Iterable[Drift]:
    for each in sorted(plan.drift, key=lambda each: each.address):
        if each.action is Action.DESTROY:
            yield Drift(each, ())
        elif each.action is Action.CHANGE:
            configured = plan.configured.get(each.address.split("[")[0])
            # What the provider only reads follows from other resources: a queue shows the policy beside it.
            found = [
                change
                for change in attribute_changes(each.change)
                if (configured is None or change.root in configured)
                and (change.before, change.after) not in _WRITTEN_FOR_NOTHING
            ]
            own = each if configured is None else _only(each, configured)
            dangers = (*erased(own), *protection_lowered((own,)))
            if found or dangers:
                yield Drift(each, tuple(found), dangers)


def _only(resource: ResourceChange, configured: frozenset[str]) -> ResourceChange:
    """Return a change with the attributes alone that the configuration sets.

    A bucket shows the rules of the lifecycle configuration beside it, which is a resource of its own.
    """
    before, after = (
        {name: value for name, value in of.items() if name in configured}
        for of in (resource.before, resource.after)
    )
    return replace(resource, change=replace(resource.change, before=before, after=after))
