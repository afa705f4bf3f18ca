"""What must hold at every moment, whatever fails: the rules that no upload may break.

Violations are collected rather than raised, for they are found in the midst of handlers, which catch errors.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from media_pipeline.domain.asset import (
    TERMINAL_STATUSES,
    Asset,
    AssetStatus,
    may_follow,
)
from media_pipeline.domain.failures import quarantines
from tests.property.invocations import Invocation, Process, Stepped
from tests.property.simulated_mediaconvert import SimulatedJob

_READS = frozenset({"beginning", "get", "by_status", "known"})
SLOWED_DOWN = "slowed down"


@dataclass
class Soundness:
    """Collect violations.

    `is_whole` tells whether all that an asset's job is to make is there, `is_its_own` whether that was made
    of the asset's own upload, `is_over` whether its job is MediaConvert's and has ended, `is_quarantined`
    whether its upload has quarantine's tags.
    """

    is_whole: Callable[[Asset], bool]
    is_its_own: Callable[[Asset], bool]
    is_over: Callable[[Asset], bool]
    is_quarantined: Callable[[str], bool]
    violations: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    replayed: Counter[str] = field(default_factory=Counter)
    _seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    _heard: int = 0

    def require(self, holds: bool, rule: str) -> None:
        """Note a broken rule."""
        if not holds:
            self.violations.append(rule)

    def records(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Check what was added to each record since the last time."""
        for asset_id, record in records.items():
            history = record["history"]
            length, before = self._seen.get(asset_id, (0, ""))
            if len(history) == length:
                self.require(record["status"] == before, f"{asset_id}: its status changed without a trace")
                continue
            self._seen[asset_id] = len(history), record["status"]
            self._history(asset_id, record, history[max(0, length - 1) :])

    def _history(self, asset_id: str, record: Mapping[str, Any], added: Sequence[Mapping[str, Any]]) -> None:
        for one, next_one in pairwise(added):
            before, after = AssetStatus(one["status"]), AssetStatus(next_one["status"])
            if one["attempt"] == next_one["attempt"]:
                self.require(may_follow(before, after), f"{asset_id}: {before} to {after}")
                continue
            self.require(
                before in TERMINAL_STATUSES
                and after is AssetStatus.RECEIVED
                and next_one["attempt"] == one["attempt"] + 1,
                f"{asset_id}: attempt {one['attempt']} {before} to attempt {next_one['attempt']} {after}",
            )
        self.require(added[-1]["status"] == record["status"], f"{asset_id}: history and status differ")
        self.require(
            record["attempt"] == self.replayed[asset_id] + 1 == len(record.get("past_attempts", ())) + 1,
            f"{asset_id}: {record['attempt']} attempts after {self.replayed[asset_id]} replays",
        )

    def ended(self, asset: Asset) -> None:
        """Check the outputs at the moment when an asset comes to its end."""
        code = asset.error.code if asset.error else ""
        self.require(self.is_over(asset), f"{asset.asset_id} is {asset.status}, but not its {asset.job_id}")
        if asset.status is AssetStatus.COMPLETE:
            self.require(self.is_whole(asset), f"{asset.asset_id} is complete without its outputs")
            self.require(self.is_its_own(asset), f"{asset.asset_id} is complete with another's outputs")
        elif asset.status is AssetStatus.FAILED and code.startswith("OUTPUTS_"):
            self.require(not self.is_whole(asset), f"{asset.asset_id} failed though its outputs are there")

    def jobs(self, jobs: Iterable[SimulatedJob]) -> None:
        """Check that no attempt has two jobs."""
        doubled = [
            attempt
            for attempt, number in Counter(
                (job.metadata["asset_id"], job.metadata["attempt"]) for job in jobs
            ).items()
            if number > 1
        ]
        self.require(not doubled, f"more than one job for {doubled}")

    def news(
        self,
        published: Sequence[tuple[str, Mapping[str, Any]]],
        records: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Check that the notifications since the last check are true."""
        for _, news in published[self._heard :]:
            ends = [
                (entry["attempt"], entry["status"])
                for entry in records[news["asset_id"]]["history"]
                if AssetStatus(entry["status"]) in TERMINAL_STATUSES
            ]
            self.require((news["attempt"], news["status"]) in ends, f"notification is untrue: {news}")
            is_current = records[news["asset_id"]]["attempt"] == news["attempt"]
            if is_current and news["error"] and quarantines(news["error"]["code"]):
                self.require(self.is_quarantined(news["asset_id"]), f"notification before the tag: {news}")
        self._heard = len(published)

    def dead(self, messages: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Check that no message is dead for nothing but throttling."""
        for body, burnt in messages:
            self.require(any(cause != SLOWED_DOWN for cause in burnt), f"dead after {burnt}: {body}")


class WatchedTable(Stepped):
    """Stand before the assets table as a step like others, and watch what is written."""

    def __init__(self, process: Process, table: Any, soundness: Soundness) -> None:
        super().__init__(process, "table", table)
        self._soundness = soundness

    def __getattr__(self, name: str) -> Callable[..., Any]:
        process, table = self._process, self._target
        method = getattr(table, name)
        if name in _READS:
            call = tuple_of(method) if name == "by_status" else method
        else:

            def call(*arguments: Any, **named: Any) -> Any:
                return self._watched(process.current, name, method, arguments, named)

        def stepped(*arguments: Any, **named: Any) -> Any:
            return process.call(f"table.{name}", lambda: call(*arguments, **named))

        self.__dict__[name] = stepped
        return stepped

    def _watched(
        self,
        invocation: Invocation | None,
        name: str,
        method: Callable[..., Any],
        arguments: tuple[Any, ...],
        named: Mapping[str, Any],
    ) -> Any:
        subject = arguments[0]
        asset_id: str = subject if isinstance(subject, str) else subject.asset_id
        sound, records = self._soundness, self._target.records
        if invocation is not None and invocation.subjects is not None:
            sound.require(asset_id in invocation.subjects, f"{invocation.name} wrote to {asset_id}")
        was_there = asset_id in records
        answer = method(*arguments, **named)
        if not was_there and asset_id in records:
            sound.made[asset_id] += 1
        if name == "replay" and answer is not None:
            sound.replayed[asset_id] += 1
        if name == "advance" and answer is not None and answer.is_terminal:
            sound.ended(answer)
        return answer


def tuple_of(method: Callable[..., Iterable[Asset]]) -> Callable[..., tuple[Asset, ...]]:
    """Return the method with its answer read to the end, so that it can be given again."""
    return lambda *arguments, **named: tuple(method(*arguments, **named))
