"""The real functions in the simulated AWS: their invocations, their calls, and the time that these take."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.errors import (
    ClaimHeldError,
    MediaPipelineError,
    OperatorError,
    TransientError,
    WaitsForOperatorError,
)
from media_pipeline.domain.events import parse_job_state_change, parse_upload
from media_pipeline.handlers.sqs_batch import Parse, handle_batch
from media_pipeline.services.job_limit import JobLimit
from media_pipeline.services.operations.changes import AssetChange
from media_pipeline.services.redelivery import Message, Redelivery
from media_pipeline.telemetry import PipelineMetrics
from tests.property.invocations import CALL_SECONDS, Invocation, Process, State, Stop
from tests.property.simulated_aws import Conditions, SimulatedAws
from tests.property.soundness import SLOWED_DOWN, Soundness
from tests.property.watched_queue import WatchedQueue
from tests.property.weather import Fault
from tests.property.wiring import Functions, wired
from tests.support.lambda_invocation import Context, sqs_event

RECONCILER_TIMEOUT_SECONDS = 300
RECONCILER_RESERVE_SECONDS = 20
OPERATOR_SECONDS = 3600
# MediaConvert's client gives a submission up after 3 s to connect and 8 s without an answer.
SUBMISSION_SECONDS = 11
# Three tries of the same, for every other call.
CALL_SECONDS_AT_MOST = 30
JOB_EVENTS_PER_BATCH = 5
# So long the table's index may show what was.
INDEX_LAG_SECONDS = 10


class _NoMetrics:
    @contextmanager
    def published(self) -> Iterator[None]:
        """Publish nothing."""
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    at: datetime
    invocation: Invocation
    function: Callable[[], Any]


@dataclass(slots=True, kw_only=True)
class _Watched:
    """Stand before a function's redelivery, and remember what each message returns for."""

    redelivery: Redelivery
    causes: dict[str, str]

    def postpone(self, message: Message, error: Exception) -> bool:
        """Let a failed message come back when it makes sense."""
        self.causes[message.receipt_handle] = "could not be postponed"
        done = self.redelivery.postpone(message, error)
        self.causes[message.receipt_handle] = SLOWED_DOWN if _only_waits(error) else type(error).__name__
        return done


def _only_waits(error: Exception) -> bool:
    if isinstance(error, WaitsForOperatorError):
        return True
    return isinstance(error, TransientError) and not isinstance(error, OperatorError | ClaimHeldError)


