"""The first line of a summary: whether to stop, to take care, or to go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from tools.plan_review.losses.stateful import Loss
from tools.plan_review.plans import Action
from tools.plan_review.review import Review
from tools.plan_review.wording import code, codes


class Tone(StrEnum):
    """How a part of the summary is meant; the values are GitHub's kinds of alerts."""

    STOP = "CAUTION"
    CARE = "WARNING"
    CALM = ""


MARKS = {Tone.STOP: "🔴", Tone.CARE: "🟠", Tone.CALM: "🟢"}


def verdict(review: Review) -> tuple[Tone, str]:
    """Return how a review is meant, and its one sentence or two."""
    if review.unintended:
        renamed = {each.old.address for each in review.renames}
        rename = any(each.resource.address in renamed for each in review.unintended)
        hint = " This looks like a renamed construct id." if rename else ""
        return Tone.STOP, f"Stop: data would be lost: {_fates(review.unintended)}.{hint}"
    if review.losses:
        return Tone.CARE, f"Data would be lost, as intended: {_fates(review.losses)}."
    gone = [each.resource for each in review.drift if each.lost]
    if gone:
        return Tone.CARE, f"Stateful resources were destroyed outside of Terraform: {codes(gone)}."
    care = list(_what_asks_for_care(review))
    return Tone.CARE if care else Tone.CALM, " ".join([_what_changes(review), *care])


def _what_changes(review: Review) -> str:
    part = "" if review.complete else " in this part of the plan"
    if review.empty:
        calm = review.drift and not any(each.dangers for each in review.drift)
        return f"Nothing changes{part}.{' Something was changed outside of Terraform.' if calm else ''}"
    counts = [
        f"{review.counts[action]} {action}"
        for action in Action
        if action is not Action.NOTHING and review.counts[action]
    ]
    counts += [f"{len(review.moved)} moved"] if review.moved else []
    counts += [f"{len(review.imported)} imported"] if review.imported else []
    return f"No data is lost{part}: {', '.join(counts) or 'outputs alone change'}."


def _what_asks_for_care(review: Review) -> Iterator[str]:
    widening = [
        each.resource
        for each in review.access
        if each.for_anyone or (each.widens and each.resource.action is not Action.ADD)
    ]
    if widening:
        yield f"More may be allowed by {codes(widening)}."
    if review.exposed:
        yield "More people reach what they did not."
    if review.lowered:
        yield "Data is protected less."
    if endangered := [each.resource for each in review.drift if each.dangers]:
        yield f"Outside of Terraform, data of {codes(endangered)} came into danger."
    if review.renames:
        yield "Construct ids look renamed."
    if not review.complete:
        yield "The plan is partial: a second one will follow it."
    if review.lost_later:
        yield f"What is put off would lose data: {_fates(review.lost_later)}."


def _fates(losses: Sequence[Loss]) -> str:
    return ", ".join(f"{code(each.resource.address)} {each.resource.action}" for each in losses)
