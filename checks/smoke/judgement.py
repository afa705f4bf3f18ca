"""What was seen, judged: a proof for each claim, with what to do where it does not hold."""

from __future__ import annotations

from collections.abc import Sequence

from checks.smoke.asset import ENDED, Asset
from checks.smoke.bill import RATE_REGION, Bill
from checks.smoke.deployed import Schedule
from checks.smoke.names import compare
from checks.smoke.proofs import Proof
from checks.smoke.sightings import ASSET_SECONDS, NEWS_SECONDS
from media_pipeline.encoding.pricing.quote import LEAST_SECONDS
from sandbox.runtime.console import some


def completed(asset: Asset) -> Proof:
    """Judge what became of the clip."""
    claim, remedy = "a clip becomes files that play", ""
    if asset.status == "COMPLETE":
        formats = ", ".join(dict.fromkeys(str(output["format"]) for output in asset.record["outputs"]))
        took = asset.seconds_to("completed_at") or 0.0
        return Proof(claim=claim, holds=True, seen=f"COMPLETE after {took:.0f} s: {formats}.")
    if asset.status in ENDED:
        error = asset.record.get("error") or {}
        seen = f"{asset.status} {error.get('code', '')}: {error.get('message', 'no reason is recorded.')}"
        remedy = "The table of codes in docs/failures.md says what to do."
    elif asset.status:
        seen = f"after {ASSET_SECONDS // 60} minutes it is {asset.status}."
        remedy = (
            f"Look at the job {asset.record.get('job_id', 'that it has not')} and at MediaConvert's queue."
        )
    else:
        seen = f"after {ASSET_SECONDS // 60} minutes the pipeline has not received it."
        remedy = (
            "Look at the rule uploads-created, the processing queue, its DLQ and ingest_orchestrator's log."
        )
    return Proof(claim=claim, holds=False, seen=seen, remedy=remedy)


def named(presets: Sequence[str], keys: Sequence[str]) -> Proof:
    """Judge the names of the outputs, given below the asset's folder."""
    claim = "files are named as expected"
    names = compare(presets, keys)
    unchecked = f" Nothing is expected of {', '.join(names.unchecked)}." if names.unchecked else ""
    if not names.missing and not names.unexpected:
        return Proof(claim=claim, holds=True, seen=f"{len(keys)} files, tiles and playlists too.{unchecked}")
    parts = [
        f"missing {some(names.missing)}" if names.missing else "",
        f"unexpected {some(names.unexpected)}" if names.unexpected else "",
    ]
    return Proof(
        claim=claim,
        holds=False,
        seen="; ".join(part for part in parts if part) + ".",
        remedy="MediaConvert names them otherwise than the sandbox does: correct the expectation in both.",
    )


def in_the_basic_tier(bill: Bill) -> Proof:
    """Judge what the outputs are billed as."""
    claim = "every output is in the Basic tier"
    price = f"{len(bill.lines)} outputs, ${bill.dollars:.4f} at the list prices of {RATE_REGION}"
    if bill.unpriced:
        sound = sum(line.output.is_sound_alone for line in bill.unpriced)
        captures = sum(line.output.is_capture for line in bill.unpriced)
        other = len(bill.unpriced) - sound - captures
        parts = ((sound, "of sound alone"), (captures, "of stills"), (other, "of other kinds"))
        price += f" without {', '.join(f'{count} {kind}' for count, kind in parts if count)} (rates unknown)"
    unsettled = sorted({setting for line in bill.lines for setting in line.output.unsettled})
    doubt = f" Not settled by any document: {some(unsettled)}." if unsettled else ""
    if not bill.professional:
        seen = f"all Basic: {price}; each is billed for at least {LEAST_SECONDS} s.{doubt}"
        return Proof(claim=claim, holds=True, seen=seen)
    costly = [
        f"{line.output.group}{line.output.name} ({', '.join(line.output.reasons)})"
        for line in bill.professional
    ]
    return Proof(
        claim=claim,
        holds=False,
        seen=f"{some(costly)}; {price}.{doubt}",
        remedy="Take these settings out of the encoding presets, unless they are wanted.",
    )


def tagged(bill: Bill) -> Proof:
    """Judge whether the bill tells this environment's jobs from another's."""
    claim = "the bill tells environments apart"
    if bill.tags_from == "QUEUE":
        return Proof(claim=claim, holds=True, seen="The job is billed with the tags of its queue.")
    return Proof(
        claim=claim,
        holds=False,
        seen=f"BillingTagsSource is {bill.tags_from}, and the job has no tags; allowed: QUEUE.",
        remedy="Deploy a release that sets it.",
    )


def announced(after: float | None) -> Proof:
    """Judge whether the asset's end was published on the topic."""
    claim = "the topic tells of the video"
    if after is not None:
        seen = f"A subscribed queue had it {after:.0f} s after the upload."
        return Proof(claim=claim, holds=True, seen=seen)
    return Proof(
        claim=claim,
        holds=False,
        seen=f"nothing arrived in a subscribed queue within {NEWS_SECONDS} s of its end.",
        remedy="Look at the functions' right to publish, and to use the key through SNS.",
    )


def alarmed(alarm: str, after: float | None) -> Proof:
    """Judge whether an alarm that was set by hand reached the topic."""
    claim = "an alarm reaches the topic"
    if after is not None:
        seen = f"{alarm}, set by hand, arrived after {after:.0f} s."
        return Proof(claim=claim, holds=True, seen=seen)
    return Proof(
        claim=claim,
        holds=False,
        seen=f"{alarm} was set to ALARM by hand, and nothing arrived within {NEWS_SECONDS} s.",
        remedy="CloudWatch may not publish to the topic, or may not use its key: look at the alarm's "
        "history, the topic's policy, and the key's statement for cloudwatch.amazonaws.com.",
    )


def scheduled(schedule: Schedule | str, after: float | None, waited_seconds: float) -> Proof:
    """Judge whether the schedule runs the reconciler."""
    claim = "the schedule runs the reconciler"
    if isinstance(schedule, str):
        return Proof(claim=claim, holds=False, seen=schedule)
    every = f"{schedule.rule}, every {schedule.interval_seconds // 60} min"
    if after is not None:
        return Proof(claim=claim, holds=True, seen=f"{every}: a run was over {after:.0f} s after the upload.")
    return Proof(
        claim=claim,
        holds=False,
        seen=f"{every}: no run was over within {waited_seconds:.0f} s.",
        remedy="Look at the rule's metric FailedInvocations, the function's permission for "
        "events.amazonaws.com, and its log.",
    )