class PipelineWorld:
    """Run the functions; `paused` are invocations that stopped between two calls."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.aws = SimulatedAws(conditions)
        self.soundness = Soundness(
            is_whole=self.aws.is_whole,
            is_its_own=self.aws.is_its_own,
            is_over=self.aws.is_over,
            is_quarantined=self.aws.is_quarantined,
        )
        self.faults: list[Fault] = []
        self.paused: list[Invocation] = []
        self.process = Process(
            now=self.aws.time,
            pass_time=self.pass_time,
            execute=self._execute,
            send_late=self._send_late,
        )
        self._index_updated_at = self.aws.time()
        self._late: list[_Late] = []
        self._warm: list[JobLimit] = []
        self._functions: Functions = wired(self.aws, self.process, self.soundness, conditions)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and what is due in it happen."""
        time, until = self.aws.time, self.aws.time.now + timedelta(seconds=seconds)
        while self._late or self.paused:
            late = min(self._late, key=lambda late: late.at, default=None)
            gone = min(self.paused, key=lambda invocation: invocation.deadline, default=None)
            if late is not None and late.at <= until and (gone is None or late.at <= gone.deadline):
                time.now = max(time.now, late.at)
                self._late.remove(late)
                self._arrive(late)
            elif gone is not None and gone.deadline <= until:
                time.now = max(time.now, gone.deadline)
                self.paused.remove(gone)
                gone.state = State.KILLED
                gone.gone()
            else:
                break
        time.now = until
        if (until - self._index_updated_at).total_seconds() >= INDEX_LAG_SECONDS:
            self.aws.table.update_index()
            self._index_updated_at = until

    def wait_for_messages(self, *queues: WatchedQueue) -> None:
        """Let time pass until a message can be received from one of the queues, if there is any."""
        due = min((at for queue in queues if (at := queue.next_visible_at) is not None), default=None)
        if due is not None and due > self.aws.time():
            self.pass_time((due - self.aws.time()).total_seconds())

    def asset(self, number: int) -> Asset:
        """Return one of the assets as it stands."""
        asset_ids = list(self.aws.table.records)
        asset = self.aws.table.get(asset_ids[number % len(asset_ids)])
        assert asset is not None
        return asset

    def ingest(self, *, first: int = 0, stop: Stop | None = None, call_seconds: float = CALL_SECONDS) -> None:
        """Invoke ingest_orchestrator with a message of the processing queue, if one can be seen."""
        functions, queue = self._functions, self.aws.processing_queue
        messages = queue.receive(first=first, limit=1)
        if not messages:
            return
        warm = self._warm.pop() if self._warm else functions.cold_slots()

        def work() -> None:
            functions.slots.current = slots = copy(warm)
            parse = partial(parse_upload, bucket="uploads")
            self._consume(queue, messages, parse, functions.ingest.handle, functions.ingest_redelivery)
            self._warm.append(slots)

        subjects = {parse_upload(message.body, bucket="uploads").asset_id for message in messages}
        self._begin_consumer("ingest", work, queue, messages, subjects, stop, call_seconds)

    def follow_jobs(
        self,
        *,
        first: int = 0,
        limit: int = JOB_EVENTS_PER_BATCH,
        stop: Stop | None = None,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        """Invoke job_status_processor with messages of the job events queue, if any can be seen."""
        functions, queue = self._functions, self.aws.job_events_queue
        messages = queue.receive(first=first, limit=limit)
        if not messages:
            return

        def work() -> None:
            apply, redelivery = functions.changes.apply_event, functions.changes_redelivery
            self._consume(queue, messages, parse_job_state_change, apply, redelivery)

        subjects = {str(parse_job_state_change(message.body).asset_id) for message in messages}
        self._begin_consumer("job changes", work, queue, messages, subjects, stop, call_seconds)

    def reconcile(self, *, stop: Stop | None = None, call_seconds: float = CALL_SECONDS) -> None:
        """Invoke the reconciler."""
        deadline = self.aws.time() + timedelta(seconds=RECONCILER_TIMEOUT_SECONDS)
        reserve = timedelta(seconds=RECONCILER_RESERVE_SECONDS)

        def has_time() -> bool:
            return deadline - self.process.clock() > reserve

        def work() -> None:
            # Otherwise the invocation fails as a whole, and the next one comes soon.
            with suppress(MediaPipelineError):
                self._functions.repairs.run(has_time=has_time)
                self._functions.ends.run(has_time=has_time)
                self._functions.sweep.run(has_time=has_time)

        self.begin(
            Invocation(name="reconciler", work=work, deadline=deadline, call_seconds=call_seconds), stop
        )

    def replay(self, asset: Asset, *, stop: Stop | None = None) -> None:
        """Let an operator replay an asset."""
        self._operate(self._functions.replay, asset, stop)

    def cancel(self, asset: Asset, *, stop: Stop | None = None) -> None:
        """Let an operator cancel an asset."""
        self._operate(self._functions.cancel, asset, stop)

    def begin(self, invocation: Invocation, stop: Stop | None) -> None:
        """Run an invocation, until it stops."""
        if self.process.run(invocation, stop) is State.PAUSED:
            is_submission = invocation.awaited == "mediaconvert.create_job"
            patience = timedelta(seconds=SUBMISSION_SECONDS if is_submission else CALL_SECONDS_AT_MOST)
            invocation.deadline = min(invocation.deadline, self.aws.time() + patience)
            self.paused.append(invocation)

    @contextmanager
    def mishap(self, fault: Fault | None) -> Iterator[None]:
        """Let a fault befall what happens meanwhile, and nothing else."""
        usual = self.faults
        self.faults = [fault, *usual] if fault else usual
        yield
        self.faults = usual

    def resume(self, number: int, stop: Stop | None) -> None:
        """Let a paused invocation go on."""
        self.begin(self.paused.pop(number % len(self.paused)), stop)

    def _begin_consumer(
        self,
        name: str,
        work: Callable[[], None],
        queue: WatchedQueue,
        messages: Sequence[Message],
        subjects: set[str],
        stop: Stop | None,
        call_seconds: float,
    ) -> None:
        def gone() -> None:
            for message in messages:
                queue.received_in_vain(message.receipt_handle, "killed")

        deadline = self.aws.time() + timedelta(seconds=self.conditions.function_timeout)
        invocation = Invocation(
            name=name,
            work=work,
            deadline=deadline,
            subjects=frozenset(subjects),
            call_seconds=call_seconds,
            gone=gone,
        )
        self.begin(invocation, stop)

    def _operate(self, change: AssetChange, asset: Asset, stop: Stop | None) -> None:
        if not change.intention(asset).acts:
            return

        def work() -> None:
            # Otherwise the operator gets an error.
            with suppress(MediaPipelineError):
                change.apply(asset)

        deadline = self.aws.time() + timedelta(seconds=OPERATOR_SECONDS)
        subjects = frozenset({asset.asset_id})
        self.begin(Invocation(name="operator", work=work, deadline=deadline, subjects=subjects), stop)

    def _consume(
        self,
        queue: WatchedQueue,
        messages: Sequence[Message],
        parse: Parse[Any],
        handle: Callable[[Any], object],
        redelivery: Redelivery,
    ) -> None:
        causes: dict[str, str] = {}

        def handle_soundly(event: object) -> None:
            try:
                handle(event)
            except MediaPipelineError:
                raise
            except Exception as error:
                self.soundness.require(False, f"unexpected {error!r} for {event}")
                raise

        answer = handle_batch(
            sqs_event(*messages),
            cast(LambdaContext, Context()),
            parse=parse,
            handle=handle_soundly,
            redelivery=lambda queue_arn: cast(Redelivery, _Watched(redelivery=redelivery, causes=causes)),
            metrics=cast(PipelineMetrics, _NoMetrics()),
        )
        failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}

        def settle() -> None:
            for number, message in enumerate(messages, start=1):
                if f"message-{number}" in failed:
                    queue.received_in_vain(
                        message.receipt_handle, causes.get(message.receipt_handle, "failed")
                    )
                else:
                    queue.queue.delete(message.receipt_handle)

        self.process.call("lambda.answer", settle)

    def _execute(self, call: str, function: Callable[[], Any]) -> Any:
        for fault in self.faults:
            if fault.concerns(call):
                return fault.meet(function, self._send_later)
        return function()

    def _send_later(self, function: Callable[[], Any]) -> None:
        """Send a call that its sender gives up, and might repeat before it has arrived."""
        assert self.process.current is not None
        if self.conditions.token_life:
            self._send_late(self.process.current, function)
        else:
            function()

    def _send_late(self, invocation: Invocation, function: Callable[[], Any]) -> None:
        at = self.aws.time() + timedelta(seconds=self.conditions.late_seconds)
        self._late.append(_Late(at=at, invocation=invocation, function=function))

    def _arrive(self, late: _Late) -> None:
        previous, self.process.current = self.process.current, late.invocation
        with suppress(Exception):  # the caller is gone
            late.function()
        self.process.current = previous
