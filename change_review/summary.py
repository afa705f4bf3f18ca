"""A review in words: a verdict, then sections in Markdown, the most important first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from change_review.access import AccessChange
from change_review.attributes import AttributeChange, attribute_changes, cut, printable
from change_review.plans import Action, ResourceChange
from change_review.policies import StatementChange
from change_review.review import Review
from change_review.stateful import Loss, physical_name

# What a reviewer reads in a minute; what is beyond is counted. Losses are never cut.
LINES_PER_RESOURCE = 14
# Of access, a reviewer has to see all.
LINES_PER_POLICY = 80
# GitHub takes 65,536; some are left for the sections' titles.
# Source: the API's own answer, "Body is too long (maximum is 65536 characters)".
COMMENT_CHARACTERS = 60_000
RESOURCES_PER_SECTION = 25
VALUES_PER_ELEMENT = 12


class Tone(StrEnum):
    """How a part of the summary is meant; the values are GitHub's kinds of alerts."""

    STOP = "CAUTION"
    CARE = "WARNING"
    CALM = ""


MARKS = {Tone.STOP: "🔴", Tone.CARE: "🟠", Tone.CALM: "🟢"}


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
                body = "Too long to be told here: look at the plan itself."
            parts.append(f"### {section.title}\n\n{body}")
            room -= len(parts[-1])
        return "\n\n".join(parts) + "\n"


def summary(review: Review) -> Summary:
    """Return the summary of a review."""
    tone, verdict = _verdict(review)
    return Summary(verdict, tone, tuple(section for section in _sections(review) if section.body))


def _verdict(review: Review) -> tuple[Tone, str]:
    counts = ", ".join(
        f"{review.counts[action]} {action}"
        for action in Action
        if action is not Action.NOTHING and review.counts[action]
    )
    if review.unintended:
        renamed = {each.old.address for each in review.renames}
        rename = any(each.resource.address in renamed for each in review.unintended)
        hint = " This looks like a renamed construct id." if rename else ""
        return Tone.STOP, f"Stop: stateful resources would be lost: {_fates(review.unintended)}.{hint}"
    if review.losses:
        return Tone.CARE, f"Stateful resources would be lost, as intended: {_fates(review.losses)}."
    gone = [each for each in review.drift if each.lost]
    if gone:
        return (
            Tone.CARE,
            "Stateful resources were destroyed outside of Terraform: "
            f"{_codes(each.resource for each in gone)}.",
        )
    if review.empty:
        drifted = " Something was changed outside of Terraform." if review.drift else ""
        return Tone.CALM, f"Nothing changes.{drifted}"
    said = [f"No stateful resource is lost: {counts or 'outputs alone change'}."]
    widening = [
        each.resource
        for each in review.access
        if each.for_anyone or (each.widens and each.resource.action is not Action.ADD)
    ]
    if widening:
        said.append(f"More may be allowed by {_codes(widening)}.")
    if review.lowered:
        said.append("Data is protected less.")
    if not review.complete:
        said.append("The plan is partial: a second one will follow it.")
    care = widening or review.lowered or review.renames or not review.complete
    return Tone.CARE if care else Tone.CALM, " ".join(said)


def _fates(losses: Sequence[Loss]) -> str:
    return ", ".join(f"{_code(each.resource.address)} {each.resource.action}" for each in losses)


def _sections(review: Review) -> Iterator[Section]:
    yield Section("Data that would be lost", _losses(review), Tone.STOP)
    yield Section("Named as intended, but not lost by this plan", _bullets(map(_code, review.not_lost)))
    yield Section("Renamed construct ids", _renames(review), Tone.CARE)
    yield Section("Data that would be protected less", _bullets(review.lowered), Tone.CARE)
    yield Section("Who may do what", _access(review.access), Tone.CARE)
    covered = {each.resource.address: each.covered for each in review.access}
    yield Section("Added", _added(review))
    yield Section("Changed in place", _details(review.of(Action.CHANGE), covered))
    yield Section("Replaced", _details(review.of(Action.REPLACE), covered))
    stateful = {each.resource.address for each in review.losses}
    destroyed = [each for each in review.of(Action.DESTROY) if each.address not in stateful]
    yield Section("Destroyed", _bullets(map(_named, destroyed)))
    yield Section(
        "Left alone, but no longer managed", _bullets(map(_named, review.of(Action.FORGET))), Tone.CARE
    )
    moved = [each for each in review.resources if each.previous_address]
    yield Section(
        "Moved", _bullets(f"{_code(each.previous_address)} → {_code(each.address)}" for each in moved)
    )
    yield Section("Imported", _bullets(map(_named, (each for each in review.resources if each.imported))))
    yield Section("Outputs", _fenced(_attribute_lines(review.outputs)))
    yield Section("Changed outside of Terraform since the last apply", _drift(review), Tone.CARE)


