"""The run: begin everything at once, wait until all has been seen or its time is over, judge, tidy up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from checks.smoke import judgement
from checks.smoke.alarm import alarm_on
from checks.smoke.asset import Asset, NotRemovedError
from checks.smoke.bill import bill_of
from checks.smoke.deployed import Clients, Deployed, find_schedule
from checks.smoke.mailbox import mailbox
from checks.smoke.proofs import Proof
from checks.smoke.sightings import Sightings
from sandbox.runtime.console import Terminal


@dataclass(slots=True, kw_only=True)
class Smoke:
    """Hold one run over a deployed pipeline.

    Attributes:
        check: Raises where it is of no use to wait any longer.
        token: Names all that the run makes.
    """

    clients: Clients
    deployed: Deployed
    clip: Path
    clip_seconds: float
    terminal: Terminal
    check: Callable[[], None] = lambda: None
    token: str = field(default_factory=lambda: uuid4().hex[:12])

    def run(self) -> list[Proof]:
        """Return what was proven, in the order in which it is read."""
        deployed = self.deployed
        key = f"{deployed.upload_key_prefix}smoke-{self.token}{self.clip.suffix}"
        asset = Asset(clients=self.clients, deployed=deployed, key=key)
        tidied: list[Proof] = []
        with ExitStack() as stack:
            stack.enter_context(self._tidied(asset, tidied))
            topics = [deployed.alarm_topic_arn, deployed.asset_topic_arn]
            with self.terminal.phase("Subscribing a queue to the topics") as phase:
                name = f"{deployed.pipeline}-smoke-{self.token}"
                inbox = stack.enter_context(mailbox(self.clients, name, topics))
                phase.result(name)
            with self.terminal.phase("Setting an alarm, uploading the clip") as phase:
                reason = f"A smoke test ({self.token}) of {deployed.pipeline} set it by hand."
                alarm = stack.enter_context(alarm_on(self.clients, deployed.alarm_topic_arn, reason))
                asset.upload(self.clip)
                phase.result(f"s3://{deployed.uploads}/{key}")
            with self.terminal.phase("Waiting for the pipeline") as phase:
                seen = Sightings(
                    clients=self.clients,
                    asset=asset,
                    inbox=inbox,
                    alarm=alarm,
                    token=self.token,
                    schedule=find_schedule(self.clients, deployed.reconciler),
                    check=self.check,
                )
                seen.wait(phase)
            proofs = self._judged(seen)
        return [*proofs, *tidied]

    def _judged(self, seen: Sightings) -> list[Proof]:
        asset = seen.asset
        proofs = [judgement.completed(asset)]
        if asset.status == "COMPLETE":
            bill = bill_of(asset.job(), source_seconds=self.clip_seconds)
            proofs += [
                judgement.named(list(asset.record["preset_versions"]), asset.outputs()),
                judgement.in_the_basic_tier(bill),
                judgement.tagged(bill),
            ]
        return [
            *proofs,
            judgement.announced(seen.news_after),
            judgement.alarmed(seen.alarm.name, seen.alarm_after),
            judgement.scheduled(seen.schedule, seen.run_after, seen.run_seconds),
        ]

    @contextmanager
    def _tidied(self, asset: Asset, proofs: list[Proof]) -> Iterator[None]:
        """Remove every trace of the asset at the end, after subscription and alarm, also after an error."""
        claim = "nothing is left behind"
        try:
            yield
        finally:
            with self.terminal.phase("Tidying up"):
                try:
                    count = asset.remove()
                except (ClientError, BotoCoreError, NotRemovedError) as error:
                    place = f"s3://{self.deployed.uploads}/{asset.key}"
                    remedy = f"Remove by hand what there is of {place} and of the asset {asset.asset_id}."
                    proofs.append(Proof(claim=claim, holds=False, seen=str(error), remedy=remedy))
                    # After another error the proof would be overlooked.
                    self.terminal.say(proofs[-1].sentence)
                else:
                    gone = f"{count} objects, the record, queue and subscription are gone"
                    seen = f"{gone}; the alarm is as it was."
                    proofs.append(Proof(claim=claim, holds=True, seen=seen))
