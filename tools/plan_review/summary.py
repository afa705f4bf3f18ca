"""A review in words: a verdict, then sections in Markdown, the most important first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tools.plan_review.attributes import (
    AttributeChange,
    attribute_changes,
    cut,
    printable,
)
from tools.plan_review.indexes import index_changes
from tools.plan_review.losses.stateful import Loss, physical_name
from tools.plan_review.permissions.access import AccessChange
from tools.plan_review.permissions.policies import StatementChange
from tools.plan_review.plans import Action, ResourceChange
from tools.plan_review.review import Review
from tools.plan_review.verdict import MARKS, Tone, verdict
from tools.plan_review.wording import (
    RESOURCES_PER_SECTION,
    bullets,
    code,
    codes,
    fated,
    fenced,
    more,
    named,
)

# Of access, a reviewer has to see all.
LINES_PER_POLICY = 80
# GitHub takes 65,536; some are left for the sections' titles.
# Source: the API's own answer, "Body is too long (maximum is 65536 characters)".
COMMENT_CHARACTERS = 60_000
VALUES_PER_ELEMENT = 12


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the summary; the body is Markdown."""

    title: str
    body: str
    tone: Tone = Tone.CALM


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reviewer reads."""

    verdict: str
    tone: Tone
    sections: tuple[Section, ...]

    def markdown(self) -> str:
        """Return all of it, ready for a pull request; the verdict is the first line."""
        parts = [f"{MARKS[self.tone]} **{self.verdict}**"]
        room = COMMENT_CHARACTERS - len(parts[0])
        for section in self.sections:
            body = section.body
            if section.tone is Tone.STOP:
                body = "\n".join(f"> {line}".rstrip() for line in [f"[!{section.tone}]", *body.splitlines()])
            elif len(body) > room:
                body = "Too long to be shown here: look at the plan itself."
            parts.append(f"### {section.title}\n\n{body}")
            room -= len(parts[-1])
        return "\n\n".join(parts) + "\n"


def summary(review: Review) -> Summary:
    """Return the summary of a review."""
    tone, said = verdict(review)
    return Summary(said, tone, tuple(section for section in _sections(review) if section.body))


def _sections(review: Review) -> Iterator[Section]:
    yield Section("Data that would be lost", _losses(review), Tone.STOP)
    yield Section("Data that a later plan would lose", _loss_lines(review.lost_later), Tone.CARE)
    yield Section("Put off to a later plan", bullets(map(fated, review.deferred)), Tone.CARE)
    yield Section("Named as intended, but not lost by this plan", bullets(map(code, review.not_lost)))
    yield Section("Renamed construct ids", _renames(review), Tone.CARE)
    yield Section("Data that would be protected less", bullets(review.lowered), Tone.CARE)
    yield Section("What more people reach", bullets(review.exposed), Tone.CARE)
    yield Section("Who may do what", _access(review.access), Tone.CARE)
    covered = {each.resource.address: each.covered for each in review.access}
    yield Section("Indexes of tables", bullets(index_changes(review.resources)))
    yield Section("Added", _added(review))
    yield Section("Changed in place", _details(review.of(Action.CHANGE), covered))
    yield Section("Replaced", _details(review.of(Action.REPLACE), covered))
    stateful = {each.resource.address for each in review.losses}
    destroyed = [each for each in review.of(Action.DESTROY) if each.address not in stateful]
    yield Section("Destroyed", bullets(map(named, destroyed)))
    yield Section(
        "Left alone, but no longer managed", bullets(map(named, review.of(Action.FORGET))), Tone.CARE
    )
    yield Section(
        "Moved", bullets(f"{code(each.previous_address)} → {code(each.address)}" for each in review.moved)
    )
    yield Section("Imported", bullets(map(named, review.imported)))
    yield Section("Outputs", fenced(_attribute_lines(review.outputs)))
    yield Section("Changed outside of Terraform since the last apply", _drift(review), Tone.CARE)


def _losses(review: Review) -> str:
    lines = [_loss_lines(review.losses)]
    if review.unintended:
        names = " ".join(dict.fromkeys(each.resource.address for each in review.losses))
        argument = f"INTENDED='{names}'"
        lines += ["", f"If that is meant: {code(argument)}"]
    return "\n".join(lines) if review.losses else ""


def _loss_lines(losses: Sequence[Loss]) -> str:
    lines = []
    for each in losses:
        fate = f"{each.resource.action}{', as intended' if each.intended else ''}"
        deposed = f", deposed object {printable(each.resource.deposed)}" if each.resource.deposed else ""
        what = f"; with it goes {each.what}. Why:" if each.what else ":"
        lines.append(f"- {named(each.resource)}{deposed}: **{fate}**{what}")
        lines += [f"  - {code(reason) if each.resource.replace_paths else reason}" for reason in each.why]
    return "\n".join(lines)


def _renames(review: Review) -> str:
    lines = [
        f"{code(each.old.address)} → {code(each.new.address)}: this looks like a rename"
        + (f" of {code(name)}" if (name := physical_name(each.old)) else "")
        for each in review.renames
    ]
    if not lines:
        return ""
    return (
        "Construct ids are permanent: Terraform destroys what has the old one and makes another. Keep "
        "the old id, or say where it went with Terraform's `moved` (`move_from_id` in CDKTF).\n\n"
        + bullets(lines)
    )


def _added(review: Review) -> str:
    added = review.of(Action.ADD)
    if len(added) <= RESOURCES_PER_SECTION:
        return bullets(map(named, added))
    counts = Counter(each.type for each in added)
    return f"{len(added)} resources: " + ", ".join(
        f"{number} {code(type_)}" for type_, number in sorted(counts.items())
    )


def _access(changes: Sequence[AccessChange]) -> str:
    parts, later = [], []
    for each in changes[:RESOURCES_PER_SECTION]:
        if not (each.statements or each.attributes or each.sensitive):
            later.append(each.resource)
            continue
        widens = each.widens and each.resource.action is not Action.ADD
        notes = [
            " **allows anyone**" if each.for_anyone else "",
            " (may allow more than before)" if widens else "",
        ]
        lines = [line for of in each.statements for line in _statement_lines(of)]
        lines += _attribute_lines(each.attributes)
        lines += [f"! {name}: known only after apply, and can't be compared" for name in each.unknown]
        lines += [f"! {name}: sensitive, and changes; it can't be shown" for name in each.sensitive]
        heading = f"{named(each.resource)} {each.resource.action}{''.join(notes)}"
        parts.append(f"{heading}\n\n{fenced(lines, LINES_PER_POLICY)}")
    if later:
        parts.append(f"Known only after apply, so that nothing can be compared: {codes(later)}")
    return "\n\n".join([*parts, *more(len(changes))])


def _statement_lines(change: StatementChange) -> Iterator[str]:
    statement = change.after or change.before
    if statement is None:
        return
    if change.before and change.after:
        yield f"  {statement.title}"
        if change.before.effect != change.after.effect:
            yield f"-   Effect: {change.before.effect}"
            yield f"+   Effect: {change.after.effect}"
    else:
        yield f"{'+' if change.after else '-'} {statement.title}"
    for sign, side in (("-", change.lost), ("+", change.gained)):
        for name, values in side:
            more = (
                f", … and {len(values) - VALUES_PER_ELEMENT} more" if len(values) > VALUES_PER_ELEMENT else ""
            )
            yield f"{sign}   {name}: {', '.join(map(cut, values[:VALUES_PER_ELEMENT]))}{more}"


def _details(resources: Sequence[ResourceChange], covered: dict[str, frozenset[str]]) -> str:
    parts, above = [], []
    for each in resources[:RESOURCES_PER_SECTION]:
        shown = covered.get(each.address, frozenset())
        changes = [of for of in attribute_changes(each.change) if of.root not in shown]
        forced = {str(path[0]) for path in each.replace_paths if path}
        lines = list(_attribute_lines(changes, forced))
        if lines:
            parts.append(f"{named(each)}\n\n{fenced(lines)}")
        else:
            above.append(each)
    if above:
        parts.append(f"As shown above: {codes(above)}")
    return "\n\n".join([*parts, *more(len(resources))])


def _attribute_lines(
    changes: Iterable[AttributeChange], forced: set[str] | frozenset[str] = frozenset()
) -> Iterator[str]:
    changes = list(changes)
    for each in changes:
        if each.unknown and each.root not in forced:
            continue
        why = "  # forces replacement" if each.root in forced else ""
        if each.before:
            yield f"- {each.path}: {each.before}{why}"
        if each.after:
            yield f"+ {each.path}: {each.after}"
    unknown = sorted({each.root for each in changes if each.unknown and each.root not in forced})
    if unknown:
        rest = f" and {len(unknown) - VALUES_PER_ELEMENT} more" if len(unknown) > VALUES_PER_ELEMENT else ""
        yield f"  known only after apply: {', '.join(unknown[:VALUES_PER_ELEMENT])}{rest}"


def _drift(review: Review) -> str:
    parts = []
    for each in review.drift[:RESOURCES_PER_SECTION]:
        gone = each.resource.action is Action.DESTROY
        heading = f"{named(each.resource)} {'**is gone**' if gone else 'was changed'}"
        parts_of_loss = [bullets(each.dangers), "" if gone else fenced(_attribute_lines(each.attributes))]
        parts.append("\n\n".join([heading, *filter(None, parts_of_loss)]))
    return "\n\n".join([*parts, *more(len(review.drift))])