def _losses(review: Review) -> str:
    lines = []
    for each in review.losses:
        fate = f"{each.resource.action}{', as intended' if each.intended else ''}"
        deposed = f", deposed object {printable(each.resource.deposed)}" if each.resource.deposed else ""
        lines.append(f"- {_named(each.resource)}{deposed}: **{fate}**; with it goes {each.what}. Why:")
        lines += [f"  - {_code(reason) if each.resource.replace_paths else reason}" for reason in each.why]
    if review.unintended:
        names = " ".join(dict.fromkeys(each.resource.address for each in review.losses))
        argument = f"INTENDED='{names}'"
        lines += ["", f"If that is meant: {_code(argument)}"]
    return "\n".join(lines)


def _renames(review: Review) -> str:
    lines = [
        f"{_code(each.old.address)} → {_code(each.new.address)}: this looks like a rename"
        + (f" of {_code(name)}" if (name := physical_name(each.old)) else "")
        for each in review.renames
    ]
    if not lines:
        return ""
    return (
        "Construct ids are permanent: Terraform destroys what has the old one and makes another. Keep "
        "the old id, or say where it went with Terraform's `moved` (`move_from_id` in CDKTF).\n\n"
        + _bullets(lines)
    )


def _added(review: Review) -> str:
    added = review.of(Action.ADD)
    if len(added) <= RESOURCES_PER_SECTION:
        return _bullets(map(_named, added))
    counts = Counter(each.type for each in added)
    return f"{len(added)} resources: " + ", ".join(
        f"{number} {_code(type_)}" for type_, number in sorted(counts.items())
    )


def _access(changes: Sequence[AccessChange]) -> str:
    parts, later = [], []
    for each in changes[:RESOURCES_PER_SECTION]:
        if not (each.statements or each.attributes):
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
        heading = f"{_named(each.resource)} {each.resource.action}{''.join(notes)}"
        parts.append(f"{heading}\n\n{_fenced(lines, LINES_PER_POLICY)}")
    if later:
        parts.append(f"Known only after apply, so that nothing can be compared: {_codes(later)}")
    return "\n\n".join([*parts, *_more(len(changes))])


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
        told = covered.get(each.address, frozenset())
        changes = [of for of in attribute_changes(each.change) if of.root not in told]
        forced = {str(path[0]) for path in each.replace_paths if path}
        lines = list(_attribute_lines(changes, forced))
        if lines:
            parts.append(f"{_named(each)}\n\n{_fenced(lines)}")
        else:
            above.append(each)
    if above:
        parts.append(f"As told above: {_codes(above)}")
    return "\n\n".join([*parts, *_more(len(resources))])


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
        named = f"{_named(each.resource)} {'**is gone**' if gone else 'was changed'}"
        parts.append(named if gone else f"{named}\n\n{_fenced(_attribute_lines(each.attributes))}")
    return "\n\n".join([*parts, *_more(len(review.drift))])


def _bullets(lines: Iterable[str]) -> str:
    lines = list(lines)
    return "\n".join([*(f"- {line}" for line in lines[:RESOURCES_PER_SECTION]), *_more(len(lines), "- ")])


def _more(number: int, mark: str = "") -> list[str]:
    return [f"{mark}… and {number - RESOURCES_PER_SECTION} more"] if number > RESOURCES_PER_SECTION else []


def _fenced(lines: Iterable[str], most: int = LINES_PER_RESOURCE) -> str:
    lines = list(lines)
    if not lines:
        return ""
    kept = lines[:most]
    rest = [f"  … and {len(lines) - len(kept)} lines more"] if len(lines) > len(kept) else []
    return "\n".join(["```diff", *kept, *rest, "```"])


def _named(resource: ResourceChange) -> str:
    name = physical_name(resource)
    return _code(resource.address) + (f" ({_code(name)})" if name else "")


def _codes(resources: Iterable[ResourceChange]) -> str:
    return ", ".join(_code(each.address) for each in resources)


def _code(text: str) -> str:
    # A backtick would end the span, and with it what keeps the text from being read as Markdown.
    return f"`{printable(text).replace('`', chr(39))}`"
